import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostile } from '../../../test/support/hostile.ts';
import { harmlessJson, plain, plainLines, printed, shortened } from './harmless.ts';

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

describe('any text', () => {
  it('has nothing left that a terminal acts upon, and not more than was asked for', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, longest) => {
        const line = plain(text, longest);
        // Cc is all below 0x20 and 0x7f to 0x9f; Cf has bidirectional overrides and what has no width.
        expect(line).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u);
        expect([...line].length).toBeLessThanOrEqual(longest + 1);
      }),
    );
  });

  it('keeps its lines, and nothing else, where it has several', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), (lines) => {
        const text = lines.map((line) => line.replaceAll('\n', ' ')).join('\n');
        const shown = plainLines(text);
        expect(shown.split('\n')).toHaveLength(text.split('\n').length);
        expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
      }),
    );
    expect(plainLines('a\n  b \u001b[2J\n')).toBe('a\n  b\n');
  });

  it('prints as its lines', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = printed(text);
        expect(shown.split('\n')).toHaveLength(text.split('\n').length);
        expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/u);
      }),
    );
    expect(printed('  ✔ stage: 0.41–0.62 s\n')).toBe('  ✔ stage: 0.41–0.62 s\n');
  });

  it('is the same data as JSON, without any of it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const json = harmlessJson(JSON.stringify({ [text]: [text] }, null, 2));
        expect(json.replaceAll('\n', '')).not.toMatch(/[^ -~\u00a0-\u{10ffff}]|\p{Cf}|\p{Cs}|\p{Zl}/u);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: [text] })));
      }),
    );
  });

  it('is cut between characters', () => {
    expect(shortened('a😀b', 2)).toBe('a😀…');
    expect(shortened('a😀b', 3)).toBe('a😀b');
  });
});

describe('what is invisible', () => {
  it.each([
    ['a tag', 'a\u{e0041}b'],
    ['a filler', 'a\u3164b'],
    ['a variation selector', 'a\ufe0fb'],
    ['no character at all', 'a\uffffb'],
    ['private use', 'a\ue000b'],
  ])('shows: %s', (_, text) => {
    expect(plain(text)).toBe('a\ufffdb');
  });
});
