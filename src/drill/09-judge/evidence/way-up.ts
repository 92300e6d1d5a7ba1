import type { CaseFile } from './case-file.ts';
import { detailAt, firstSeen, type Life } from './lives.ts';
import { isLasting, type ServiceLives } from './service-lives.ts';

/**
 * Whether a life that ended was no more than the way up of one that stays: the starter of a daemon, which goes once that is there, or a
 * check by the same script and with other arguments, which is over within `max-gap` and has the service follow it as soon.
 */
export function isWayUp(c: CaseFile, service: ServiceLives, life: Life): boolean {
  const death = c.lives.death(life);
  if (death === null || service.roots.includes(life)) return false;
  const begun = c.lives.lineage(life.scope).descendants(new Set([life.key]), { by: 'pid' });
  const { maxGapMs } = c.plan.timing;
  return [...service.newcomers, ...service.returned].some((one) => {
    const [fromMs, cameMs] = [firstSeen(life)?.sentMs ?? Infinity, firstSeen(one)?.sentMs ?? Infinity];
    if (c.lives.death(one) !== null || cameMs < fromMs) return false;
    if (begun.has(one.key) && cameMs <= death.toMs) return true;
    return !isLasting(life, maxGapMs) && cameMs <= death.toMs + maxGapMs && kind(life) !== kind(one);
  });
}

const kind = (life: Life): string | undefined => detailAt(life, Infinity)?.detail.fingerprint;

/** Whether it runs with other arguments, or another executable, than every life of the service before the trigger. */
export function isOtherKind({ roots }: ServiceLives, life: Life): boolean {
  return roots.every((root) => kind(root) !== kind(life));
}
