import { describe, expect, it } from 'vitest';
import { parsePm2 } from './parse-pm2.ts';
import { APPS, JLIST } from './pm2.fixture.ts';

const present = (label: string, text = JLIST, dump: readonly string[] = []) => {
  const reading = parsePm2(text, dump, label);
  if (reading.kind !== 'present') throw new Error(JSON.stringify(reading));
  return reading.value;
};
/** The first application, with other settings. */
const hermes = (env: object, own: object = {}): string => {
  const [app] = APPS as readonly { pm2_env: object }[];
  return JSON.stringify([{ ...app, ...own, pm2_env: { ...app?.pm2_env, ...env } }]);
};

describe('an application of pm2', () => {
  it('has a pid only in states in which there is a process', () => {
    expect(present('leverage')).toMatchObject({ pid: 14172, restarts: 1, invocation: '1795644858396' });
    expect(present('hermes')).toMatchObject({ pid: null, restarts: 0, invocation: '1795644856668' });
    // pm2 goes on showing the pid of the one that has ended.
    expect(JLIST).toContain('13908');
    expect(present('loops').pid).toBeNull();
    expect(present('tired').pid).toBeNull();
  });

  it('is known by its name, with all processes of a cluster, or by its id', () => {
    expect(present('workers')).toMatchObject({
      pid: 13934,
      restarts: null,
      invocation: '1795644851599,1795644851724',
    });
    expect(present('5').pid).toBe(13941);
    for (const label of ['worker', '7', '']) expect(parsePm2(JLIST, [], label)).toEqual({ kind: 'absent' });
  });

  it('comes back by autorestart, by a restart that waits, and by its cron, even where it is stopped', () => {
    expect(present('leverage')).toMatchObject({
      comesBack: true,
      revives: { withinMs: 0, by: 'autorestart' },
    });
    expect(present('shiva')).toMatchObject({ comesBack: false, keepAlive: null, revives: null });
    expect(present('loops').revives).toEqual({ withinMs: 60_000, by: 'a restart that pm2 has put off' });
    expect(present('hermes').revives).toBeNull();
    expect(present('tired').revives).toBeNull();
    expect(present('hermes', hermes({ cron_restart: '0 * * * *' })).revives).toEqual({
      withinMs: null,
      by: 'its cron_restart',
    });
    const backoff = hermes({ status: 'waiting restart', exp_backoff_restart_delay: 100 });
    expect(present('hermes', backoff).revives?.withinMs).toBe(15_000);
  });

  it('is said to leave children and to start at boot where pm2 says so, and only there', () => {
    expect(present('hermes', JLIST, ['shiva']).bites).toEqual([]);
    const kinds = present('hermes', hermes({ treekill: false }), ['hermes']).bites?.map(({ kind }) => kind);
    expect(kinds).toEqual(['leaves-children', 'starts-at-boot']);
  });
});

describe('an answer that is no list of applications', () => {
  it.each([
    '',
    '{}',
    '[null]',
    '[{"pid":1}]',
    'In-memory PM2 is out-of-date\n[]',
    JLIST.slice(0, -5),
    hermes({ status: 'online' }),
    hermes({ status: 'dancing' }),
    hermes({}, { pid: -1 }),
  ])('is unreadable: %j', (text) => {
    expect(parsePm2(text, [], 'hermes').kind).toBe('unreadable');
  });
});
