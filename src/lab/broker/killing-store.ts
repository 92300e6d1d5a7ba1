import type { BrokerParts } from '../../principal/parts.ts';

/** Where a broker dies: before or after one of its writes, counted from 1. */
export interface DeathPoint {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** The broker's writes, counted, and SIGKILL to this very process at one of them. The broker itself knows nothing of it. */
export function killingStore(
  reference: BrokerParts,
  point: DeathPoint | null,
): { readonly parts: Pick<BrokerParts, 'atomically'>; readonly writes: () => number } {
  let writes = 0;
  let depth = 0;
  const die = (when: DeathPoint['when']): void => {
    if (point !== null && point.write === writes && point.when === when) process.kill(process.pid, 'SIGKILL');
  };
  return {
    writes: () => writes,
    parts: {
      atomically: (work) => {
        if (depth > 0) return reference.atomically(work);
        writes += 1;
        die('before');
        depth += 1;
        try {
          return reference.atomically(work);
        } finally {
          depth -= 1;
          die('after');
        }
      },
    },
  };
}
