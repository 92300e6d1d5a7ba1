import { holdMs } from '../variants/timing.ts';
import type { Variant } from '../variants/variant.ts';
import { withJob } from './odd-jobs.ts';

type Twist = NonNullable<Variant['supervisor']>;

/** No drill takes that long from its stop to its undo, however busy the machine; and each wants its hold to be longer. */
const FAR_OFF_MS = 15 * holdMs;

/** Starts the job every few holds, from its last stop on, whatever anybody told it (launchd.plist(5) StartInterval). */
export const atIntervals = (service: string): Twist =>
  withJob(service, (job) => {
    const intervalMs = FAR_OFF_MS;
    let timer: NodeJS.Timeout | undefined;
    return {
      ...job,
      state: () => ({ ...job.state(), intervalMs }),
      stop: () => {
        job.stop();
        clearInterval(timer);
        timer = setInterval(() => job.start(), intervalMs).unref();
      },
    };
  });

/** Brings the job back from every stop, but not before as many holds have passed (launchd.plist(5) ThrottleInterval). */
export const afterThrottle = (service: string): Twist =>
  withJob(service, (job) => {
    const throttleMs = FAR_OFF_MS;
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
