import { describe, expect, it } from 'vitest';
import { parseSupervisorctl } from './parse-supervisorctl.ts';
import { CONFIG, NOBODY, SHUTTING_DOWN, STATUS, STOPPED } from './supervisorctl.fixture.ts';

const read = (label: string, status = STATUS, config = CONFIG) => parseSupervisorctl(status, config, label);
const present = (label: string, status?: string, config?: string) => {
  const reading = read(label, status, config);
  if (reading.kind !== 'present') throw new Error(JSON.stringify(reading));
  return reading.value;
};

describe('a process of supervisord', () => {
  it('has the pid that is shown, and no counter', () => {
    expect(present('hermes')).toMatchObject({ pid: 13680, runs: null, restarts: null, invocation: null });
    expect(present('hermes', 'hermes  RUNNING  pid 7, uptime 12 days, 1:02:03\n').pid).toBe(7);
  });

  it('is known by its group and name, or with all of its group', () => {
    expect(present('traders:beta').pid).toBe(13685);
    expect(present('workers:*').pid).toBe(13686);
    for (const label of ['beta', 'traders', 'traders:*x', 'herme', 'nobody'])
      expect(read(label)).toEqual({ kind: 'absent' });
  });

  it.each([
    ['hermes', true, { withinMs: 1000, by: 'autorestart=true' }],
    ['workers:workers_01', true, { withinMs: 1000, by: 'autorestart=unexpected' }],
    ['traders:alpha', false, null],
    ['exited', true, { withinMs: 1000, by: 'autorestart=unexpected' }],
    ['loops', true, { withinMs: 21_000, by: 'a start that supervisord tries again (BACKOFF)' }],
    ['slow', true, { withinMs: null, by: 'a start that supervisord tries again (STARTING)' }],
    ['fatal', true, null],
    ['shiva', true, null],
  ])('%s: comes back after a kill %s, and is revived by %j', (label, comesBack, revives) => {
    expect(present(label)).toMatchObject({ comesBack, revives });
  });

  it('stays stopped once somebody stopped it, whatever its autorestart', () => {
    expect(present('hermes', STOPPED)).toMatchObject({ pid: null, comesBack: true, revives: null });
  });

  it('is said to leave children and to start at boot where its settings say so, and only there', () => {
    const kinds = (label: string) => present(label).bites?.map(({ kind }) => kind);
    expect(kinds('hermes')).toEqual(['leaves-children', 'starts-at-boot']);
    expect(kinds('shiva')).toEqual([]);
    // What an environment says is not known here.
    expect(kinds('traders:beta')).toEqual(['starts-at-boot']);
    expect(present('shiva').disabled).toBe(true);
    expect(present('hermes').disabled).toBe(false);
  });

  it('is said to do nothing where its configuration was not found', () => {
    expect(present('hermes', STATUS, '')).toMatchObject({
      comesBack: null,
      disabled: null,
      revives: null,
      bites: [],
    });
    expect(present('loops', STATUS, '').revives?.withinMs).toBeNull();
  });
});

describe('an answer that is no list', () => {
  it.each([
    '',
    '\n',
    SHUTTING_DOWN,
    NOBODY,
    'hermes RUNNING\n',
    'hermes RUNNING pid 7\n',
    'hermes STOPPED Not started',
    STATUS + STATUS,
  ])('is unreadable: %j', (status) => {
    expect(read('hermes', status).kind).toBe('unreadable');
  });
});
