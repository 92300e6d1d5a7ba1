import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../../test/fakes/fake-fleet.ts';
import type { ProcessRow } from '../model/process.ts';
import type { RecordedDetail } from '../model/sample.ts';
import { Table } from './table.ts';

const scope = { bootId: 'b', pidNamespace: 'n' };
const row = (pid: number, more: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  start: pid,
  ppid: 1,
  pgrp: pid,
  sid: pid,
  state: 'S',
  ...more,
});
const detail = (
  pid: number,
  services: string[] = [],
  more: Partial<RecordedDetail> = {},
): RecordedDetail => ({
  pid,
  start: pid,
  uid: 0,
  cgroup: null,
  services,
  undecided: [],
  leftBy: [],
  canary: null,
  fingerprint: 'f',
  ...more,
});

function full(table: Table, rows: ProcessRow[], details: RecordedDetail[] = []): void {
  table.list(rows.map((one) => one.pid));
  table.take({ scope, uptimeMs: 1_000, rows, details, watched: [] });
}

function lookedThrough(): Table {
  const table = new Table(fakePlan(), 100, 'tesseract');
  for (let look = 0; look < 3; look += 1)
    full(table, [row(10), row(20)], [detail(10, ['hermes']), detail(20)]);
  return table;
}

describe('Table', () => {
  it('vouches for nothing until every process was looked at', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    expect(table.lookedThrough).toBe(false);
    full(table, [row(10), row(20)], [detail(10, ['hermes'])]);
    expect(table.lookedThrough).toBe(false);
    full(table, [row(10), row(20)], [detail(20)]);
    expect(table.lookedThrough).toBe(true);
  });

  it('does not wait for those that came since: on a busy host there is always one', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    full(table, [row(10), row(20)], [detail(10, ['hermes'])]);
    full(table, [row(10), row(20), row(30)], []);
    expect(table.lookedThrough).toBe(false);
    full(table, [row(10), row(20), row(31)], [detail(20)]);
    expect(table.lookedThrough).toBe(true);
    expect(table.detail(10, [])).toContain(31);
  });

  it('does not wait for those that are gone', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    full(table, [row(10), row(20)], [detail(10, ['hermes'])]);
    table.list([10]);
    expect(table.lookedThrough).toBe(true);
  });

  it('has looked through a host on which something always begins', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    full(table, [row(10), row(20)]);
    full(table, [row(10), row(20), row(30)], [detail(10, ['hermes'])]);
    expect(table.lookedThrough).toBe(false);
    full(table, [row(10), row(40)]);
    expect(table.lookedThrough).toBe(true);
    // Newcomers and those that have lasted wait for their turn side by side.
    table.list([10, 40, 50, 60, 70]);
    expect(table.detail(2, [])).toEqual([50, 40]);
  });

  it('opens a new process several times, since it may yet exec, and then leaves strangers alone', () => {
    const table = lookedThrough();
    expect(table.detail(10, [])).toEqual([]);
    table.list([10, 20, 30]);
    for (let look = 0; look < 3; look += 1) {
      expect(table.detail(10, [])).toEqual([30]);
      expect(table.watch()).toContain(30);
      table.list([10, 20, 30]);
      table.take({
        scope,
        uptimeMs: 1_000,
        rows: [row(10), row(30)],
        details: [detail(30)],
        watched: table.watch(),
      });
    }
    expect(table.detail(10, [])).toEqual([]);
    expect(table.watch()).toEqual([10]);
  });

  it('opens what its own probe starts once, and again only when exec has given it another command name', () => {
    const table = lookedThrough();
    const probe = { runner: { kind: 'probe', drillId: 'd', endsS: null } } as const;
    const all = [row(10), row(20), row(90)];
    full(table, all, [detail(90, [], probe)]);
    const child = (comm: string): ProcessRow[] => [...all, row(91, { ppid: 90, comm }), row(92, { comm })];
    full(table, child('sh'));
    expect(table.detail(25, [])).toEqual(expect.arrayContaining([91, 92]));
    full(table, child('sh'), [detail(91), detail(92)]);
    expect(table.detail(25, [])).not.toContain(91);
    expect(table.detail(25, [])).toContain(92);
    full(table, child('sleep'));
    expect(table.detail(25, [])).toContain(91);
    full(table, child('sleep'), [detail(91)]);
    expect(table.detail(25, [])).not.toContain(91);
    table.lookAgain();
    expect(table.detail(25, [])).toContain(91);
  });

  it('sees a watched process go, and one that is no longer listed', () => {
    const table = lookedThrough();
    expect(table.livesOf('hermes').map((life) => life.pid)).toEqual([10]);
    table.list([10, 20]);
    table.take({ scope, uptimeMs: 1_000, rows: [], details: [], watched: [10] });
    expect(table.livesOf('hermes')).toEqual([]);

    const other = lookedThrough();
    other.list([20]);
    expect(other.livesOf('hermes')).toEqual([]);
  });

  it('opens a stranger again when exec has given it another command name', () => {
    const table = lookedThrough();
    expect(table.detail(10, [])).toEqual([]);
    full(table, [row(10), row(20, { comm: 'hermes' })]);
    expect(table.detail(10, [])).toEqual([20]);
    full(table, [row(10), row(20, { comm: 'hermes' })], [detail(20, ['hermes'])]);
    expect(table.livesOf('hermes').map((life) => life.pid)).toEqual([10, 20]);
  });

  it('S1: opens a stranger again when exec has given it another image under the same command name', () => {
    const table = lookedThrough();
    const as = (image?: number): ProcessRow[] => [
      row(10),
      row(20, { comm: 'sh', ...(image === undefined ? {} : { image }) }),
    ];
    // That it can be seen for once is no change, nor that it cannot, as for a moment while it execs.
    for (const image of [1, undefined, 1]) full(table, as(image), [detail(20)]);
    for (let look = 0; look < 3; look += 1) full(table, as(1), [detail(20)]);
    expect(table.detail(10, [])).toEqual([]);
    full(table, as());
    expect(table.detail(10, [])).toEqual([]);
    full(table, as(2));
    expect(table.detail(10, [])).toEqual([20]);
    full(table, as(2), [detail(20, ['hermes'])]);
    expect(table.livesOf('hermes').map((life) => life.pid)).toEqual([10, 20]);
  });

  it('has everything opened once more when it is asked to, and knows when that is done', () => {
    const table = lookedThrough();
    table.lookAgain();
    expect(table.detail(10, [])).toEqual([10, 20]);
    full(table, [row(10), row(20)], [detail(10, ['hermes'])]);
    expect(table.lookedAgain).toBe(false);
    full(table, [row(10)]);
    table.list([10]);
    expect(table.lookedAgain).toBe(true);
  });

  it('takes a reused pid for another life, unknown until it is opened', () => {
    const table = lookedThrough();
    table.list([10, 20]);
    table.take({ scope, uptimeMs: 1_000, rows: [row(10, { start: 999 })], details: [], watched: [10] });
    expect(table.livesOf('hermes')).toEqual([]);
    expect(table.detail(10, [])).toEqual([10]);
  });

  it('counts a child as alive with its service, and as a root only what has no parent of the service', () => {
    const table = lookedThrough();
    full(
      table,
      [row(10), row(11, { ppid: 10 }), row(12, { ppid: 10 })],
      [detail(11, ['hermes']), detail(12)],
    );
    expect(table.livesOf('hermes').map(({ pid, part }) => [pid, part])).toEqual([
      [10, 'root'],
      [11, 'child'],
      [12, 'child'],
    ]);
  });

  it('takes a zombie for dead only when no thread of it works on', () => {
    const table = lookedThrough();
    full(table, [row(10, { state: 'Z', liveThreads: 1 })]);
    expect(table.livesOf('hermes')).toHaveLength(1);
    full(table, [row(10, { state: 'Z', liveThreads: 0 })]);
    expect(table.livesOf('hermes')).toHaveLength(0);
  });

  it('does not count declared helpers', () => {
    const table = lookedThrough();
    full(table, [row(10), row(11, { ppid: 10 })], [detail(11, [], { leftBy: ['hermes'] })]);
    expect(table.livesOf('hermes').map((life) => life.pid)).toEqual([10]);
  });
});
