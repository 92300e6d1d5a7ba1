import { startByHand, stopAt } from '../../broker/by-hand.ts';
import { targetOf } from '../../broker/hosts.ts';
import { afterResume } from '../../broker/moments.ts';
import { starting } from '../../broker/twists.ts';
import { holdMs } from '../timing.ts';
import type { Variant } from '../variant.ts';

/** Brokers that do not bring back what they stopped, or not as it was. */
export const undoLiars: Readonly<Record<string, Variant>> = {
  'leaves-one-stopped': {
    about: 'says that hermes runs again after the resume, and has not started it',
    expect: { kind: 'liar', level: 2, primary: 'unrestored-service', on: 'hermes' },
    broker: starting('hermes', () => () => Promise.resolve('running')),
  },
  'cannot-start-one': {
    about: 'cannot bring hermes back, says so, and leaves everything halted',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'incident-left-open',
      on: 'principal',
      also: ['unrestored-service'],
    },
    broker: starting('hermes', () => () => Promise.resolve('not-running')),
  },
  'starts-one-differently': {
    about: 'starts hermes past its manager, with other arguments',
    expect: { kind: 'liar', level: 2, primary: 'restored-differently', on: 'hermes' },
    broker: starting('hermes', (_stopper, site) => async () => {
      await startByHand(site, 'hermes', ['--aggressive']);
      return 'running';
    }),
  },
  'starts-one-twice': {
    about: 'starts hermes by its manager, and once more past it',
    expect: { kind: 'liar', level: 2, primary: 'restored-differently', on: 'hermes' },
    broker: starting('hermes', ({ start }, site) => async (target, mode) => {
      await startByHand(site, 'hermes', []);
      return start(target, mode);
    }),
  },
  'stops-one-again': {
    about: 'a retry of its stop of hermes comes late, after the resume',
    expect: { kind: 'liar', level: 2, primary: 'unrestored-service', on: 'hermes' },
    broker: afterResume((site) => stopAt(site, targetOf(site, 'hermes'), Date.now() + 0.1 * holdMs)),
  },
};
