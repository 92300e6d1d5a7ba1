import { createBudget } from './limits.ts';

/**
 * Limits how much work repeated halts make without refusing any: a caller beyond its budget whose very same halt is
 * under way gets the answer of that one. A halt that differs in anything always goes ahead.
 */
export function onceUnderWay<T>(
  now?: () => number,
): (caller: string, request: unknown, work: () => Promise<T>) => Promise<T> {
  const budget = createBudget({ burst: 10, everyMs: 1000, ...(now === undefined ? {} : { now }) });
  const underWay = new Map<string, Promise<T>>();
  return (caller, request, work) => {
    const key = JSON.stringify([caller, request]);
    const same = underWay.get(key);
    if (!budget.charge(caller) && same !== undefined) return same;
    const done = work().finally(() => {
      if (underWay.get(key) === done) underWay.delete(key);
    });
    underWay.set(key, done);
    return done;
  };
}
