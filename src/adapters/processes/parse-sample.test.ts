import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdentity } from './parse-identity.ts';
import { liveThreads, parseThreads, parseSample as readSample } from './parse-sample.ts';
import { bodyOf } from './probe-session.ts';
import { atOnce } from './slices.ts';

const parseSample = (...given: Parameters<typeof readSample>) => atOnce(readSample(...given));
const BOOT = '49574faf-4801-4ba3-afec-e995f59c28d7';
const stat = (pid: number, state = 'S', start = pid * 10): string =>
  `${pid} (sh) ${state} 1 7 8 0 -1 4194560 ${Array.from({ length: 15 }, () => 1)
    .join(' ')
    .slice(0, -6)} ${start} ${Array.from({ length: 30 }, () => 0).join(' ')}\n`;
const hex = (text: string): string =>
  (
    Buffer.from(text, 'latin1')
      .toString('hex')
      .match(/.{1,32}/g) ?? []
  )
    .map((line) => `${line.replace(/../g, ' $&')}\n`)
    .join('');
const about = { bootId: BOOT, heartbeats: ['sentinel'] };
const FULL = `W 10.00 10.01 1795345216009123456\nT 10.01 1\nL 16 /proc/1 /proc/22\nR\n${stat(1)}${stat(22)}L 16 /proc/1 /proc/22\nH 1 file\n${hex('beat\nmore')}`;
const opened = (cmdline: string, exe: string, mark = `${BOOT}\n`, cwd = '/x\n', inner = '-'): string =>
  `D 22\nF\n${hex(`${mark}${stat(22)}${mark}${cmdline}${mark}0::/a.slice\n${mark}self/mounts\n${exe}self/mounts\n${cwd}self/mounts\npid:[4026532178]\nself/mounts\n`)}U 22 501 ${inner}\nR\n${stat(22)}`;
const request = { mode: 'full', watch: [], detail: [] } as const;

describe('a full sample', () => {
  it('has every process, the clocks and the heartbeats', () => {
    expect(parseSample(FULL, 2, request, about)).toMatchObject({
      uptimeMs: 10_010,
      hostWallMs: 1795345216009,
      pids: [1, 22],
      rows: [{ pid: 1 }, { pid: 22, start: 220, ppid: 1 }],
      pid1: true,
      heartbeats: { sentinel: { kind: 'present', value: 'beat' } },
    });
  });

  it('S7: has nothing of a heartbeat file whose place a link took while it was read', () => {
    const swapped = `${FULL}H 1 link\n`;
    expect(parseSample(swapped, 2, request, about).heartbeats.sentinel).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('is a link'),
    });
    expect(() => parseSample(FULL.replace('H 1 file', 'H 1 constructor'), 2, request, about)).toThrow(
      'could not be understood',
    );
  });

  it('is refused when a process that was there all the time has no row', () => {
    expect(() => parseSample(FULL.replace(stat(22), ''), 2, request, about)).toThrow('pid 22 among them');
  });

  it('lets a process go that vanished while it was read', () => {
    const gone = FULL.replace(stat(22), '').replace('L 16 /proc/1 /proc/22\nH', 'L 7 /proc/1\nH');
    expect(parseSample(gone, 2, request, about).rows.map(({ pid }) => pid)).toEqual([1]);
  });

  it('is refused when the count is off', () => {
    expect(() => parseSample(FULL, 3, request, about)).toThrow('were listed');
  });

  it('knows no wall clock where date gives whole seconds or the clocks were read far apart', () => {
    for (const wall of [
      'W 10.00 10.01 1795345216',
      'W 10.00 10.01 1795345216N',
      'W 9.00 10.01 1795345216009123456',
    ])
      expect(parseSample(FULL.replace(/^W.*/, wall), 2, request, about).hostWallMs).toBeNull();
  });

  it('is refused, or the same, wherever a piece of it is lost or repeated', () => {
    const whole = FULL + opened('sh\0-c\0x\0', '/usr/bin/dash\n');
    const asked = { ...request, detail: [22] };
    const genuine = parseSample(whole, 2, asked, about);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(400), fc.boolean(), (at, length, twice) => {
        const piece = whole.slice(at, at + length);
        const broken = whole.slice(0, at) + (twice ? piece + piece : '') + whole.slice(at + length);
        try {
          const seen = parseSample(broken, 2, asked, about);
          expect(seen.pids).toEqual(genuine.pids);
          for (const row of seen.rows) expect(genuine.rows.map(({ pid }) => pid)).toContain(row.pid);
          expect(seen.rows).toHaveLength(genuine.rows.length);
        } catch (error) {
          if ((error as Error).name === 'AssertionError') throw error;
          expect((error as Error).message).not.toContain('\n');
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('never throws anything but a one-line Error at garbage', () => {
    const garbage = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    fc.assert(
      fc.property(garbage, fc.constantFrom('', FULL.slice(0, 90)), (text, head) => {
        for (const parse of [
          () => parseSample(head + text, 2, request, about),
          () => atOnce(parseThreads(text)),
          () => parseIdentity(text),
          () => bodyOf(Buffer.from(text, 'latin1'), 'n1', true),
        ])
          expect(parse).toThrow(Error);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a list sample', () => {
  const LIST = `T 10.01 0\nL 16 /proc/1 /proc/22\nR\n${stat(22)}`;
  it('has the rows that were asked for and were there', () => {
    const seen = parseSample(LIST, 2, { mode: 'list', watch: [22, 23], detail: [] }, about);
    expect(seen).toMatchObject({
      pids: [1, 22],
      rows: [{ pid: 22 }],
      pid1: false,
      heartbeats: {},
      hostWallMs: null,
    });
  });
  it('is refused with a row that nobody asked for', () => {
    expect(() => parseSample(LIST, 2, { mode: 'list', watch: [23], detail: [] }, about)).toThrow(
      'not asked for',
    );
  });
});

describe('opened processes', () => {
  const open = (text: string) => parseSample(FULL + text, 2, { ...request, detail: [22] }, about).opened;

  it('keep every byte of argv, an empty last argument included', () => {
    expect(open(opened('sh\0a\nb \xff\0\0', '/bin/s h\n'))).toEqual({
      again: [],
      details: [
        {
          state: 'S',
          detail: {
            pid: 22,
            start: 220,
            uid: 501,
            argv: { kind: 'present', value: ['sh', 'a\nb \ufffd', ''] },
            exe: { kind: 'present', value: '/bin/s h' },
            cwd: { kind: 'present', value: '/x' },
            cgroup: '/a.slice',
          },
        },
      ],
    });
  });

  it('are only those that were still there, and never others', () => {
    const asked = (text: string, detail: number[]) =>
      parseSample(FULL + text, 2, { ...request, detail }, about).opened;
    expect(asked('D \n', [22])).toEqual({ details: [], again: [] });
    const one = asked(opened('sh\0', '/bin/sh\n'), [21, 22, 23]);
    expect(one.details.map(({ detail }) => detail.pid)).toEqual([22]);
    expect(() => asked(opened('sh\0', '/bin/sh\n'), [21])).toThrow('other processes');
    expect(() => asked('', [22])).toThrow('too early');
  });

  it('are opened one by one where a process writes the mark into its argv or its path', () => {
    expect(open(opened(`sh\0${BOOT}\n`, '/bin/sh\n'))).toEqual({ details: [], again: [22] });
    expect(open(opened('sh\0', '/tmp/self/mounts\n'))).toEqual({ details: [], again: [22] });
    expect(open(opened('sh\0', `/tmp/${BOOT}\n`))).toEqual({ details: [], again: [22] });
  });

  it('are unreadable, not absent, where an ordinary process shows no executable', () => {
    const [first] = open(opened('sh\0', '')).details;
    expect(first?.detail.exe).toEqual({ kind: 'unreadable', reason: 'no permission to read /proc/22/exe' });
    expect(open(opened('', '')).details[0]?.detail.argv.kind).toBe('unreadable');
  });

  it('B1: show the folder they work in, against which relative arguments are held', () => {
    const cwdOf = (cwd: string) => open(opened('sh\0', '/bin/sh\n', undefined, cwd)).details[0]?.detail.cwd;
    expect(cwdOf('/x y\n')).toEqual({ kind: 'present', value: '/x y' });
    expect(cwdOf('')).toEqual({ kind: 'unreadable', reason: 'no permission to read /proc/22/cwd' });
  });

  it('D1: are called something else in another pid namespace', () => {
    const innerOf = (inner: string) =>
      open(opened('sh\0', '/bin/sh\n', undefined, undefined, inner)).details[0]?.detail.inner;
    expect(innerOf('7')).toEqual({ pid: 7, pidNamespace: 'pid:[4026532178]' });
    expect(innerOf('-')).toBeUndefined();
  });

  it('call exec no more once they are ending, and say so where their memory is gone already', () => {
    const ending = (cmdline: string, exe: string): string =>
      opened(cmdline, exe).slice(0, -stat(22).length) + stat(22).replace(' 4194560 ', ' 4194564 ');
    const detailOf = (text: string) => open(text).details[0]?.detail;
    expect(detailOf(ending('', ''))).toMatchObject({ argv: { kind: 'unreadable' }, headless: true });
    expect(detailOf(ending('sh\0', '/bin/sh\n'))).not.toHaveProperty('headless');
    expect(detailOf(opened('', ''))).not.toHaveProperty('headless');
  });

  it('drop only the torn end of an overlong argv, and only where the script is still there', () => {
    const long = 'x'.repeat(70_000);
    expect(open(opened(`node\0run.js\0${long}\0`, '/bin/node\n')).details[0]?.detail.argv).toEqual({
      kind: 'present',
      value: ['node', 'run.js'],
    });
    expect(
      open(opened(`python3\0-X\0dev\0${long}\0`, '/usr/bin/python3\n')).details[0]?.detail.argv.kind,
    ).toBe('unreadable');
    expect(open(opened(`java\0-cp\0-${long}\0Main\0`, '/bin/java\n')).details[0]?.detail.argv.kind).toBe(
      'unreadable',
    );
  });
});

describe('the identity', () => {
  const HELLO = `O Linux\nN knox\nA ${BOOT}\nS 12 12 pid:[4026531836]\nM 3d1219c7c4c5404aaa1f6d2a48adfda4\nC 100\nY 0\n`;
  it('takes hidepid from the mount in force', () => {
    expect(parseIdentity(`${HELLO}P proc rw\nP proc rw,hidepid=invisible\n`).visibility.hidepid).toBe(
      'invisible',
    );
    expect(parseIdentity(`${HELLO}P proc rw,relatime\n`).visibility.hidepid).toBe('0');
    expect(parseIdentity(`${HELLO}P fuse.lxcfs rw\n`).visibility.hidepid).toBe('unknown');
    expect(parseIdentity(HELLO).visibility.hidepid).toBe('unknown');
  });
  it('says that a host without /proc is not supported', () => {
    expect(() => parseIdentity('O FreeBSD\nN knox\nX\n')).toThrow(
      'knox (FreeBSD) has no /proc; hosts other than Linux and macOS are not supported',
    );
  });
  it('refuses a /proc of another pid namespace', () => {
    expect(() => parseIdentity(HELLO.replace('S 12 12', 'S 4000 12'))).toThrow('another pid namespace');
  });
});

describe('what was a zombie when its row was read', () => {
  const count = (state: string, live: number | null) => ({ pid: 7, start: 1, state, live, thread: null });
  it.each([
    ['has ended where it has been reaped since', undefined, 0],
    ['has ended where no thread works on', count('Z', 0), 0],
    ['has not where one does', count('Z', 1), 1],
    ['is in doubt where they could not be counted', count('Z', null), undefined],
    ['is in doubt where one of its threads has called exec', count('R', 1), undefined],
  ])('%s', (_, threads, live) => {
    expect(liveThreads(threads)).toBe(live);
  });
});
