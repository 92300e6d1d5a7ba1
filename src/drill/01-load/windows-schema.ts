import type { z } from 'zod';
import type { MaintenanceWindow, Windows } from '../model/windows.ts';
import { day, duration, list, section, someOf, text } from './fields.ts';

/** `windows` and `blackout`, which an inventory and a drill may both have. What they mean is checked in window-rules.ts. */

export const windowSchema = section('a window', {
  cron: text(/^\S+(?: +\S+){4}$/, {
    expected: 'a cron expression of five fields such as "0 3 * * 6"',
    fix: 'write minute, hour, day of month, month and day of week',
  })
    .exactOptional()
    .describe('When it opens, as crontab(5) has it: minute, hour, day of month, month, day of week.'),
  dates: someOf('days', day())
    .exactOptional()
    .describe('Days on which it opens, YYYY-MM-DD, in place of cron.'),
  start: text(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, {
    expected: 'a time of day such as "03:00"',
    fix: 'write hours and minutes, two digits each',
  })
    .exactOptional()
    .describe('The time of day at which it opens on those dates, HH:MM.'),
  duration: duration().describe('How long it then stays open, such as 2h.'),
  zone: text(/^[A-Za-z][A-Za-z0-9_+/-]*$/, {
    expected: 'a time zone such as Europe/Berlin',
    fix: 'write its IANA name',
  }).describe('IANA time zone of cron, dates, start and blackout, such as Europe/Berlin.'),
}).describe(
  'A time in which drills may run. What begins at a time that a clock change skips opens when the clock has changed; what begins at one that comes twice opens at the first. How long it stays open is counted in real time.',
);

export const windowsShape = {
  windows: someOf('windows', windowSchema)
    .exactOptional()
    .describe(
      'When drills may run: while one of these is open. Windows of an inventory hold for all of its drills, those of a drill for it alone; where both have some, both must be open. Without any, every time is good, but never for level 4 of a live fleet.',
    ),
  blackout: list('days', day())
    .exactOptional()
    .describe(
      'Days, YYYY-MM-DD in the zone of each window, on which no window of this file is open. A window that opens the evening before closes at midnight.',
    ),
};

/** Those of a file, or null where it has none. */
export function toWindows(file: {
  readonly windows?: readonly z.output<typeof windowSchema>[];
  readonly blackout?: readonly string[];
}): Windows | null {
  return file.windows === undefined
    ? null
    : { open: file.windows.map(toWindow), blackout: file.blackout ?? [] };
}

function toWindow(file: z.output<typeof windowSchema>): MaintenanceWindow {
  const { cron, dates = [], start = '', duration: durationMs, zone } = file;
  const opens =
    cron === undefined ? ({ kind: 'dates', dates, start } as const) : ({ kind: 'cron', cron } as const);
  return { opens, durationMs, zone };
}
