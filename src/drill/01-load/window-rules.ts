import { parseCron } from '../model/cron.ts';
import type { Complaint } from './explain.ts';
import { nearest } from './near-miss.ts';
import { isMap, partsOf } from './partial.ts';
import { quoted } from './problem.ts';
import { windowSchema } from './windows-schema.ts';

type Path = Complaint['path'];

/** What the windows of an inventory or a drill say about themselves. `raw` is the whole file with its variables resolved. */
export function windowRules(raw: unknown): Complaint[] {
  if (!isMap(raw)) return [];
  const windows = Array.isArray(raw.windows) ? raw.windows : [];
  return [
    ...windows.flatMap((window, index) => oneWindow(window, ['windows', index])),
    ...(raw.blackout !== undefined && raw.windows === undefined ? [withoutWindows()] : []),
  ];
}

function withoutWindows(): Complaint {
  return {
    path: ['blackout'],
    at: 'key',
    what: 'there is a blackout, and there are no windows',
    why: 'a day begins and ends by the time zone of a window',
    fix: 'declare windows, or take blackout away',
  };
}

function oneWindow(raw: unknown, path: Path): Complaint[] {
  if (!isMap(raw)) return [];
  const { cron, zone } = partsOf(windowSchema, raw);
  return [
    ...opening(raw, path),
    ...(cron === undefined ? [] : cronFault(cron, [...path, 'cron'])),
    ...(zone === undefined ? [] : zoneFault(zone, [...path, 'zone'])),
  ];
}

/** Either `cron`, or `dates` with `start`. */
function opening(raw: Record<string, unknown>, path: Path): Complaint[] {
  const has = (key: string): boolean => raw[key] !== undefined;
  const complaint = (key: string | null, what: string, why: string, fix: string): Complaint[] => [
    { path: key === null ? path : [...path, key], at: key === null ? 'value' : 'key', what, why, fix },
  ];
  if (has('cron') && (has('dates') || has('start')))
    return complaint(
      'cron',
      'this window has both cron and dates or start',
      'each says when it opens',
      'keep one, or write two windows',
    );
  if (has('cron')) return [];
  if (has('dates') && !has('start'))
    return complaint(
      'dates',
      'the window has dates and no start',
      'it opens at a time of day',
      'add start, such as "03:00"',
    );
  if (has('dates')) return [];
  if (has('start'))
    return complaint(
      'start',
      'the window has a start and no dates',
      'it opens on certain days',
      'add dates, or write cron instead',
    );
  return complaint(
    null,
    'this window does not say when it opens',
    'a window opens by cron, or on dates',
    'add cron, or dates and start',
  );
}

function cronFault(cron: string, path: Path): Complaint[] {
  const fields = parseCron(cron);
  if (typeof fields !== 'string') return [];
  const both = fields.startsWith('names days of the month');
  return [
    {
      path,
      at: 'value',
      what: `the cron expression ${quoted(cron)} ${fields}`,
      why: 'a window must open at the same times for every scheduler',
      fix: both ? 'write two windows' : 'write five fields of numbers, names, "*", ranges, steps and lists',
    },
  ];
}

function zoneFault(zone: string, path: Path): Complaint[] {
  const known = canonical(zone);
  if (known !== null && (known === zone || known.toLowerCase() !== zone.toLowerCase())) return [];
  const near = known ?? nearest(zone, Intl.supportedValuesOf('timeZone'));
  return [
    {
      path,
      at: 'value',
      what: `there is no time zone ${quoted(zone)}`,
      why: 'the zone is a name of the IANA time zone database',
      fix: near === null ? 'write it like Europe/Berlin' : `did you mean ${quoted(near)}?`,
    },
  ];
}

/** The zone as this platform calls it, in whatever case it was written, or null. An old name has another one here. */
function canonical(zone: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
