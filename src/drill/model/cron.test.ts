import { expect, it } from 'vitest';
import { parseCron } from './cron.ts';

it.each([
  ['0 3 * * 6', { minute: [0], hour: [3], day: null, month: null, weekday: [6] }],
  [
    '*/20 1-3 1,15 jan-MAR/2 *',
    { minute: [0, 20, 40], hour: [1, 2, 3], day: [1, 15], month: [1, 3], weekday: null },
  ],
  ['5 4 * * 5-7', { minute: [5], hour: [4], day: null, month: null, weekday: [0, 5, 6] }],
  ['5 4 * * sun,0,7', { minute: [5], hour: [4], day: null, month: null, weekday: [0] }],
])('reads %s', (text, fields) => {
  expect(parseCron(text)).toEqual(fields);
});

it.each([
  ['0 3 * *', 'has 4 fields, not five'],
  ['0 0 3 * * 6', 'has 6 fields, not five'],
  ['60 3 * * 6', 'has "60" as the minute, which goes from 0 to 59'],
  ['0 24 * * 6', 'has "24" as the hour'],
  ['0 3 0 * *', 'has "0" as the day of the month'],
  ['0 3 * * 8', 'has "8" as the day of the week, which goes from 0 to 6'],
  ['0 3 * * fri-mon', 'has "fri-mon" as the day of the week'],
  ['0 3 L * *', 'has "L" as the day of the month'],
  ['0 3 * * 6#1', 'has "6#1" as the day of the week'],
  ['5/2 3 * * *', 'has "5/2" as the minute'],
  ['*/0 3 * * *', 'has "*/0" as the minute'],
  ['0 3 * * */8', 'has "*/8" as the day of the week'],
  ['1, 3 * * *', 'has "" as the minute'],
  ['@daily', 'has 1 field, not five'],
  ['0 3 13 * 5', 'names days of the month and days of the week'],
])('refuses %s', (text, why) => {
  expect(parseCron(text)).toContain(why);
});
