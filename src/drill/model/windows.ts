/** When drills may run: a list of windows, one of which must be open, and days on which none is. */
export interface Windows {
  readonly open: readonly MaintenanceWindow[];
  /** `YYYY-MM-DD`, each a whole day in the zone of the window that it is held against. */
  readonly blackout: readonly string[];
}

/** One window, again and again: it opens by the calendar of its zone and stays open for a time that no clock change alters. */
export interface MaintenanceWindow {
  readonly opens: Opening;
  readonly durationMs: number;
  /** IANA name, such as `Europe/Berlin`. */
  readonly zone: string;
}

export type Opening =
  /** Five fields, as `parseCron` reads them. */
  | { readonly kind: 'cron'; readonly cron: string }
  /** Days `YYYY-MM-DD`, and the time of day `HH:MM` at which it opens. */
  | { readonly kind: 'dates'; readonly dates: readonly string[]; readonly start: string };

/** A stretch of wall-clock time, milliseconds since 1970 (UTC); the end is not in it. */
export interface Stretch {
  readonly opensMs: number;
  readonly closesMs: number;
}

/** Stretches that touch or overlap as one, in order. */
export function merged(stretches: readonly Stretch[]): Stretch[] {
  const whole: Stretch[] = [];
  for (const next of [...stretches].sort((a, b) => a.opensMs - b.opensMs)) {
    const last = whole.at(-1);
    if (last === undefined || next.opensMs > last.closesMs) whole.push(next);
    else whole[whole.length - 1] = { ...last, closesMs: Math.max(last.closesMs, next.closesMs) };
  }
  return whole;
}

/** Until when it is open without a break, where it is open at `ms`; else null. */
export function openUntil(stretches: readonly Stretch[], ms: number): number | null {
  const now = merged(stretches).find(({ opensMs, closesMs }) => opensMs <= ms && ms < closesMs);
  return now?.closesMs ?? null;
}

/** When it is next open from `ms` on; `ms` itself where it is open, null where no stretch follows. */
export function nextOpen(stretches: readonly Stretch[], ms: number): number | null {
  const next = merged(stretches).find(({ closesMs }) => closesMs > ms);
  return next === undefined ? null : Math.max(ms, next.opensMs);
}

/** What is in both. */
export function common(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  return merged(a).flatMap((one) =>
    merged(b).flatMap((other) => {
      const opensMs = Math.max(one.opensMs, other.opensMs);
      const closesMs = Math.min(one.closesMs, other.closesMs);
      return opensMs < closesMs ? [{ opensMs, closesMs }] : [];
    }),
  );
}
