import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TinyLaunchd } from '../fixtures/tiny-launchd.ts';
import { startTinyLaunchd } from '../fixtures/tiny-launchd.ts';
import type { Target } from '../parts.ts';
import { runLocally } from './command.ts';
import { launchctlStopper } from './launchctl.ts';

let launchd: TinyLaunchd;
const target = (label: string): Target => ({ service: label, label, host: 'knox' });
const stopper = (graceSeconds = 10) =>
  launchctlStopper(runLocally, { launchctl: launchd.launchctl, graceSeconds });

/** A zombie counts as gone: nobody here waits for other people's children. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

beforeAll(async () => {
  launchd = await startTinyLaunchd({
    plain: 'plain',
    stubborn: 'stubborn',
    respawning: 'respawning',
    broken: 'broken',
    parent: 'parent',
    careless: 'careless',
    eternal: 'respawning',
  });
});
afterAll(() => launchd.close());

describe('stopping real processes', () => {
  it('sees one end and come back as another', async () => {
    const first = launchd.pidOf('plain');
    expect(first).not.toBeNull();
    expect(await stopper().stop(target('plain'))).toBe('stopped');
    expect(() => process.kill(first ?? 0, 0)).toThrow('ESRCH');
    expect(await stopper().stop(target('plain'))).toBe('not-running');
    expect(await stopper().start(target('plain'))).toBe('running');
    expect(launchd.pidOf('plain')).not.toBe(first);
    expect(await stopper().start(target('plain'))).toBe('running');
  });

  it('does not take the word of a launchctl that succeeds for a label it does not know', async () => {
    expect((await runLocally([launchd.launchctl, 'stop', 'elsewhere'])).exitCode).toBe(0);
    expect(await stopper().stop(target('elsewhere'))).toBe('unknown');
    expect(await stopper().start(target('elsewhere'))).toBe('unknown');
  });

  it('kills a process that ignores SIGTERM once its grace is over', async () => {
    const pid = launchd.pidOf('stubborn') ?? 0;
    expect(await stopper(1).stop(target('stubborn'))).toBe('stopped');
    expect(isAlive(pid)).toBe(false);
  });

  it.each(['parent', 'careless'])(
    'takes the children of a %s with it, those that ignore SIGTERM too',
    async (label) => {
      const child = Number(launchd.said(label).trim());
      expect(() => process.kill(child, 0)).not.toThrow();
      expect(await stopper(1).stop(target(label))).toBe('stopped');
      expect(isAlive(child)).toBe(false);
    },
  );

  it('stops for good what its manager would bring back, and undoes it', async () => {
    const first = launchd.pidOf('eternal');
    expect(await stopper().stop(target('eternal'), 'for-good')).toBe('stopped');
    expect(isAlive(first ?? 0)).toBe(false);
    expect(launchd.pidOf('eternal')).toBeNull();
    // What an earlier attempt did counts; what this host never heard of does not.
    expect(await stopper().stop(target('eternal'), 'for-good')).toBe('not-running');
    expect(await stopper().stop(target('elsewhere'), 'for-good')).toBe('unknown');
    expect(await stopper().start(target('eternal'))).toBe('unknown');
    expect(await stopper().start(target('eternal'), 'for-good')).toBe('running');
  });

  it('is told to go for good by itself, and is', async () => {
    await stopper().leave?.(target('eternal'));
    await expect.poll(() => launchd.pidOf('eternal'), { timeout: 10_000 }).toBeNull();
    expect(await stopper().start(target('eternal'), 'for-good')).toBe('running');
  });

  it('reaches a host whose launchctl answers', async () => {
    expect(await stopper().reach?.()).toBe(true);
    expect(await launchctlStopper(runLocally, { launchctl: '/nonexistent' }).reach?.()).toBe(false);
  });

  it('is not fooled by one that comes back at once', async () => {
    expect(await stopper().stop(target('respawning'))).toBe('still-running');
  });

  it('says that a service which dies at once was not seen to run', async () => {
    expect(await stopper(0).start(target('broken'))).toBe('not-running');
  });

  it('knows nothing where launchctl is missing', async () => {
    const nowhere = launchctlStopper(runLocally, { launchctl: '/nonexistent/launchctl' });
    expect(await nowhere.stop(target('plain'))).toBe('unknown');
    expect(await nowhere.start(target('plain'))).toBe('unknown');
  });

  it('asks print with the domain and stop without it', async () => {
    const argvs: (readonly string[])[] = [];
    const run = async (argv: readonly string[]) => {
      argvs.push(argv);
      return { exitCode: 0, stdout: 'outcome=stopped\n' };
    };
    await launchctlStopper(run, { launchctl: '/bin/launchctl', domain: 'system' }).stop(target('a b'));
    expect(argvs[0]?.slice(3)).toEqual([
      ...['principal', '/bin/launchctl', 'a b', 'system/a b', '3'],
      ...['ordinary', 'system', '/Library/LaunchDaemons/a b.plist'],
    ]);
  });

  it.each(['', 'outcome=', 'outcome=stopped\nConnection lost', 'outcome=gone'])(
    'is unknown where the answer is %j',
    async (stdout) => {
      const cut = launchctlStopper(async () => ({ exitCode: 0, stdout }), { launchctl: 'launchctl' });
      expect(await cut.stop(target('plain'))).toBe('unknown');
    },
  );
});
