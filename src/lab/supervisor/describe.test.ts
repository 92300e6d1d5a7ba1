import { describe, expect, it } from 'vitest';
import { describeAll, describeOne } from './describe.ts';
import type { JobState } from './job.ts';

const spec = { label: 'com.invictus.hermes', program: ['/usr/bin/node', '/h'], keepAlive: true, log: '/l' };
const running: JobState = { spec, pid: 41, runs: 2, lastEnding: { signal: 'SIGKILL' } };
const stopped: JobState = { spec, pid: null, runs: 1, lastEnding: { code: 3 } };
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
});
