import { expect, it } from 'vitest';
import { drilledWith, honestRow } from '../../../test/support/selftest.ts';
import { holdAgainst } from './hold-against.ts';
import { runRows } from './run-rows.ts';

const rows = ['a', 'b', 'heavy', 'c', 'd'].map((name) => ({ ...honestRow, name, alone: name === 'heavy' }));

it('drills a few at a time, and beside a heavy one nothing', async () => {
  const begun: string[] = [];
  const under = new Set<string>();
  const beside: Record<string, number> = {};
  const results = await runRows(rows, 3, new AbortController().signal, async (row) => {
    begun.push(row.name);
    under.add(row.name);
    await new Promise((resolve) => setImmediate(resolve));
    beside[row.name] = Math.max(beside[row.name] ?? 0, under.size);
    under.delete(row.name);
    return holdAgainst(row, drilledWith(row, []));
  });
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'heavy']);
  expect(beside).toMatchObject({ a: 3, heavy: 1 });
  expect(results.map(({ row }) => row.name)).toEqual(['a', 'b', 'heavy', 'c', 'd']);
});

it('begins no more once it is told to stop', async () => {
  const stop = new AbortController();
  const begun: string[] = [];
  const results = await runRows(rows, 1, stop.signal, async (row) => {
    begun.push(row.name);
    if (row.name === 'b') stop.abort();
    return stop.signal.aborted ? null : holdAgainst(row, drilledWith(row, []));
  });
  expect(begun).toEqual(['a', 'b']);
  expect(results.map(({ row }) => row.name)).toEqual(['a']);
});
