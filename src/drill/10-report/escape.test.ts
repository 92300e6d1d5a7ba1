import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown, plain } from './escape.ts';

describe('plain', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['eight-bit sequences', '\u009b31mred', 'red'],
    ['a title set by OSC', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a link by OSC 8', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['an unended OSC', 'a\u001b]0;rest', 'a'],
    ['newlines and tabs', 'a\r\nb\tc\u2028d', 'a b c d'],
    ['a bell and a backspace', 'a\u0007b\u0008', 'a\ufffdb\ufffd'],
    ['text turned round', 'a\u202eb', 'a\ufffdb'],
    ['half a character', 'a\ud800', 'a\ufffd'],
    ['other alphabets', 'Zürich 東京', 'Zürich 東京'],
  ])('makes %s harmless', (_, text, harmless) => {
    expect(plain(text)).toBe(harmless);
  });

  it('cuts what is very long, and says so', () => {
    expect(plain('x'.repeat(1_000_000))).toBe(`${'x'.repeat(500)}…`);
    expect(plain('x'.repeat(500))).toBe('x'.repeat(500));
  });
});

/** Any mixture of UTF-16 units, with those that mean something to a terminal or to Markdown far more often. */
const hostile = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(...'\u001b\u009b\u009d\u0007[];\\|`*_~$<>&()!#^\r\n\t\u2028\u202e'),
    ),
    { maxLength: 60 },
  )
  .map((units) => units.join(''));

describe('escapeMarkdown', () => {
  it.each([
    ['a column', 'a | b', 'a \\| b'],
    ['code', '`rm`', '\\`rm\\`'],
    ['HTML', '<img src=x> & co', '&lt;img src=x&gt; &amp; co'],
    ['a link', '[x](http://y)', '\\[x\\](http://y)'],
    ['a footnote', '[^KI-001]', '\\[^KI-001\\]'],
    ['emphasis', '**a** _b_ ~c~', '\\*\\*a\\*\\* \\_b\\_ \\~c\\~'],
    ['a backslash that would undo an escape', '\\|', '\\\\\\|'],
    ['mathematics', '$x$', '\\$x\\$'],
  ])('does not let text open %s', (_, text, harmless) => {
    expect(escapeMarkdown(text)).toBe(harmless);
  });

  it('leaves names with underscores readable', () => {
    expect(escapeMarkdown('halt_state')).toBe('halt_state');
  });

  it('never lets anything through that could break a table cell', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const cell = escapeMarkdown(text);
        expect(cell).not.toMatch(/\p{Cc}|\p{Cf}|\u2028|\u2029|<|>/u);
        // With every escaped pair taken out, nothing that could open something is left.
        expect(cell.replace(/\\./gu, '')).not.toMatch(/[|`[\]*~$\\]/);
      }),
    );
  });
});
