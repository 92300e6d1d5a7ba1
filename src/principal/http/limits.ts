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

/** Counts what is not written one by one, and has the counts written now and then. */
export interface Tally {
  count(actor: string, what: string): void;
  /** Writes what is counted, and no more of its own accord. */
  close(): void;
}

/**
 * `write` gets each count at the latest `everyMs` after the first that it has, and once more at the end. There are as many
 * counts as there are actors and things that they may be refused: few, both are the configuration's.
 */
export function createTally(
  everyMs: number,
  write: (actor: string, what: string, count: number) => void,
): Tally {
  const counts = new Map<string, { readonly actor: string; readonly what: string; count: number }>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const due = [...counts.values()];
    counts.clear();
    for (const { actor, what, count } of due) write(actor, what, count);
  };
  return {
    count(actor, what) {
      const key = JSON.stringify([actor, what]);
      const one = counts.get(key) ?? { actor, what, count: 0 };
      one.count += 1;
      counts.set(key, one);
      timer ??= setTimeout(flush, everyMs).unref();
    },
    close: flush,
  };
}
