import { describe, expect, it } from 'vitest';
import { createBook, type Order } from './book.ts';

const order = (changes: Partial<Order> = {}): Order => ({
  asset: 'DOGE-USD',
  account: 'hermes',
  side: 'buy',
  quantity: 2,
  type: 'market',
  ...changes,
});

describe('the book of the paper exchange', () => {
  it('fills market orders at once and nets positions over accounts', () => {
    const book = createBook(['DOGE-USD', 'BTC-USD']);
    expect(book.place(order())).toEqual({ accepted: true, position: 2 });
    expect(book.place(order({ side: 'sell', quantity: 0.5 }))).toEqual({ accepted: true, position: 1.5 });
    book.place(order({ account: 'shiva', quantity: 3 }));
    expect(book.view()).toEqual({
      positions: { 'DOGE-USD': 4.5, 'BTC-USD': 0 },
      open: { 'DOGE-USD': 0, 'BTC-USD': 0 },
      accepted: [
        { asset: 'DOGE-USD', account: 'hermes', count: 2 },
        { asset: 'DOGE-USD', account: 'shiva', count: 1 },
      ],
    });
  });

  it('keeps one resting order for each account', () => {
    const book = createBook(['DOGE-USD']);
    for (const account of ['hermes', 'hermes', 'shiva']) book.place(order({ account, type: 'limit' }));
    expect(book.view().open).toEqual({ 'DOGE-USD': 2 });
    expect(book.view().positions).toEqual({ 'DOGE-USD': 0 });
  });

  it('flattens one asset and keeps count of what was accepted', () => {
    const book = createBook(['DOGE-USD', 'BTC-USD']);
    for (const asset of ['DOGE-USD', 'BTC-USD']) {
      book.place(order({ asset }));
      book.place(order({ asset, type: 'limit' }));
    }
    expect(book.flatten('DOGE-USD')).toBe(true);
    const view = book.view();
    expect(view.positions).toEqual({ 'DOGE-USD': 0, 'BTC-USD': 2 });
    expect(view.open).toEqual({ 'DOGE-USD': 0, 'BTC-USD': 1 });
    expect(view.accepted.map(({ count }) => count)).toEqual([2, 2]);
  });

  it('fills what rests, and counts it as no order', () => {
    const book = createBook(['DOGE-USD']);
    for (const account of ['hermes', 'shiva']) book.place(order({ account, type: 'limit' }));
    expect(book.fill('DOGE-USD', 10)).toBe(true);
    const view = book.view();
    expect([view.positions, view.open]).toEqual([{ 'DOGE-USD': 40 }, { 'DOGE-USD': 0 }]);
    expect(view.accepted.map(({ count }) => count)).toEqual([1, 1]);
    expect(book.fill('TULIP-USD', 1)).toBe(false);
  });

  it('refuses and does not count orders in a blocked asset, until it is unblocked', () => {
    const book = createBook(['DOGE-USD', 'BTC-USD']);
    book.block('DOGE-USD', true);
    expect(book.place(order())).toEqual({ accepted: false, why: 'blocked' });
    expect(book.place(order({ asset: 'BTC-USD' })).accepted).toBe(true);
    expect(book.view().accepted).toEqual([{ asset: 'BTC-USD', account: 'hermes', count: 1 }]);
    book.block('DOGE-USD', false);
    expect(book.place(order()).accepted).toBe(true);
  });

  it('knows no other assets', () => {
    const book = createBook(['DOGE-USD']);
    expect(book.place(order({ asset: 'TULIP-USD' }))).toEqual({ accepted: false, why: 'unknown asset' });
    expect(book.flatten('TULIP-USD')).toBe(false);
    expect(book.block('TULIP-USD', true)).toBe(false);
  });
});
