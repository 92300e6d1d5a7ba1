const UNIT_MS: Readonly<Record<string, number>> = {
  y: 31_557_600_000,
  month: 2_629_800_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  min: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
};

/** A time span as systemd prints it (systemd.time(7)), such as `1min 30s`, in milliseconds; null for `infinity` and all else. */
export function parseTimespan(text: string): number | null {
  if (text === '0') return 0;
  let total = 0;
  for (const part of text.split(' ')) {
    const [, amount, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)([a-z]+)$/.exec(part) ?? [];
    const unitMs = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined;
    if (amount === undefined || unitMs === undefined) return null;
    total += Number(amount) * unitMs;
  }
  return total;
}
