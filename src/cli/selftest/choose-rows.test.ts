import { describe, expect, it } from 'vitest';
import { honestRow, liarRow } from '../../../test/support/selftest.ts';
import type { Row } from './catalogue.ts';
import { parseSlice, sliceOf } from './choose-rows.ts';

const many = (row: Row, n: number, seams: readonly string[]): Row[] =>
  Array.from({ length: n }, (_, at) => ({ ...row, name: `${row.name}-${seams.join('-')}-${at}`, seams }));
const rows = [
  ...many(liarRow, 31, ['broker']),
  ...many(liarRow, 8, ['daemons']),
  ...many(liarRow, 2, ['wire', 'broker']),
  ...many(liarRow, 1, ['beside']),
  ...many(honestRow, 5, ['daemons']),
];
const kinds = (some: readonly Row[]): Set<string> =>
  new Set(some.map(({ expect: { kind }, seams }) => `${kind} ${[...seams].sort().join()}`));

describe('slices', () => {
  it('have some of every kind, are of like size, and are all of it together', () => {
    const slices = [1, 2, 3, 4].map((part) => sliceOf(rows, { part, of: 4 }));
    for (const slice of slices) {
      expect(kinds(slice)).toEqual(kinds(rows));
      expect(slice.length).toBeLessThanOrEqual(14);
    }
    expect(new Set(slices.flat())).toEqual(new Set(rows));
    expect(sliceOf(rows, { part: 1, of: 1 })).toEqual(rows);
  });

  it('are written i/n', () => {
    expect(parseSlice('2/3')).toEqual({ part: 2, of: 3 });
    for (const wrong of ['0/3', '4/3', '1', '1/0', 'a/b', '1/3/5', '-1/3'])
      expect(parseSlice(wrong)).toBeNull();
  });
});
