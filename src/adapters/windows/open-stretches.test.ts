import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../../drill/model/cron.ts';
import { type MaintenanceWindow, openUntil } from '../../drill/model/windows.ts';
import { openStretches } from './open-stretches.ts';
import { inZone, isSameZone } from './zones.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

const cron = (text: string, hours: number, zone: string): MaintenanceWindow => ({
  opens: { kind: 'cron', cron: text },
  durationMs: hours * HOUR,
  zone,
});
const dates = (days: string[], start: string, hours: number, zone: string): MaintenanceWindow => ({
  opens: { kind: 'dates', dates: days, start },
  durationMs: hours * HOUR,
  zone,
});

/** The stretches of one day, UTC, in words. */
function on(day: string, window: MaintenanceWindow, blackout: readonly string[] = []): string[] {
  const fromMs = Date.parse(`${day}T00:00:00Z`);
  return openStretches({ open: [window], blackout }, fromMs, fromMs + DAY).map(
    ({ opensMs, closesMs }) => `${utc(opensMs)} to ${utc(closesMs)}`,
  );
}
const utc = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z');

describe('clocks that change', () => {
  it.each([
    // Of the same local time, another one in UTC before and after.
    ['2026-03-28', cron('0 3 * * *', 2, BERLIN), ['2026-03-28T02:00Z to 2026-03-28T04:00Z']],
    ['2026-03-30', cron('0 3 * * *', 2, BERLIN), ['2026-03-30T01:00Z to 2026-03-30T03:00Z']],
    ['2026-03-07', cron('0 3 * * *', 2, NEW_YORK), ['2026-03-07T08:00Z to 2026-03-07T10:00Z']],
    ['2026-03-09', cron('0 3 * * *', 2, NEW_YORK), ['2026-03-09T07:00Z to 2026-03-09T09:00Z']],
  ])('on %s', (day, window, stretches) => {
    expect(on(day, window)).toEqual(stretches);
  });

  it('skip a time in spring: the window opens when they have changed', () => {
    expect(on('2026-03-29', cron('30 2 * * *', 2, BERLIN))).toEqual([
      '2026-03-29T01:00Z to 2026-03-29T03:00Z',
    ]);
    expect(on('2026-03-29', dates(['2026-03-29'], '02:30', 2, BERLIN))).toEqual([
      '2026-03-29T01:00Z to 2026-03-29T03:00Z',
    ]);
    expect(on('2026-03-08', cron('30 2 * * *', 1, NEW_YORK))).toEqual([
      '2026-03-08T07:00Z to 2026-03-08T08:00Z',
    ]);
  });

  it('show a time twice in autumn: the window opens once, at the first', () => {
    expect(on('2026-10-25', cron('30 2 * * *', 1, BERLIN))).toEqual([
      '2026-10-25T00:30Z to 2026-10-25T01:30Z',
    ]);
    expect(on('2026-10-25', dates(['2026-10-25'], '02:30', 1, BERLIN))).toEqual([
      '2026-10-25T00:30Z to 2026-10-25T01:30Z',
    ]);
    expect(on('2026-11-01', cron('30 1 * * *', 1, NEW_YORK))).toEqual([
      '2026-11-01T05:30Z to 2026-11-01T06:30Z',
    ]);
  });

  it('do not alter how long a window stays open', () => {
    const spring = on('2026-03-29', cron('0 1 * * 0', 3, BERLIN));
    expect(spring).toEqual(['2026-03-29T00:00Z to 2026-03-29T03:00Z']);
    expect(inZone(Date.parse('2026-03-29T03:00Z'), BERLIN)).toBe('Sun 2026-03-29 05:00 Europe/Berlin');
    expect(on('2026-10-25', cron('0 1 * * 0', 3, BERLIN))).toContain(
      '2026-10-24T23:00Z to 2026-10-25T02:00Z',
    );
  });
});

describe('a window across midnight', () => {
  const night = cron('0 23 * * 5', 4, BERLIN);

  it('is seen from the day that it reaches into', () => {
    expect(on('2026-12-04', night)).toEqual(['2026-12-04T22:00Z to 2026-12-05T02:00Z']);
    expect(on('2026-12-05', night)).toEqual(['2026-12-04T22:00Z to 2026-12-05T02:00Z']);
    expect(on('2026-12-06', night)).toEqual([]);
  });

  it('closes at midnight before a blackout day, and does not open on one', () => {
    expect(on('2026-12-05', night, ['2026-12-05'])).toEqual([]);
    expect(on('2026-12-04', night, ['2026-12-05'])).toEqual(['2026-12-04T22:00Z to 2026-12-04T23:00Z']);
    expect(on('2026-12-04', night, ['2026-12-04'])).toEqual([]);
    expect(on('2026-12-05', night, ['2026-12-04'])).toEqual([]);
    expect(on('2026-12-04', night, ['2026-12-06'])).toEqual(['2026-12-04T22:00Z to 2026-12-05T02:00Z']);
  });
});

it('takes a blackout day in the zone of the window', () => {
  // 23:30 UTC on the 4th is the 5th in Berlin, and the 4th in New York.
  expect(on('2026-12-04', cron('30 0 * * *', 1, BERLIN), ['2026-12-05'])).toEqual([
    '2026-12-03T23:30Z to 2026-12-04T00:30Z',
  ]);
  expect(on('2026-12-04', cron('30 18 * * 5', 1, NEW_YORK), ['2026-12-05'])).toEqual([
    '2026-12-04T23:30Z to 2026-12-05T00:30Z',
  ]);
  expect(on('2026-12-04', cron('30 18 * * 5', 1, NEW_YORK), ['2026-12-04'])).toEqual([]);
});

it('opens on given dates and on no others, years apart', () => {
  const window = dates(['2026-12-06', '2027-12-06'], '03:00', 2, BERLIN);
  expect(on('2026-12-06', window)).toEqual(['2026-12-06T02:00Z to 2026-12-06T04:00Z']);
  expect(on('2026-12-07', window)).toEqual([]);
  expect(on('2028-12-06', window)).toEqual([]);
});

it('is open at its first instant and closed at its last', () => {
  const stretches = openStretches(
    { open: [cron('0 3 * * *', 2, BERLIN)], blackout: [] },
    Date.parse('2026-12-01T00:00Z'),
    Date.parse('2026-12-02T00:00Z'),
  );
  const at = (time: string) => openUntil(stretches, Date.parse(`2026-12-01T${time}Z`));
  expect(at('02:00:00.000')).toBe(Date.parse('2026-12-01T04:00Z'));
  expect(at('01:59:59.999')).toBeNull();
  expect(at('03:59:59.999')).toBe(Date.parse('2026-12-01T04:00Z'));
  expect(at('04:00:00.000')).toBeNull();
});

describe('our reading of cron and the library’s', () => {
  const field = (from: number, to: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: from, max: to }).map(String),
      fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
      fc
        .tuple(
          fc.integer({ min: from, max: to }),
          fc.integer({ min: from, max: to }),
          fc.integer({ min: 1, max: 5 }),
        )
        .map(([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}/${step}`),
      fc
        .array(fc.integer({ min: from, max: to }), { minLength: 2, maxLength: 4 })
        .map((list) => list.join(',')),
    );
  const expression = fc
    .tuple(
      field(0, 59),
      field(0, 23),
      fc.oneof(fc.constant(['*', null]), fc.constant([null, '*'])),
      field(1, 28),
      field(1, 12),
      field(0, 7),
    )
    .map(([minute, hour, [day, weekday], aDay, month, aWeekday]) =>
      [minute, hour, day ?? aDay, month, weekday ?? aWeekday].join(' '),
    );

  it('agree on every opening', () => {
    fc.assert(
      fc.property(expression, fc.integer({ min: 0, max: 360 }), (text, start) => {
        const fields = parseCron(text);
        if (typeof fields === 'string') throw new Error(`${text} ${fields}`);
        const fromMs = Date.parse('2026-01-01T00:00Z') + start * DAY;
        const admits = (key: keyof typeof fields, value: number): boolean =>
          fields[key]?.includes(value) ?? true;
        const expected: number[] = [];
        for (let ms = fromMs; ms < fromMs + 2 * DAY; ms += 60_000) {
          const at = DateTime.fromMillis(ms, { zone: 'UTC' });
          if (
            admits('minute', at.minute) &&
            admits('hour', at.hour) &&
            admits('day', at.day) &&
            admits('month', at.month) &&
            admits('weekday', at.weekday % 7)
          )
            expected.push(ms);
        }
        const window = { opens: { kind: 'cron', cron: text }, durationMs: 60_000, zone: 'UTC' } as const;
        const opened = openStretches({ open: [window], blackout: [] }, fromMs, fromMs + 2 * DAY);
        expect(opened.map(({ opensMs }) => opensMs).filter((ms) => ms >= fromMs)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

it('knows old and new names of one zone', () => {
  expect(isSameZone('Asia/Calcutta', 'Asia/Kolkata')).toBe(true);
  expect(isSameZone('Europe/Berlin', 'Europe/Vienna')).toBe(false);
  expect(isSameZone('Europe/Berlin', 'Nowhere/Atall')).toBe(false);
});
