import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostile } from '../../../test/support/hostile.ts';
import { hostileVerdict } from '../../../test/support/verdicts.ts';
import { bullets, paragraph, section, table } from './blocks.ts';
import { markdownSections } from './markdown.ts';
import { markdownReport } from './markdown-report.ts';

/** Cells of a row of a table, as GitHub splits it: at each `|` that no backslash escapes. */
function cells(row: string): string[] {
  return row.replace(/\\./gu, 'x').split('|').slice(1, -1);
}

it('a row stays one row with as many cells, and a list one item a line, whatever text is in it', () => {
  fc.assert(
    fc.property(hostile, hostile, (one, two) => {
      const text = markdownSections([
        section(
          'Title',
          table(['a', 'b'], [[one, [two, { bold: one }]]]),
          bullets([one, two]),
          paragraph(one),
        ),
      ]);
      const [title, head, rule, row, , first, second, ...rest] = text
        .split('\n')
        .filter((line, at) => at !== 1 || line !== '');
      expect([title, head, rule]).toEqual(['## Title', '| a | b |', '| --- | --- |']);
      expect(cells(row ?? '')).toHaveLength(2);
      expect([first, second].every((line) => line?.startsWith('-'))).toBe(true);
      expect(rest.length).toBeLessThanOrEqual(2);
      // Taken without escapes, no block begins with what would make it another kind of block.
      for (const line of [first?.slice(2), second?.slice(2), rest.at(-1)])
        expect(line ?? '').not.toMatch(
          /^(?:#{1,6}(?:\s|$)|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$)|>|`{3}|~{3}|[-_*=]{2})/,
        );
    }),
  );
});

it('a report has as many lines and headings, whatever text is in it', () => {
  const shape = (text: string): string[] =>
    markdownReport(hostileVerdict(text), { rerun: ['haltdrill'], notes: [text], folder: text })
      .split('\n')
      .map((line) => /^(?:#+ |\| |- | {2}- |\[\^| {4})?/.exec(line)?.[0] ?? '');
  const usual = shape('x');
  fc.assert(
    fc.property(
      hostile.map((text) => `a${text}`),
      (text) => {
        expect(shape(text)).toEqual(usual);
      },
    ),
    { numRuns: 40 },
  );
});
