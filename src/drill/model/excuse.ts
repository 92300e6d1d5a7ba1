import type { RecordedDetail } from './sample.ts';

/** What a look at a process says of whose it is. */
export interface Look extends Pick<RecordedDetail, 'services' | 'leftBy' | 'canary' | 'headless'> {
  readonly undecided: readonly { readonly service: string }[];
}

/** Why a process that descends from a service is none of it: a helper that it may leave behind, another service, or one of the runner's own. */
export interface Excuse {
  readonly kind: 'helper' | 'other';
  /** Which of its looks first showed it. */
  readonly since: number;
}

/**
 * Whether a process is excused from the family of a service, by all looks at it in order. What it is counts by its last look, so
 * an excuse ends, for good, when it becomes something else: a helper that calls exec is one no more. Looks that tell nothing (it
 * could not be recognised, its main thread had exited) change nothing. `lives`: whether a service is declared on its machine;
 * `isCanary`: whether a tag is one that was planted there.
 */
export function excuseOf(
  looks: readonly Look[],
  service: string,
  lives: (service: string) => boolean,
  isCanary: (tag: string) => boolean,
): Excuse | null {
  let excuse = null as Excuse | null;
  for (const [at, look] of looks.entries()) {
    const kind = kindOf(look, service, lives, isCanary);
    const tells = look.headless !== true && !look.undecided.some((doubt) => doubt.service === service);
    if (kind === null && !tells) continue;
    if (kind === null && excuse !== null) return null;
    if (kind !== null) excuse = { kind, since: excuse?.since ?? at };
  }
  return excuse;
}

function kindOf(
  { services, leftBy, canary }: Look,
  service: string,
  lives: (service: string) => boolean,
  isCanary: (tag: string) => boolean,
): Excuse['kind'] | null {
  if (services.includes(service)) return null;
  if (leftBy.includes(service)) return 'helper';
  return services.some(lives) || (canary !== null && isCanary(canary)) ? 'other' : null;
}
