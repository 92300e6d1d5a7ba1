import { expect, it } from 'vitest';
import { instantMs } from './instant.ts';

it.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-03-01T00:00:00Z', 59 * 86_400_000],
  ['2000-02-29T23:59:59.5Z', Date.UTC(2000, 1, 29, 23, 59, 59, 500)],
  ['2024-12-31T01:02:03.004Z', Date.UTC(2024, 11, 31, 1, 2, 3, 4)],
  ['2026-01-31T10:41:00.123Z', Date.UTC(2026, 0, 31, 10, 41, 0, 123)],
  ['2100-03-01T00:00:00Z', Date.UTC(2100, 2, 1)],
])('reads %s', (iso, ms) => {
  expect(instantMs(iso)).toBeCloseTo(ms, 3);
});

it.each([
  '',
  '2026-11-22',
  '2026-11-22T10:00:00',
  '2026-11-22T10:00:00+01:00',
  ' 2026-11-22T10:00:00Z',
  '2026-11-22T10:00:00Z ',
])('reads nothing from %j', (iso) => {
  expect(instantMs(iso)).toBeNull();
});
