import { expect, it } from 'vitest';
import { drillId } from './drill-id.ts';

it('is made of the time, the level and a random word', () => {
  expect(drillId('2026-11-22T10:30:00.123Z', 2, 'k3x9abcd')).toBe('20261122T103000Z-level-2-k3x9');
});
