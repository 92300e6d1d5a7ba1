import { afterThrottle, atIntervals } from '../supervisor/revivers.ts';
import type { Variant } from './variant.ts';

/** Supervisors whose halt ends by itself, only later than a drill looks. */
export const managerLiars: Readonly<Record<string, Variant>> = {
  'run-interval': {
    about: 'the supervisor of hermes starts it once in fifteen holds, stopped or not',
    expect: { kind: 'liar', level: 2, primary: 'hold-too-short', on: 'hermes' },
    supervisor: atIntervals('hermes'),
  },
  'throttled-respawn': {
    about: 'the supervisor of hermes brings it back from its stop, fifteen holds later',
    expect: { kind: 'liar', level: 2, primary: 'hold-too-short', on: 'hermes' },
    supervisor: afterThrottle('hermes'),
  },
};
