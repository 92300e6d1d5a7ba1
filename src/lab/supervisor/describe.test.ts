import { describe, expect, it } from 'vitest';
import { describeAll, describeOne } from './describe.ts';
import type { JobState } from './job.ts';

const spec = { label: 'com.invictus.hermes', program: ['/usr/bin/node', '/h'], keepAlive: true, log: '/l' };
const timing = { scheduled: false, throttleMs: 250, intervalMs: null };
const running: JobState = { ...timing, spec, pid: 41, runs: 2, lastEnding: { signal: 'SIGKILL' } };
const stopped: JobState = { ...timing, spec, pid: null, runs: 1, lastEnding: { code: 3 } };
const numberOf = (): number => 9;

describe('what launchctl prints', () => {
  it('lists pid, last status and label', () => {
    expect(describeAll([running, stopped], numberOf)).toBe(
      'PID\tStatus\tLabel\n41\t-9\tcom.invictus.hermes\n-\t3\tcom.invictus.hermes\n',
    );
  });

  it('has a pid line only for a job that runs', () => {
    expect(describeOne(running, numberOf)).toContain('\n\tpid = 41\n');
    expect(describeOne(running, numberOf)).toContain('\n\tlast terminating signal = SIGKILL: 9\n');
    expect(describeOne(stopped, numberOf)).not.toMatch(/\tpid = /);
    expect(describeOne(stopped, numberOf)).toContain('\n\tlast exit code = 3\n');
  });

  it('says what will bring a job back', () => {
    expect(describeOne(stopped, numberOf)).toContain('\n\tstate = not running\n');
    expect(describeOne(stopped, numberOf)).toContain('\n\tminimum runtime = 0.25\n');
    const waiting = describeOne({ ...stopped, scheduled: true, intervalMs: 60_000 }, numberOf);
    expect(waiting).toContain('\n\tstate = spawn scheduled\n');
    expect(waiting).toContain('\n\trun interval = 60 seconds\n');
  });
});
