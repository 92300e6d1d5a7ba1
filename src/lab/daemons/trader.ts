import { requestJson } from '../http-client.ts';
import { beginDaemon, type DaemonArguments, declareReady } from './daemon.ts';

/** Time between two orders of one trader, in ms: four traders over three assets make over five a second for each. */
const everyMs = 250;
const least = 1;
const most = 5;

type Side = 'buy' | 'sell';

/**
 * A trader: one order after the other, asset by asset, the account's position in each kept between `least` and `most`.
 * Every third order in an asset is a limit order, which rests. A refused order or an absent exchange does not stop it.
 */
export function runTrader(daemon: DaemonArguments): void {
  const { assets, exchangeUrl, exchangeToken: token } = beginDaemon(daemon);
  const sides = new Map<string, Side>();
  // The first rounds, without pause, give the account a position and a resting order in every asset.
  const opening = 2 * assets.length;
  let turn = 0;

  const trade = async (): Promise<void> => {
    const asset = assets[turn % assets.length] ?? '';
    const type = Math.floor(turn / assets.length) % 3 === 1 ? 'limit' : 'market';
    const side = sides.get(asset) ?? 'buy';
    const body = { asset, account: daemon.service, side, quantity: 1, type };
    const answer = await requestJson('POST', `${exchangeUrl}/v1/orders`, { body, token });
    const position = (answer.body as { position?: number } | null)?.position;
    if (answer.status === 201 && position !== undefined) sides.set(asset, nextSide(side, position));
    turn += 1;
    if (turn === opening) declareReady(daemon);
  };

  const loop = async (): Promise<void> => {
    const answered = await trade().then(
      () => true,
      () => false,
    );
    const pause = turn >= opening ? everyMs : answered ? 0 : 20;
    setTimeout(() => void loop(), pause);
  };
  void loop();
}

/** Which way to go next from a position: away from the limits, else on as before. */
export function nextSide(last: Side, position: number): Side {
  if (position <= least) return 'buy';
  if (position >= most) return 'sell';
  return last;
}
