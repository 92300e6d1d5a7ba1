import type { BrokerState } from './broker-state.ts';
import { CUT, withoutHarmful } from './harmless.ts';

/** Text that came from a host, fit for a message: one line without harmful characters, at most `most` code points. */
export function harmless(text: string, most: number): string {
  const head = withoutHarmful(text.slice(0, most * 8), () => ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const points = [...head];
  const whole = points.length <= most && text.length <= most * 8;
  return whole ? head : `${points.slice(0, most).join('')}${CUT}`;
}

/** `0.41 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(Math.abs(ms) < 9950 ? 2 : 1)} s`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `level differs`, `level and reason differ` */
export function differ(fields: readonly string[]): string {
  return `${listed(fields)} ${fields.length === 1 ? 'differs' : 'differ'}`;
}

/** `level 3, incident 7` or `level 0, no incident` */
export function describe(state: BrokerState): string {
  const asset = state.asset === null ? '' : ` for ${state.asset}`;
  return `level ${state.level}${asset}, ${state.incident === null ? 'no incident' : `incident ${state.incident}`}`;
}
