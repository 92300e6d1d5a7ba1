import { describe, expect, it } from 'vitest';
import { lstart, parsePsSample } from './parse-ps-sample.ts';
import { atOnce } from './slices.ts';

const about = {
  identity: {
    ...{
      bootId: '49574faf-4801-4ba3-afec-e995f59c28d7',
      pidNamespace: 'ps',
      hostname: 'knox',
      machineId: null,
    },
    ...{ os: 'Darwin', ticksPerSecond: 1 },
  },
  visibility: { uid: 501, hidepid: 'off' },
  heartbeats: [] as string[],
};
const ROWS = [
  '    1     0     1     0 Ss   Thu Nov 26 03:04:05 2026     /sbin/launchd',
  '  501     1   501   501 S    Tue Nov  3 23:59:59 2026     node /opt/hermes/run.js --fast',
  '  777     1   777   501 U+   Thu Nov 26 10:00:00 2026     sh -c ^J: haltdrill-probe',
];
const body = (rows = ROWS, end = 'X 0\n'): string =>
  `T 1795345216 777\n${rows.map((row) => `${row}\n`).join('')}${end}`;
const request = { mode: 'full', watch: [], detail: [501] } as const;
const read = (text = body(), more: Partial<Parameters<typeof parsePsSample>[1]> = {}) =>
  atOnce(parsePsSample(text, { ...request, ...more }, about));
const detailOf = (row: string) => read(body([...ROWS.filter((one) => !/^ +501/.test(one)), row])).details[0];

describe('a sample by ps', () => {
  it('is the whole table, with when each life began to the second', () => {
    const seen = read();
    expect(seen).toMatchObject({ pids: [1, 501, 777], uptimeMs: null, hostWallMs: 1_795_345_216_000 });
    expect(seen.visibility).toEqual({ uid: 501, hidepid: 'off', pid1: true });
    expect(seen.rows.find(({ pid }) => pid === 501)).toMatchObject({
      ...{ ppid: 1, pgrp: 501, sid: 501, state: 'S', start: Date.UTC(2026, 10, 3, 23, 59, 59) / 1000 },
    });
    expect(seen.rows.find(({ pid }) => pid === 777)).toMatchObject({ state: 'D' });
    expect(seen.details).toMatchObject([
      {
        ...{ pid: 501, uid: 501, cgroup: null },
        argv: { kind: 'present', value: ['node', '/opt/hermes/run.js', '--fast'] },
        exe: { kind: 'unreadable' },
      },
    ]);
  });

  it('has the rows that were asked for, and no clock, where it is a list', () => {
    const seen = read(body(), { mode: 'list', watch: [501, 4000], detail: [] });
    expect(seen).toMatchObject({ pids: [1, 501, 777], hostWallMs: null, details: [] });
    expect(seen.rows.map(({ pid }) => pid)).toEqual([501]);
  });

  it('says of a zombie that nothing of it lives', () => {
    const row = '  501     1   501   501 Z    Thu Nov 26 10:00:00 2026     <defunct>';
    expect(read(body([...ROWS.slice(2), row]), { detail: [501] })).toMatchObject({
      rows: [{ pid: 777 }, { pid: 501, state: 'Z', liveThreads: 0 }],
      details: [{ argv: { kind: 'present', value: [] }, exe: { kind: 'absent' } }],
    });
  });

  it('believes no brackets for arguments', () => {
    for (const args of ['(hermes)', '(a b)', ''])
      expect(
        detailOf(`  501     1   501    -2 S    Thu Nov 26 10:00:00 2026     ${args}`.trimEnd()),
      ).toMatchObject({
        uid: null,
        argv: { kind: 'unreadable' },
      });
  });

  it.each<[string, string]>([
    ['ended with an error', body(ROWS, 'X 1\n')],
    ['was cut off', body(ROWS, '')],
    ['does not show the probe', body(ROWS.slice(0, 2))],
    ['shows a pid twice', body([...ROWS, ...ROWS])],
    ['says what is not understood', body([...ROWS, '  9 1 9 0 S soon /bin/x'])],
    ['names no month', body([...ROWS, '    9     1     9     0 S    Thu Nev 26 03:04:05 2026     /bin/x'])],
    ['is followed by something', body(ROWS, 'X 0\nX 0\n')],
  ])('is none where ps %s', (_, text) => {
    expect(() => read(text)).toThrow(/^[^\n]+$/);
  });
});

it('a life is told from others by when it began as ps prints that, with single blanks', () => {
  expect(lstart(Date.UTC(2026, 10, 3, 3, 4, 5) / 1000)).toBe('Tue Nov 3 03:04:05 2026');
});
