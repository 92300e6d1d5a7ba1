/** Milliseconds as they are written in a drill: `500ms`, `5s`, `2m`, `1h`, in the largest unit that fits whole. */
export function inUnits(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Milliseconds as a length of time to plan with, rounded up to whole seconds: `8m 3s`, `2h 1m`. */
export function inMinutes(ms: number): string {
  const whole = Math.ceil(ms / 1000);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`])).join(' ') || '0s';
}
