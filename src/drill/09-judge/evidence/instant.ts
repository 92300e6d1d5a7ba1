/**
 * Milliseconds since 1970 of an ISO 8601 instant in UTC (`2026-11-22T10:41:00.123Z`), or null where it is not one.
 * Arithmetic of the proleptic Gregorian calendar, since the drill has no clock and no `Date` of its own.
 */
export function instantMs(iso: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(iso);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fraction = Number(`0.${parts[7] ?? ''}`) * 1000;
  return (
    daysSinceEpoch(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + fraction
  );
}

// Years are counted from March, so that the leap day is the last of its year.
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const daysOfYears = y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return daysOfYears + dayOfYear - 719_468;
}
