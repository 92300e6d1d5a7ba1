import type { CaseFile } from './case-file.ts';
import { firstSeen, type Life } from './lives.ts';
import type { ServiceLives } from './service-lives.ts';

/**
 * Whether a life that ended was no more than the way up of one that stays: the starter of a daemon, which goes once that is there.
 */
export function isWayUp(c: CaseFile, service: ServiceLives, life: Life): boolean {
  const death = c.lives.death(life);
  if (death === null) return false;
  const begun = c.lives.lineage(life.scope).descendants(new Set([life.key]), { by: 'pid' });
  return [...service.newcomers, ...service.returned].some(
    (one) =>
      c.lives.death(one) === null && begun.has(one.key) && (firstSeen(one)?.sentMs ?? Infinity) <= death.toMs,
  );
}
