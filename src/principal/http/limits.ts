/** A budget of failures for each key: `burst` at once, then one more every `everyMs`. */
export interface Budget {
  /** Charges one failure; false where the budget is spent. */
  charge(key: string): boolean;
  /** Seconds until one more is allowed. */
  readonly retryAfter: number;
}

/** Keys remembered at most: beyond that the oldest is forgotten, so that a flood of addresses costs no memory. */
const KEYS = 10_000;

export function createBudget(options: {
  readonly burst: number;
  readonly everyMs: number;
  readonly now?: () => number;
}): Budget {
  const { burst, everyMs, now = () => performance.now() } = options;
  const spent = new Map<string, { used: number; at: number }>();
  return {
    retryAfter: Math.ceil(everyMs / 1000),
    charge(key) {
      const time = now();
      const before = spent.get(key) ?? { used: 0, at: time };
      const used = Math.max(0, before.used - (time - before.at) / everyMs);
      const allowed = used + 1 <= burst;
      spent.delete(key);
      spent.set(key, { used: allowed ? used + 1 : used, at: time });
      if (spent.size > KEYS) {
        const [oldest] = spent.keys();
        if (oldest !== undefined) spent.delete(oldest);
      }
      return allowed;
    },
  };
}
