import { expect, it } from 'vitest';
import type { Entry } from '../../drill/model/journal.ts';
import type { ProcessRow } from '../../drill/model/process.ts';
import { SharedRows } from './shared-rows.ts';

const row = (pid: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  start: pid,
  ppid: 1,
  pgrp: pid,
  sid: pid,
  state: 'S',
  ...more,
});
const entry = (mode: string, rows: readonly ProcessRow[], host = 'knox'): Entry =>
  ({
    kind: 'sample',
    sample: { host, mode, seen: { kind: 'present', value: { rows } } },
  }) as unknown as Entry;
const rowsOf = (one: Entry): readonly ProcessRow[] =>
  one.kind === 'sample' && one.sample.seen.kind === 'present' ? one.sample.seen.value.rows : [];

it('S6: holds a row once, for as long as it says the same', () => {
  const shared = new SharedRows();
  const take = (mode: string, rows: readonly ProcessRow[], host?: string): readonly ProcessRow[] =>
    rowsOf(shared.share(entry(mode, rows, host)));
  const [first] = take('full', [row(10)]);
  expect(take('list', [row(10)])[0]).toBe(first);
  expect(take('full', [row(10)], 'tesseract')[0]).not.toBe(first);
  expect(take('full', [row(10)])[0]).toBe(first);
  expect(take('full', [row(20)])).toEqual([row(20)]);
  expect(take('full', [row(10)])[0]).not.toBe(first);
});

it.each([
  { start: 11 },
  { ppid: 2 },
  { pgrp: 11 },
  { sid: 11 },
  { state: 'Z', liveThreads: 1 },
  { liveThreads: 0 },
] as const)('S6: changes nothing of what is new: %j', (more) => {
  const shared = new SharedRows();
  for (const rows of [[row(10)], [row(10, more)], [row(10)]]) {
    const one = entry('list', rows);
    expect(JSON.stringify(shared.share(one))).toBe(JSON.stringify(one));
  }
});

it('leaves other records as they are', () => {
  const other = { kind: 'stage', stage: 'observe', event: 'begin' } as unknown as Entry;
  expect(new SharedRows().share(other)).toBe(other);
});
