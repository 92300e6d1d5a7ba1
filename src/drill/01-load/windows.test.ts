import { expect, it } from 'vitest';
import { loadDrill } from './load-fleet.ts';
import { formatProblem } from './problem.ts';

const drill = (windows: string) => ({
  path: 'drill.yaml',
  text: `name: level-2
title: Halt all trading
level: 2
within: 5s
hold: 6s
stops: [hermes]
${windows}`,
});

const env = (): undefined => undefined;
const problems = (windows: string): string[] => {
  const loaded = loadDrill(drill(windows), { env });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
};

it('reads windows by cron and by dates, and blackout days', () => {
  const loaded = loadDrill(
    drill(`windows:
  - { cron: "0 3 * * 6", duration: 2h, zone: Europe/Berlin }
  - { dates: [2026-12-06], start: "03:00", duration: 90m, zone: America/New_York }
blackout: [2026-12-26]
`),
    { env },
  );
  expect(loaded.ok && loaded.drill.windows).toEqual({
    open: [
      { opens: { kind: 'cron', cron: '0 3 * * 6' }, durationMs: 7_200_000, zone: 'Europe/Berlin' },
      {
        opens: { kind: 'dates', dates: ['2026-12-06'], start: '03:00' },
        durationMs: 5_400_000,
        zone: 'America/New_York',
      },
    ],
    blackout: ['2026-12-26'],
  });
  const without = loadDrill(drill(''), { env });
  expect(without.ok && without.drill.windows).toBeNull();
});

it.each(['UTC', 'Asia/Kolkata', 'Asia/Calcutta', 'Etc/GMT+5'])('takes the time zone %s', (zone) => {
  expect(problems(`windows: [{ cron: "0 3 * * 6", duration: 2h, zone: ${zone} }]\n`)).toEqual([]);
});

it.each([
  [
    'a zone that does not exist',
    'windows: [{ cron: "0 3 * * 6", duration: 2h, zone: Europe/Berlim }]',
    [
      '7:52: there is no time zone "Europe/Berlim"; the zone is a name of the IANA time zone database; did you mean "Europe/Berlin"?',
    ],
  ],
  [
    'a zone in other letters than its own',
    'windows: [{ cron: "0 3 * * 6", duration: 2h, zone: europe/berlin }]',
    [
      '7:52: there is no time zone "europe/berlin"; the zone is a name of the IANA time zone database; did you mean "Europe/Berlin"?',
    ],
  ],
  [
    'an offset in place of a zone',
    'windows: [{ cron: "0 3 * * 6", duration: 2h, zone: "+01:00" }]',
    ['7:52: "zone" is "+01:00"; it must be a time zone such as Europe/Berlin; write its IANA name'],
  ],
  [
    'an hour that no day has',
    'windows: [{ cron: "0 25 * * 6", duration: 2h, zone: UTC }]',
    [
      '7:19: the cron expression "0 25 * * 6" has "25" as the hour, which goes from 0 to 23; a window must open at the same times for every scheduler; write five fields of numbers, names, "*", ranges, steps and lists',
    ],
  ],
  [
    'days of the month and of the week',
    'windows: [{ cron: "0 3 13 * 5", duration: 2h, zone: UTC }]',
    [
      '7:19: the cron expression "0 3 13 * 5" names days of the month and days of the week, which not every scheduler takes for the same days; a window must open at the same times for every scheduler; write two windows',
    ],
  ],
  [
    'a cron expression that is no such thing',
    'windows: [{ cron: weekly, duration: 2h, zone: UTC }]',
    [
      '7:19: "cron" is "weekly"; it must be a cron expression of five fields such as "0 3 * * 6"; write minute, hour, day of month, month and day of week',
    ],
  ],
  [
    'both ways to open',
    'windows: [{ cron: "0 3 * * 6", start: "03:00", duration: 2h, zone: UTC }]',
    [
      '7:13: this window has both cron and dates or start; each says when it opens; keep one, or write two windows',
    ],
  ],
  [
    'no way to open',
    'windows: [{ duration: 2h, zone: UTC }]',
    [
      '7:11: this window does not say when it opens; a window opens by cron, or on dates; add cron, or dates and start',
    ],
  ],
  [
    'dates without a time of day',
    'windows: [{ dates: [2026-12-06], duration: 2h, zone: UTC }]',
    ['7:13: the window has dates and no start; it opens at a time of day; add start, such as "03:00"'],
  ],
  [
    'a time of day without dates',
    'windows: [{ start: "03:00", duration: 2h, zone: UTC }]',
    ['7:13: the window has a start and no dates; it opens on certain days; add dates, or write cron instead'],
  ],
  [
    'a day that no calendar has',
    'windows: [{ dates: [2026-02-30], start: "03:00", duration: 2h, zone: UTC }]',
    ['7:21: item 1 of "dates" is "2026-02-30"; it must be a day such as 2026-11-01; write it as YYYY-MM-DD'],
  ],
  [
    'blackout days without a zone',
    'blackout: [2026-12-26]',
    [
      '7:1: there is a blackout, and there are no windows; a day begins and ends by the time zone of a window; declare windows, or take blackout away',
    ],
  ],
  [
    'an empty list, which would leave no time at all or every time',
    'windows: []',
    ['7:10: the list is empty; it must be a list of windows, not empty; name at least one'],
  ],
])('refuses %s', (_, windows, says) => {
  expect(problems(`${windows}\n`)).toEqual(says.map((line) => `drill.yaml:${line}`));
});
