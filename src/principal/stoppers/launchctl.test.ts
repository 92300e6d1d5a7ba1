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

beforeAll(async () => {
  launchd = await startTinyLaunchd({
    plain: 'plain',
    stubborn: 'stubborn',
    respawning: 'respawning',
    broken: 'broken',
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

  it('says that a process which ignores SIGTERM still runs', async () => {
    expect(await stopper(0).stop(target('stubborn'))).toBe('still-running');
    expect(() => process.kill(launchd.pidOf('stubborn') ?? 0, 0)).not.toThrow();
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
    expect(argvs[0]?.slice(3)).toEqual(['principal', '/bin/launchctl', 'a b', 'system/a b', '3']);
  });

  it.each(['', 'outcome=', 'outcome=stopped\nConnection lost', 'outcome=gone'])(
    'is unknown where the answer is %j',
    async (stdout) => {
      const cut = launchctlStopper(async () => ({ exitCode: 0, stdout }), { launchctl: 'launchctl' });
      expect(await cut.stop(target('plain'))).toBe('unknown');
    },
  );
});
