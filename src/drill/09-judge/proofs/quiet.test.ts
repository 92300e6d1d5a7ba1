import { describe, expect, it } from 'vitest';
import type { ExchangeBook } from '../../model/broker-state.ts';
import { ends, growths, hasStopped, isFlat } from './quiet.ts';

const book = (count: number, change: Partial<ExchangeBook> = {}): ExchangeBook => ({
  positions: {},
  open: {},
  accepted: [{ asset: 'DOGE-USD', account: 'hermes', count }],
  ...change,
});
const look = (sentMs: number, count: number) => ({
  id: `e-${sentMs}`,
  sentMs,
  receivedMs: sentMs + 8,
  value: book(count),
});

describe('whether trading has stopped', () => {
  it.each([
    [0.004, 2000, true],
    [0.0039, 2000, false],
    [0.1, 1999, false],
    [0.001, 8000, true],
    [0, 9000, false],
  ])('at %d orders a millisecond after %d ms: %s', (rate, silenceMs, stopped) => {
    expect(hasStopped(rate, silenceMs)).toBe(stopped);
  });
});

describe('the looks at which orders had been accepted', () => {
  it('tell for how long there had been none, from look to look', () => {
    const looks = [
      look(0, 5),
      look(100, 5),
      look(200, 6),
      look(300, 7),
      look(400, 7),
      look(500, 7),
      look(600, 9),
    ];
    expect(
      growths(looks, 'DOGE-USD').map(({ read, before, silenceMs }) => [read.id, before.id, silenceMs]),
    ).toEqual([
      ['e-200', 'e-100', 92],
      ['e-300', 'e-200', 0],
      ['e-600', 'e-500', 192],
    ]);
  });

  it('are none where nothing grew, or in another asset', () => {
    expect(growths([look(0, 5), look(100, 4), look(200, 4)], 'DOGE-USD')).toEqual([]);
    expect(growths([look(0, 5), look(100, 6)], 'BTC-USD')).toEqual([]);
    expect(growths([], 'DOGE-USD')).toEqual([]);
  });
});

it('flat is neither a position nor an order that rests', () => {
  expect(isFlat(book(1), 'DOGE-USD')).toBe(true);
  expect(isFlat(book(1, { positions: { 'DOGE-USD': 0, 'BTC-USD': 3 } }), 'DOGE-USD')).toBe(true);
  expect(isFlat(book(1, { positions: { 'DOGE-USD': -1 } }), 'DOGE-USD')).toBe(false);
  expect(isFlat(book(1, { open: { 'DOGE-USD': 1 } }), 'DOGE-USD')).toBe(false);
});

it('the first and the last of one are itself, and of none there are none', () => {
  expect(ends([])).toBeNull();
  expect(ends([7])).toEqual([7, 7]);
  expect(ends([1, 2, 3])).toEqual([1, 3]);
});
