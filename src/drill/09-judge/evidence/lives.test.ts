import { describe, expect, it } from 'vitest';
import type { ProcessRow } from '../../model/process.ts';
import type { RecordedDetail } from '../../model/sample.ts';
import type { HostSample } from './host-samples.ts';
import { canaryTag, detailAt, firstSeen, type Life, Lives, speaksOf } from './lives.ts';

const row = (pid: number, but: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  start: pid * 10,
  ppid: 1,
  pgrp: pid,
  sid: pid,
  state: 'S',
  ...but,
});

const detail = (pid: number, but: Partial<RecordedDetail> = {}): RecordedDetail => ({
  pid,
  start: pid * 10,
  uid: 0,
  cgroup: null,
  services: [],
  undecided: [],
  leftBy: [],
  canary: null,
  fingerprint: 'f',
  ...but,
});

interface Given {
  readonly host?: string;
  readonly at: number;
  readonly took?: number;
  readonly rows?: readonly ProcessRow[];
  readonly details?: readonly RecordedDetail[];
  /** A sample in which only these were asked for; one of the whole table where not given. */
  readonly watched?: readonly number[];
  readonly boot?: string;
  /** Cannot vouch for an absence. */
  readonly bad?: true;
  /** Could not be read. */
  readonly lost?: true;
}

function sample(given: Given): HostSample {
  const { host = 'knox', at, took = 20, rows = [], details = [], watched, boot = 'b' } = given;
  const mode = watched === undefined ? 'full' : 'list';
  const common = { id: `${host} ${at}`, host, mode, sentMs: at, receivedMs: at + took } as const;
  if (given.lost) {
    return { ...common, table: null, good: false, trouble: { kind: 'unreadable', reason: 'lost' } };
  }
  const table = {
    scope: { bootId: boot, pidNamespace: 'ns' },
    uptimeMs: at,
    hostWallMs: null,
    total: rows.length,
    watched: watched ?? [],
    rows,
    details,
    appeared: [],
    visibility: { uid: 0, pid1: true, hidepid: '0' },
    heartbeats: {},
  };
  return { ...common, table, good: !given.bad, trouble: null };
}

function livesIn(...given: readonly Given[]): Lives {
  const samples = given.map(sample);
  const names = [...new Set(samples.map(({ host }) => host))];
  return new Lives(
    new Map(
      names.map((name) => {
        const own = samples.filter(({ host }) => host === name);
        return [name, { name, identities: [], samples: own, good: own.filter(({ good }) => good) }];
      }),
    ),
  );
}

function only(lives: Lives): Life {
  const [life] = lives.all;
  if (life === undefined || lives.all.length > 1) throw new Error(`${lives.all.length} lives`);
  return life;
}

/** Between which samples the only life died. */
function deathIn(...given: readonly Given[]): readonly unknown[] | null {
  const lives = livesIn(...given);
  const death = lives.death(only(lives));
  return death === null ? null : [death.fromMs, death.toMs, death.lastSeen.id, death.firstNot.id];
}

const seven = { rows: [row(7)] };
const atlas = { host: 'atlas' };

describe('a life died', () => {
  it.each<[string, readonly Given[], readonly unknown[] | null]>([
    ['nowhere, where no sample came after it', [{ at: 0, ...seven }], null],
    [
      'between the last sample that shows it and the first that does not',
      [{ at: 0, ...seven }, { at: 100, ...seven }, { at: 200 }, { at: 300 }],
      [100, 220, 'knox 100', 'knox 200'],
    ],
    [
      'before a sample that asked for it',
      [
        { at: 0, ...seven },
        { at: 100, watched: [8] },
        { at: 200, watched: [8, 7] },
      ],
      [0, 220, 'knox 0', 'knox 200'],
    ],
    [
      'nowhere, where the samples after it were lost or could not see everything',
      [
        { at: 0, ...seven },
        { at: 100, lost: true },
        { at: 200, bad: true },
      ],
      null,
    ],
    [
      'before the sample of whichever host of its machine came back first',
      [
        { at: 0, ...seven },
        { at: 0, ...atlas, ...seven },
        { at: 100, took: 90 },
        { at: 110, ...atlas, took: 20 },
      ],
      [0, 130, 'knox 0', 'atlas 110'],
    ],
    [
      'before the sample of its own host where that came back first',
      [
        { at: 0, ...seven },
        { at: 0, ...atlas, ...seven },
        { at: 100, took: 20 },
        { at: 110, ...atlas, took: 20 },
      ],
      [0, 120, 'knox 0', 'knox 100'],
    ],
    [
      'after a sample that another host had sent at the same time',
      [
        { at: 0, ...atlas, ...seven },
        { at: 100, ...seven },
        { at: 100, ...atlas },
        { at: 200, ...atlas },
      ],
      [100, 220, 'knox 100', 'atlas 200'],
    ],
    [
      'nowhere, where the host that never showed it does not know it',
      [
        { at: 0, ...seven },
        { at: 100, ...atlas },
      ],
      null,
    ],
    [
      'when it was last seen alive, though it stays as a zombie',
      [{ at: 0, ...seven }, { at: 100, rows: [row(7, { state: 'Z', liveThreads: 0 })] }, { at: 200 }],
      [0, 120, 'knox 0', 'knox 100'],
    ],
    [
      'nowhere, where it was only ever seen dead',
      [{ at: 0, rows: [row(7, { state: 'X' })] }, { at: 100 }],
      null,
    ],
  ])('%s', (_, given, expected) => {
    expect(deathIn(...given)).toEqual(expected);
  });

  it('is told the same when asked again', () => {
    const lives = livesIn({ at: 0, ...seven }, { at: 100 });
    expect(lives.death(only(lives))).toBe(lives.death(only(lives)));
    const alive = livesIn({ at: 0, ...seven });
    expect([alive.death(only(alive)), alive.death(only(alive))]).toEqual([null, null]);
  });
});

describe('a life flickered', () => {
  it.each<[string, readonly Given[], readonly string[] | null]>([
    [
      'not, where every sample shows it',
      [
        { at: 0, ...seven },
        { at: 100, ...seven },
        { at: 200, ...seven },
      ],
      null,
    ],
    [
      'where one sample in between lacks it',
      [{ at: 0, ...seven }, { at: 100 }, { at: 200 }, { at: 300, ...seven }],
      ['knox 0', 'knox 100', 'knox 300'],
    ],
    [
      'not, where that was not asked for it, was lost or could not see everything',
      [
        { at: 0, ...seven },
        { at: 100, watched: [8] },
        { at: 200, lost: true },
        { at: 300, bad: true },
        { at: 400, ...seven },
      ],
      null,
    ],
    [
      'not, where another machine lacks it',
      [
        { at: 0, ...seven },
        { at: 100, ...atlas, boot: 'other' },
        { at: 200, ...seven },
      ],
      null,
    ],
    [
      'not, where another host lacks it before the first answer came',
      [
        { at: 0, ...seven },
        { at: 20, ...atlas },
        { at: 200, ...seven },
      ],
      null,
    ],
    [
      'where another host lacks it just after the first answer came',
      [
        { at: 0, ...seven },
        { at: 21, ...atlas },
        { at: 200, ...seven },
      ],
      ['knox 0', 'atlas 21', 'knox 200'],
    ],
    [
      'not, where another host answers as the last sample is sent',
      [
        { at: 0, ...seven },
        { at: 180, ...atlas },
        { at: 200, ...seven },
      ],
      null,
    ],
    [
      'where another host answers just before the last sample is sent',
      [
        { at: 0, ...seven },
        { at: 179, ...atlas },
        { at: 200, ...seven },
      ],
      ['knox 0', 'atlas 179', 'knox 200'],
    ],
    [
      'most of all in the eyes of a host that contradicts itself',
      [{ at: 100, ...atlas }, { at: 0, ...seven }, { at: 110 }, { at: 200, ...seven }],
      ['knox 0', 'knox 110', 'knox 200'],
    ],
    [
      'in the eyes of a host that had shown it, and never did again, as much as of another',
      [
        { at: 10, ...atlas, ...seven },
        { at: 100, ...atlas },
        { at: 0, ...seven },
        { at: 110 },
        { at: 200, ...seven },
      ],
      ['knox 0', 'knox 110', 'knox 200'],
    ],
    ['not, where it was only ever seen dead', [{ at: 0, rows: [row(7, { state: 'X' })] }, { at: 100 }], null],
  ])('%s', (_, given, expected) => {
    const lives = livesIn(...given);
    const found = lives.flickered(only(lives));
    const ids = found === null ? null : [found.before.id, found.missed.id, found.after.id];
    expect(ids).toEqual(expected);
    expect(lives.flickered(only(lives))).toBe(found);
  });
});

describe('what is known of a life', () => {
  it('is in the order in which the samples were sent, then came, then by the name of the host', () => {
    const lives = livesIn(
      { at: 100, took: 30, ...seven },
      { at: 0, ...seven },
      { at: 100, took: 20, host: 'zeta', ...seven },
      { at: 100, took: 20, ...atlas, ...seven },
      { at: 100, took: 20, host: 'mu', ...seven },
    );
    const seen = only(lives).seen.map(({ sample: { id } }) => id);
    expect(seen).toEqual(['knox 0', 'atlas 100', 'mu 100', 'zeta 100', 'knox 100']);
    expect([...only(lives).hosts]).toEqual(['knox', 'atlas', 'mu', 'zeta']);
  });

  it('is one life a pid and start, and a machine', () => {
    const { all } = livesIn(
      { at: 0, rows: [row(7), row(8)] },
      { at: 100, rows: [row(7, { start: 99 })] },
      { at: 200, rows: [row(7, { start: 99 })] },
      { at: 200, ...atlas, boot: 'other', rows: [row(7)] },
    );
    expect(all.map(({ key, scope, pid, start }) => [key, scope, pid, start])).toEqual([
      ['b/ns/7/70', 'b/ns', 7, 70],
      ['b/ns/8/80', 'b/ns', 8, 80],
      ['b/ns/7/99', 'b/ns', 7, 99],
      ['other/ns/7/70', 'other/ns', 7, 70],
    ]);
  });

  it('holds no detail of another life that had its pid', () => {
    const given = (start: number): Given => ({
      at: 0,
      ...seven,
      details: [detail(7, { start, services: ['hermes'] })],
    });
    const own = only(livesIn(given(70)));
    expect([own.details.length, [...own.matched]]).toEqual([1, ['hermes']]);
    const others = only(livesIn(given(71)));
    expect([others.details.length, others.matched.size]).toEqual([0, 0]);
  });

  it('has its states, but for those in which it has ended', () => {
    const states = [
      { state: 'S' },
      { state: 'T' },
      { state: 'Z', liveThreads: 1 },
      { state: 'Z', liveThreads: 0 },
    ];
    const life = only(livesIn(...states.map((but, index) => ({ at: index * 100, rows: [row(7, but)] }))));
    expect(life.seen.map(({ state }) => state)).toEqual(['S', 'T', 'Z']);
    expect(firstSeen(life)?.id).toBe('knox 0');
    expect(firstSeen(only(livesIn({ at: 0, rows: [row(7, { state: 'X' })] })))).toBeNull();
  });

  it('descends from whoever was its parent, leader or session at any time, or shares a cgroup of its own', () => {
    const child = { start: 90 };
    const rows = (of: Partial<ProcessRow>): readonly ProcessRow[] => [row(7), row(9, { ...child, ...of })];
    const isChild = (...given: readonly Given[]): boolean =>
      livesIn(...given)
        .lineage('b/ns')
        .descendants(new Set(['b/ns/7/70']))
        .has('b/ns/9/90');
    expect(isChild({ at: 0, rows: rows({}) })).toBe(false);
    for (const kin of [{ ppid: 7 }, { pgrp: 7 }, { sid: 7 }]) {
      expect(
        isChild({ at: 0, rows: rows({}) }, { at: 100, rows: rows(kin) }, { at: 200, rows: rows({}) }),
      ).toBe(true);
    }
    const unit = [7, 9].map((pid) => detail(pid, { cgroup: '/hermes.service' }));
    expect(isChild({ at: 0, rows: rows({}) }, { at: 100, rows: rows({}), details: unit })).toBe(true);
    const older = unit.map((one) => ({ ...one, start: 1 }));
    expect(isChild({ at: 0, rows: rows({}) }, { at: 100, rows: rows({}), details: older })).toBe(false);
  });

  it('has nobody in a lineage of a machine that was never seen', () => {
    const lives = livesIn({ at: 0, ...seven });
    expect(lives.lineage('other/ns').descendants(new Set(['b/ns/7/70'])).size).toBe(0);
    expect(lives.lineage('other/ns')).toBe(lives.lineage('other/ns'));
  });
});

it('a detail is the last read by a time, or else the first ever read', () => {
  const life = only(
    livesIn(
      { at: 0, ...seven },
      { at: 100, ...seven, details: [detail(7)] },
      { at: 200, ...seven, details: [detail(7)] },
    ),
  );
  expect([99, 100, 199, 200].map((ms) => detailAt(life, ms)?.sample.id)).toEqual(
    [100, 100, 100, 200].map((at) => `knox ${at}`),
  );
  expect(detailAt(only(livesIn({ at: 0, ...seven })), 0)).toBeNull();
});

it('a canary is one by any detail of it', () => {
  const given = (...tags: readonly (string | null)[]): Life =>
    only(
      livesIn(...tags.map((canary, index) => ({ at: index, ...seven, details: [detail(7, { canary })] }))),
    );
  expect(canaryTag(given(null, 'c-1', 'c-2'))).toBe('c-1');
  expect(canaryTag(given(null))).toBeNull();
});

it('a sample speaks of a process that it asked for, or where it read everything', () => {
  expect(speaksOf(sample({ at: 0 }), 7)).toBe(true);
  expect(speaksOf(sample({ at: 0, watched: [7] }), 7)).toBe(true);
  expect(speaksOf(sample({ at: 0, watched: [8] }), 7)).toBe(false);
  expect(speaksOf(sample({ at: 0, lost: true }), 7)).toBe(false);
});

it('S6: a look at what has ended does not say what it was', () => {
  const doubt = { undecided: [{ service: 'hermes', reason: 'code' }] };
  const looked = (state: string, liveThreads: number): Life =>
    only(
      livesIn(
        { at: 0, ...seven, details: [detail(7, doubt)] },
        { at: 100, rows: [row(7, { state, liveThreads })], details: [detail(7)] },
      ),
    );
  expect(looked('Z', 0).details.map(({ sample: { sentMs } }) => sentMs)).toEqual([0]);
  expect(looked('Z', 1).details.map(({ sample: { sentMs } }) => sentMs)).toEqual([0, 100]);
});
