import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { createJob } from './job.ts';
import { unreaped } from './unreaped.ts';

const state = (pid: number): string | undefined => {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
};
const until = (condition: () => boolean, what: string): Promise<void> =>
  waitUntil(condition, 10_000, () => what, 5);

it('leaves a zombie where its process was, says that it is down, and takes the zombie with it', async () => {
  const spec = { label: 'a.job', program: ['sleep', '300'], keepAlive: false, log: '/dev/null' };
  const plain = createJob(spec, { cwd: tmpdir(), env: {}, throttleMs: 10, exitTimeoutMs: 100 });
  const job = unreaped(plain);
  job.start();
  await until(() => job.state().pid !== null, 'the job is up');
  const first = job.state().pid ?? 0;
  job.stop();
  await until(() => job.state().pid === null, 'the job is down');
  expect(state(first)).toBe('Z');
  job.start();
  await until(() => job.state().pid !== null, 'the job is up again');
  const second = job.state().pid ?? 0;
  expect(second).not.toBe(first);
  expect([state(first), job.state().runs]).toEqual(['Z', 2]);
  await job.end(100);
  await until(() => state(first) === undefined && state(second) !== 'S', 'both are gone');
});
