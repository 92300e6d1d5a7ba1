/** ISO 8601 in UTC, as the ledger keeps it; fractions of a second are allowed and dropped. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z$/;

/** Seconds since 1970-01-01T00:00:00Z (proleptic Gregorian calendar), or null where the text is no such time. */
export function epochSeconds(iso: string): number | null {
  const parts = ISO.exec(iso)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  // Years begin in March, so that the leap day is the last of its year.
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const days = y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

/** How long ago, in words: `2 minutes ago`. Rounded down; a time to come, or none, is `at an unknown time`. */
export function age(then: string, now: string): string {
  const from = epochSeconds(then);
  const to = epochSeconds(now);
  if (from === null || to === null || from > to + 60) return 'at an unknown time';
  const passed = Math.max(0, to - from);
  const units: readonly [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  for (const [size, name] of units) {
    const n = Math.floor(passed / size);
    if (n > 0) return `${n} ${name}${n === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}
