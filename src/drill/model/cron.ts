/** The values that each field of a cron expression admits, in order; null where it is `*` and admits all. */
export interface CronFields {
  readonly minute: readonly number[] | null;
  readonly hour: readonly number[] | null;
  readonly day: readonly number[] | null;
  /** 1 is January. */
  readonly month: readonly number[] | null;
  /** 0 is Sunday. */
  readonly weekday: readonly number[] | null;
}

interface Field {
  readonly key: keyof CronFields;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { key: 'minute', name: 'the minute', from: 0, to: 59 },
  { key: 'hour', name: 'the hour', from: 0, to: 23 },
  { key: 'day', name: 'the day of the month', from: 1, to: 31 },
  { key: 'month', name: 'the month', from: 1, to: 12, words: MONTHS },
  // 7 is Sunday too (crontab(5)).
  { key: 'weekday', name: 'the day of the week', from: 0, to: 7, words: DAYS },
];

/**
 * Reads the five fields of crontab(5): numbers, names of months and days, `*`, ranges, steps and lists. Extensions on which
 * crons differ are refused, and so is a day of the month together with a day of the week, of which cron takes either and
 * systemd both. A string is what is wrong, completing "it …".
 */
export function parseCron(text: string): CronFields | string {
  const words = text.trim().split(/\s+/);
  if (words.length !== FIELDS.length)
    return `has ${words.length} ${words.length === 1 ? 'field' : 'fields'}, not five`;
  const read = FIELDS.map((field, index) => valuesOf(words[index] ?? '', field));
  const wrong = read.find((one) => typeof one === 'string');
  if (typeof wrong === 'string') return wrong;
  const fields = Object.fromEntries(
    FIELDS.map(({ key }, index) => [key, read[index]]),
  ) as unknown as CronFields;
  if (fields.day !== null && fields.weekday !== null)
    return 'names days of the month and days of the week, which not every scheduler takes for the same days';
  return fields;
}

/** The longest time between two runs, milliseconds, of what runs every day alike; null where it depends on the calendar. */
export function longestPause({ minute, hour, day, month, weekday }: CronFields): number | null {
  if (day !== null || month !== null || weekday !== null) return null;
  const hours = hour ?? Array.from({ length: 24 }, (_, at) => at);
  const minutes = minute ?? Array.from({ length: 60 }, (_, at) => at);
  const runs = hours.flatMap((h) => minutes.map((m) => 60 * h + m));
  const pauses = runs.map((at, index) => (runs[index + 1] ?? (runs[0] ?? 0) + 24 * 60) - at);
  return Math.max(...pauses) * 60_000;
}

function valuesOf(word: string, field: Field): readonly number[] | null | string {
  if (word === '*') return null;
  const values = new Set<number>();
  for (const part of word.split(',')) {
    const parts = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
    const [, first, last, step] = parts ?? [];
    // `5/2` means one thing to one cron and another to the next.
    if (parts === null || (step !== undefined && first !== undefined && last === undefined))
      return `has "${part}" as ${field.name}`;
    const from = first === undefined ? field.from : numberOf(first, field);
    const to = first === undefined ? highest(field) : last === undefined ? from : numberOf(last, field);
    const by = step === undefined ? 1 : Number(step);
    if (from === null || to === null || from > to || by < 1 || by > highest(field) - field.from + 1)
      return `has "${part}" as ${field.name}, which goes from ${field.from} to ${highest(field)}`;
    for (let value = from; value <= to; value += by) values.add(field.key === 'weekday' ? value % 7 : value);
  }
  return [...values].sort((a, b) => a - b);
}

function highest(field: Field): number {
  return field.key === 'weekday' ? 6 : field.to;
}

function numberOf(word: string, { from, to, words }: Field): number | null {
  const named = words?.indexOf(word.toLowerCase()) ?? -1;
  const value = named >= 0 ? named + from : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  return value >= from && value <= to ? value : null;
}
