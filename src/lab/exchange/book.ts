export type Side = 'buy' | 'sell';

export interface Order {
  readonly asset: string;
  readonly account: string;
  readonly side: Side;
  readonly quantity: number;
  readonly type: 'market' | 'limit';
}

export interface AcceptedCount {
  readonly asset: string;
  readonly account: string;
  readonly count: number;
}

/** What the exchange shows of itself: net position and resting orders an asset, and orders accepted ever. */
export interface BookView {
  readonly positions: Readonly<Record<string, number>>;
  readonly open: Readonly<Record<string, number>>;
  readonly accepted: readonly AcceptedCount[];
}

export type Placed =
  | { readonly accepted: true; readonly position: number }
  | { readonly accepted: false; readonly why: 'unknown asset' | 'blocked' };

/** The books of a paper exchange: no prices, no matching. */
export interface Book {
  /** A market order fills at once; a limit order rests, in place of the one the account had in that asset. */
  place(order: Order): Placed;
  /** Closes every account's position in the asset and cancels its resting orders. False where there is no such asset. */
  flatten(asset: string): boolean;
  /** From now on orders in this asset are refused (or taken again). False where there is no such asset. */
  block(asset: string, blocked: boolean): boolean;
  /** Fills what rests in the asset, as a market that moves does: each order this many times its quantity. False where there is no such asset. */
  fill(asset: string, times: number): boolean;
  view(): BookView;
}

interface AssetBook {
  blocked: boolean;
  readonly positions: Map<string, number>;
  readonly resting: Map<string, Order>;
  readonly accepted: Map<string, number>;
}

/** An exchange in which `assets` are traded and nobody holds anything yet. */
export function createBook(assets: readonly string[]): Book {
  const books = new Map<string, AssetBook>(
    assets.map((asset) => [
      asset,
      { blocked: false, positions: new Map(), resting: new Map(), accepted: new Map() },
    ]),
  );

  return {
    place(order) {
      const book = books.get(order.asset);
      if (book === undefined) return { accepted: false, why: 'unknown asset' };
      if (book.blocked) return { accepted: false, why: 'blocked' };
      const held = book.positions.get(order.account) ?? 0;
      const filled = order.type === 'market' ? order.quantity * (order.side === 'buy' ? 1 : -1) : 0;
      book.positions.set(order.account, held + filled);
      if (order.type === 'limit') book.resting.set(order.account, order);
      book.accepted.set(order.account, (book.accepted.get(order.account) ?? 0) + 1);
      return { accepted: true, position: held + filled };
    },
    flatten(asset) {
      const book = books.get(asset);
      book?.positions.clear();
      book?.resting.clear();
      return book !== undefined;
    },
    block(asset, blocked) {
      const book = books.get(asset);
      if (book !== undefined) book.blocked = blocked;
      return book !== undefined;
    },
    fill(asset, times) {
      const book = books.get(asset);
      for (const [account, order] of book?.resting ?? []) {
        const held = book?.positions.get(account) ?? 0;
        book?.positions.set(account, held + times * order.quantity);
      }
      book?.resting.clear();
      return book !== undefined;
    },
    view: () => ({
      positions: perAsset(books, (book) => [...book.positions.values()].reduce((sum, held) => sum + held, 0)),
      open: perAsset(books, (book) => book.resting.size),
      accepted: [...books].flatMap(([asset, book]) =>
        [...book.accepted].map(([account, count]) => ({ asset, account, count })),
      ),
    }),
  };
}

function perAsset(
  books: ReadonlyMap<string, AssetBook>,
  figure: (book: AssetBook) => number,
): Record<string, number> {
  return Object.fromEntries([...books].map(([asset, book]) => [asset, figure(book)]));
}
