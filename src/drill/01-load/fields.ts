import { z } from 'zod';
import { type Note, note } from './note.ts';
import { isUnresolved } from './variables.ts';

/** The kinds of values that the three formats are made of. Each refuses with a note (see note.ts). */

/** A map with these keys and no others. `noun` stands in messages: `a host has no such key`. */
export function section<S extends z.ZodRawShape>(noun: string, shape: S) {
  return z.strictObject(shape, { error: sectionError(noun, Object.keys(shape)) });
}

function sectionError(noun: string, keys: readonly string[]) {
  return (issue: { readonly code?: string }): string =>
    issue.code === 'unrecognized_keys'
      ? note({ expected: noun, fix: '', keys })
      : note({ expected: `a map: ${noun}`, fix: `write its keys below it: ${keys.join(', ')}` });
}

/**
 * Text of the form `pattern`, of at most `max` characters and without control characters (line ends are for queries
 * only). Patterns are written for readers with and without the u flag, since editors see them in the JSON Schema, and
 * bounds are not in them: V8 runs out of memory over a long counted repetition.
 */
export function text(
  pattern: RegExp,
  n: Note,
  options: { readonly max?: number; readonly lines?: boolean } = {},
) {
  const error = note(n);
  return z
    .string({ error: note({ ...n, fix: `${n.fix}, as text` }) })
    .max(options.max ?? 4096, { error, abort: true })
    .regex(pattern, { error })
    .refine((written) => !CONTROL.test(options.lines ? written.replace(/[\r\n\t]/g, ' ') : written), {
      error,
    });
}

const CONTROL = /\p{Cc}/u;

export function sentence(what: string) {
  return text(/\S/, { expected: what, fix: 'write it on one line' }, { max: 500 });
}

export function name(what: string) {
  return text(NAME, {
    expected: `${what}: letters, digits, ".", "_" and "-", at most 64, a letter or digit first`,
    fix: 'rename it',
  });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A map from names to things. */
export function named<V extends z.ZodType>(what: string, value: V) {
  return z.record(name(`the name of ${what}`), value, {
    error: note({
      expected: `a map from names to what they stand for (${what})`,
      fix: 'write one entry a name',
    }),
  });
}

export function list<V extends z.ZodType>(what: string, item: V) {
  return z.array(item, { error: note({ expected: `a list of ${what}`, fix: 'write it like [one, two]' }) });
}

/** A list with something in it. */
export function someOf<V extends z.ZodType>(what: string, item: V) {
  return list(what, item).min(1, {
    error: note({
      expected: `a list of ${what}, not empty`,
      fix: 'name at least one',
      what: 'the list is empty',
    }),
  });
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, {
    error: note({ expected: `one of: ${values.join(', ')}`, fix: `write one of them` }),
  });
}

export function whole(what: string, from: number, to: number) {
  const error = note({
    expected: `${what}: a whole number from ${from} to ${to}`,
    fix: 'write such a number',
  });
  return z.int({ error }).min(from, { error }).max(to, { error });
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DAY_MS = 86_400_000;

/** `500ms`, `5s`, `2m`, `1h`: more than nothing and at most a day. Becomes milliseconds. */
export function duration() {
  const error = note({
    expected: 'a duration such as 500ms, 5s, 2m or 1h, at most 24h',
    fix: 'write a whole number and its unit',
  });
  return z
    .string({ error })
    .regex(/^0*[1-9][0-9]{0,8}(?:ms|s|m|h)$/, { error })
    .refine((written) => milliseconds(written) <= DAY_MS, { error })
    .transform(milliseconds);
}

const AGE_UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY_MS };

/** `12h`, `30d`: more than nothing and at most 366 days. Becomes milliseconds. */
export function days() {
  const error = note({
    expected: 'an age such as 12h or 30d, at most 366d',
    fix: 'write a whole number and its unit',
  });
  const inMs = (written: string): number =>
    Number(written.slice(0, -1)) * (AGE_UNITS[written.slice(-1)] ?? Number.NaN);
  return z
    .string({ error })
    .regex(/^0*[1-9][0-9]{0,4}[hd]$/, { error })
    .refine((written) => inMs(written) <= 366 * DAY_MS, { error })
    .transform(inMs);
}

function milliseconds(written: string): number {
  const [, count, unit] = /^([0-9]+)(ms|s|m|h)$/.exec(written) ?? [];
  return Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
}

/** A port: a number, or text that a variable stands in. Becomes a number; 0 where the variable was left standing. */
export function port() {
  const error = note({ expected: 'a port: a whole number from 1 to 65535', fix: 'write such a number' });
  return z
    .union(
      [
        z.int({ error }).min(1, { error }).max(65_535, { error }),
        z.string({ error }).regex(/^(?:[1-9][0-9]{0,4}|\$\{[A-Za-z_][A-Za-z0-9_]*\})$/, { error }),
      ],
      { error },
    )
    .transform((written) =>
      typeof written === 'number' ? written : isUnresolved(written) ? 0 : Number(written),
    )
    .refine((number) => number <= 65_535, { error });
}

/** A file on some host: nothing there says what a relative path would be relative to. */
export function remotePath() {
  return text(/^(?:\/|\$\{)/, {
    expected: 'an absolute path',
    fix: 'begin it with "/"',
  });
}

/** A file on this machine; relative to the file that names it, `~` is the home folder. */
export function localPath() {
  return text(/\S/, { expected: 'a path', fix: 'write the path of the file' });
}

/** RFC 6901: empty for the whole answer, else steps that each begin with "/". */
export function pointer() {
  return text(/^(?:\/(?:[^~/]|~[01])*)*$/, {
    expected: 'a JSON Pointer such as /incident/id (RFC 6901)',
    fix: 'begin each step with "/"',
  });
}

/** An http or https address, without credentials or fragment. A trailing slash is taken away. */
export function httpUrl() {
  const error = note({
    expected: 'an http:// or https:// address without a user, a password or a "#"',
    fix: 'write it like http://127.0.0.1:8700',
    // Never quoted: it may hold a password.
    what: 'this is not a plain address',
  });
  return z
    .string({ error })
    .max(2000, { error, abort: true })
    .regex(/^(?:https?:\/\/|\$\{)\S+$/, { error })
    .refine((written) => isUnresolved(written) || isPlainUrl(written), { error })
    .transform((written) => written.replace(/\/+$/, ''));
}

function isPlainUrl(written: string): boolean {
  if (!URL.canParse(written)) return false;
  const url = new URL(written);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === '';
}

/** A day, `YYYY-MM-DD`, that is in the calendar. */
export function day() {
  const error = note({ expected: 'a day such as 2026-11-01', fix: 'write it as YYYY-MM-DD' });
  return z
    .string({ error })
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, { error })
    .refine(isInCalendar, { error });
}

function isInCalendar(written: string): boolean {
  const [year, month, date] = written.split('-').map(Number) as [number, number, number];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && date >= 1 && date <= days;
}
