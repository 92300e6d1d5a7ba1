import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../../test/fakes/fake-fleet.ts';
import type { ProcessRow } from '../model/process.ts';
import type { RecordedDetail } from '../model/sample.ts';
import { Table } from './table.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Bytes that are held, whatever garbage there is. */
function held(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

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

describe('what is remembered of those that are gone', () => {
  const strangers = (from: number): ProcessRow[] => Array.from({ length: 1_000 }, (_, at) => row(from + at));

  it('S6: is bounded, for strangers and for what services started, however many came and went', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    full(table, [row(10)], [detail(10, ['hermes'])]);
    for (let round = 1; round <= 30; round += 1) {
      const children = strangers(round * 2_000).map((one) => ({ ...one, ppid: 10 }));
      full(table, [row(10), ...children, ...strangers(round * 2_000 + 1_000)]);
    }
    expect(table.lives).toBeLessThanOrEqual(2 * 4_096 + 1_024 + 2_001);
    expect(table.livesOf('hermes')).toHaveLength(1_001);
  });

  it('S6: tells what a helper started from the service, though those between are gone', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    const [service, helper] = [row(10), row(11, { ppid: 10, pgrp: 10, sid: 10 })];
    const [between, last] = [
      row(12, { ppid: 11, pgrp: 10, sid: 10 }),
      row(13, { ppid: 12, pgrp: 10, sid: 10 }),
    ];
    full(
      table,
      [service, helper, between, last],
      [detail(10, ['hermes']), detail(11, [], { leftBy: ['hermes'] })],
    );
    for (let round = 1; round <= 20; round += 1)
      full(table, [service, helper, last, ...strangers(round * 1_000)]);
    expect(table.livesOf('hermes').map(({ pid }) => pid)).toEqual([10]);
  });

  it('S6: is all of a service and its children, before and after the crowd', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    full(table, [row(10), row(11, { ppid: 10 })], [detail(10, ['hermes']), detail(11)]);
    full(table, [row(10)]);
    for (let round = 1; round <= 20; round += 1) full(table, [row(10), ...strangers(round * 1_000)]);
    expect(table.pidsEver(['hermes'])).toEqual([10, 11]);
    // Its parent, the child, is gone, and is known to have been of the service.
    full(table, [row(10), row(50_000, { ppid: 11 })]);
    expect(table.livesOf('hermes').map(({ pid }) => pid)).toEqual([10, 50_000]);
  });

  it('S6: is what one was first and at last, however often it changed', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    full(table, [row(10), row(11, { ppid: 10 })], [detail(10, ['hermes'])]);
    const helper = { leftBy: ['hermes'] };
    const looks = [
      helper,
      {},
      ...Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? helper : {})),
      helper,
    ];
    for (const look of looks) full(table, [row(10), row(11, { ppid: 10 })], [detail(11, [], look)]);
    // It was something else than a helper once, and that ends an excuse for good.
    expect(table.livesOf('hermes').map(({ pid }) => pid)).toEqual([10, 11]);
  });

  it('S6: is bounded for one that goes from group to group, which counts by what it is', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    for (let look = 0; look < 500; look += 1) {
      const tag = { canary: `d.${look}` };
      full(table, [row(10, { ppid: 100 + look, pgrp: 1_000 + look })], [detail(10, ['hermes'], tag)]);
    }
    full(table, [row(10)], [detail(10, ['hermes'])]);
    expect(table.livesOf('hermes').map(({ pid }) => pid)).toEqual([10]);
  });

  it('S6: keeps no argv of which a tag is a part', () => {
    const table = new Table(fakePlan(), 100, 'tesseract');
    const pids = Array.from({ length: 500 }, (_, at) => at + 10);
    full(
      table,
      pids.map((pid) => row(pid)),
    );
    const before = held();
    for (const pid of pids) {
      const [canary = '', cgroup = ''] =
        `tesseract-drill.abcdef ${'/x'.repeat(2_000)} ${'z'.repeat(64_000)}`.split(' ');
      full(
        table,
        pids.map((one) => row(one)),
        [detail(pid, [], { canary, cgroup })],
      );
    }
    expect(held() - before).toBeLessThan(500 * 16_000);
    expect(table.lives).toBe(500);
  });
});
