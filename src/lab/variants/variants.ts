import { closest } from 'fastest-levenshtein';
import { asFound } from '../broker/as-found.ts';
import { babblers } from './babblers.ts';
import { brokerLiars } from './broker-liars.ts';
import { daemonLiars } from './daemon-liars.ts';
import { guardLiars } from './guard-liars.ts';
import { honest } from './honest.ts';
import { honestBrokers } from './honest-brokers.ts';
import { honestOnlookers } from './honest-onlookers.ts';
import { managerLiars } from './manager-liars.ts';
import { probeLiars } from './probe-liars.ts';
import { returnLiars } from './return-liars.ts';
import { revivalLiars } from './revival-liars.ts';
import { sourceLiars } from './source-liars.ts';
import { stateLiars } from './state-liars.ts';
import type { ProcessSeam, Variant } from './variant.ts';

/** Every fleet that the lab can run, by name. */
export const variants: Readonly<Record<string, Variant>> = {
  reference: { about: 'does what it says', expect: { kind: 'honest', level: 3 } },
  'as-found': {
    about: 'level 2 stops daemons on the wrong host, and level 3 restarts the broker, which forgets the halt',
    expect: null,
    broker: asFound,
  },
  ...brokerLiars,
  ...guardLiars,
  ...stateLiars,
  ...sourceLiars,
  ...daemonLiars,
  ...managerLiars,
  ...returnLiars,
  ...revivalLiars,
  ...probeLiars,
  ...honest,
  ...honestBrokers,
  ...honestOnlookers,
  ...babblers,
};

/** The variant of that name. @throws Error that names the one that is nearest in spelling. */
export function variantNamed(name: string): Variant {
  const variant = Object.hasOwn(variants, name) ? variants[name] : undefined;
  if (variant !== undefined) return variant;
  throw new Error(
    `there is no lab variant '${name}'; the nearest is '${closest(name, Object.keys(variants))}'`,
  );
}

/** The variant's name for a process at this seam; null where the variant leaves it as it is. */
export function twister(name: string, seam: ProcessSeam): string | null {
  return variantNamed(name)[seam] === undefined ? null : name;
}
