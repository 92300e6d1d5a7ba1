import { holdMs } from '../variants/timing.ts';
import type { Variant } from '../variants/variant.ts';
import { withJob } from './odd-jobs.ts';

type Twist = NonNullable<Variant['supervisor']>;

/** Starts the job every few holds, whatever anybody told it before (launchd.plist(5) StartInterval). */
export const atIntervals = (service: string): Twist =>
  withJob(service, (job) => {
    const intervalMs = 15 * holdMs;
    setInterval(() => job.start(), intervalMs).unref();
    return { ...job, state: () => ({ ...job.state(), intervalMs }) };
  });

/** Brings the job back from every stop, but not before three holds have passed (launchd.plist(5) ThrottleInterval). */
export const afterThrottle = (service: string): Twist =>
  withJob(service, (job) => {
    const throttleMs = 3 * holdMs;
    let pending: NodeJS.Timeout | undefined;
    const start = (): void => {
      clearTimeout(pending);
      pending = undefined;
      job.start();
    };
    return {
      ...job,
      start,
      state: () => ({ ...job.state(), throttleMs, scheduled: pending !== undefined }),
      stop: () => {
        job.stop();
        pending ??= setTimeout(start, throttleMs).unref();
      },
    };
  });
