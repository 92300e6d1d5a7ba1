import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeepAlive } from '../fleet.ts';
import { startTicksOf } from '../proc-table.ts';
import { waitUntil } from '../wait-until.ts';
import { createJob, type Job } from './job.ts';

const throttleMs = 100;
const afterCrash: KeepAlive = { SuccessfulExit: false };
const obedient = 'trap "exit 0" TERM; echo up; while :; do sleep 0.02; done';
const stubborn = 'trap "" TERM; echo up; while :; do sleep 0.02; done';

let folder: string;
let jobs: Job[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-job-'));
  jobs = [];
});

afterEach(async () => {
  await Promise.all(jobs.map((job) => job.end(50)));
  rmSync(folder, { recursive: true });
});

function makeJob(script: string, keepAlive: KeepAlive, exitTimeoutMs = 5000): Job {
  const spec = { label: 'a.job', program: ['/bin/sh', '-c', script], keepAlive, log: join(folder, 'log') };
  const env = { PATH: process.env.PATH ?? '' };
  const job = createJob(spec, { cwd: folder, env, throttleMs, exitTimeoutMs });
  jobs.push(job);
  return job;
}

const log = (): string => readFileSync(join(folder, 'log'), 'utf8');

async function until(condition: () => boolean, what: string): Promise<void> {
  await waitUntil(condition, 10_000, () => what, 5);
}

/** Waits for the `lives`th life of the job to be past its trap, and returns its pid. */
async function upFor(job: Job, lives: number): Promise<number> {
  await until(() => log().split('up').length > lives && job.state().runs === lives, `life ${lives} is up`);
  const { pid } = job.state();
  if (pid === null) throw new Error('the job has no process');
  return pid;
}

describe('a job under supervision', () => {
  it('stays stopped after a stop that it obeyed, and can be started again', async () => {
    const job = makeJob(obedient, afterCrash);
    job.start();
    await upFor(job, 1);
    job.stop();
    await until(() => job.state().pid === null, 'the job ended');
    expect(job.state()).toMatchObject({ pid: null, runs: 1, lastEnding: { code: 0 } });
    // Three throttle intervals are more than a respawn would need.
    const later = performance.now() + 3 * throttleMs;
    await until(() => performance.now() > later, 'time passes');
    expect(job.state()).toMatchObject({ pid: null, runs: 1 });
    job.start();
    await upFor(job, 2);
  });

  it('comes back after a crash, as another process', async () => {
    const job = makeJob(obedient, afterCrash);
    job.start();
    const pid = await upFor(job, 1);
    process.kill(pid, 'SIGKILL');
    expect(await upFor(job, 2)).not.toBe(pid);
    expect(job.state().lastEnding).toEqual({ signal: 'SIGKILL' });
  });

  it('comes back even from an obeyed stop where KeepAlive is true', async () => {
    const job = makeJob(obedient, true);
    job.start();
    await upFor(job, 1);
    job.stop();
    await upFor(job, 2);
    expect(job.state().lastEnding).toEqual({ code: 0 });
  });

  it('does not come back from a crash where KeepAlive is false', async () => {
    const job = makeJob('exit 3', false);
    job.start();
    await until(() => job.state().lastEnding !== null, 'the job ended');
    const later = performance.now() + 3 * throttleMs;
    await until(() => performance.now() > later, 'time passes');
    expect(job.state()).toMatchObject({ pid: null, runs: 1, lastEnding: { code: 3 } });
  });

  it('is killed after its exit timeout, which is no crash', async () => {
    const job = makeJob(stubborn, afterCrash, 150);
    job.start();
    await upFor(job, 1);
    job.stop();
    await until(() => job.state().pid === null, 'the job ended');
    expect(job.state().lastEnding).toEqual({ signal: 'SIGKILL' });
    const later = performance.now() + 3 * throttleMs;
    await until(() => performance.now() > later, 'time passes');
    expect(job.state().runs).toBe(1);
  });

  it('is not started more often than its throttle interval allows', async () => {
    const job = makeJob('exit 1', true);
    const begin = performance.now();
    job.start();
    await until(() => job.state().runs === 4, 'four lives');
    // A timer may be a millisecond early.
    expect(performance.now() - begin).toBeGreaterThan(3 * throttleMs - 5);
  });

  it('leads a process group of its own, and what it leaves there goes with it', async () => {
    const job = makeJob('sleep 300 & echo "child $!"; echo up; wait', false);
    job.start();
    const pid = await upFor(job, 1);
    const child = Number(/child (\d+)/.exec(log())?.[1]);
    expect(startTicksOf(child)).not.toBeNull();
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
    expect(fields.split(' ').slice(2, 4)).toEqual([String(pid), String(pid)]);
    process.kill(pid, 'SIGKILL');
    await until(() => startTicksOf(child) === null, 'the child is gone');
  });

  it('ends for good, however stubborn', async () => {
    const job = makeJob(stubborn, true);
    job.start();
    const pid = await upFor(job, 1);
    await job.end(50);
    expect(startTicksOf(pid)).toBeNull();
    job.start();
    expect(job.state()).toMatchObject({ pid: null, runs: 1 });
  });

  it('takes a program that is not there for one that failed', async () => {
    const spec = {
      label: 'a.job',
      program: [join(folder, 'none')],
      keepAlive: false,
      log: join(folder, 'log'),
    };
    const job = createJob(spec, { cwd: folder, env: {}, throttleMs, exitTimeoutMs: 100 });
    job.start();
    await until(() => job.state().lastEnding !== null, 'the job failed');
    expect(job.state()).toMatchObject({ pid: null, lastEnding: { code: 78 } });
  });
});
