import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostile } from '../../../test/support/hostile.ts';
import { escapeMarkdown, escapeMarkup } from './escape.ts';

describe('escapeMarkdown', () => {
  it.each([
    ['a column', 'a | b', 'a \\| b'],
    ['code', '`rm`', '\\`rm\\`'],
    ['HTML', '<img src=x> & co', '&lt;img src=x&gt; &amp; co'],
    ['a link', '[x](http://y)', '\\[x\\](http\\://y)'],
    ['a bare address', 'www.evil.example a@b.example', 'www\\.evil.example a\\@b.example'],
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
        expect(cell).not.toMatch(/\p{Cc}|\p{Cf}|\u2028|\u2029|<|>|(?<!\\):\/\//u);
        // With every escaped pair taken out, nothing that could open something is left.
        expect(cell.replace(/\\./gu, '')).not.toMatch(/[|`[\]*~$@\\]/);
      }),
    );
  });
});

describe('escapeMarkup', () => {
  it.each([
    ['an element', '<b a="1">', '&lt;b a=&quot;1&quot;&gt;'],
    ['an entity', '&lt; &#60;', '&amp;lt; &amp;#60;'],
    ['the end of an attribute', `a' b" c`, 'a&#39; b&quot; c'],
    ['a section', ']]><![CDATA[', ']]&gt;&lt;![CDATA['],
  ])('does not let text open %s', (_, text, harmless) => {
    expect(escapeMarkup(text)).toBe(harmless);
  });

  it('leaves nothing but text that XML 1.0 allows', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const safe = escapeMarkup(text);
        expect(safe).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(safe).toMatch(/^[ -~\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
    );
  });
});
