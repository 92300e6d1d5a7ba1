import type { ExchangeBook } from '../../drill/model/broker-state.ts';
import type { Exchange } from '../../drill/model/inventory.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { ExchangeLink } from '../../drill/ports/world.ts';
import { harmlessUrl, httpOnce, jsonOf } from '../system/http-once.ts';
import { pick } from '../system/json-pointer.ts';
import { describeValue, printable } from '../system/printable.ts';
import { withRaw } from '../system/raw.ts';

/**
 * One look at the exchange: one GET, from which the inventory's pointers pick positions, open orders and accepted
 * orders. Never rejects. Any part that is missing or of another type makes the whole book `unreadable`: an order count
 * that cannot be read must not pass for none.
 */
export function createExchangeLink(exchange: Exchange): ExchangeLink {
  const label = `GET ${harmlessUrl(exchange.url)}`;
  return {
    read: async (timeoutMs) => {
      const answer = await httpOnce({
        method: 'GET',
        url: exchange.url,
        bearer: null,
        body: null,
        timeoutMs,
      });
      if (answer.kind !== 'present') return answer;
      const { status, body } = answer.value;
      if (status < 200 || status > 299) return withRaw(body, unreadable(`${label}: HTTP ${status}`));
      const json = jsonOf(body);
      if (json.kind === 'unreadable') return withRaw(body, unreadable(`${label}: ${json.reason}`));
      return json.kind === 'absent'
        ? unreadable(`${label}: no answer`)
        : withRaw(body, bookOf(json.value, exchange, label));
    },
  };
}

class Misshapen extends Error {}

function bookOf(document: unknown, exchange: Exchange, label: string): Reading<ExchangeBook> {
  const at = (pointer: string): unknown => {
    const picked = pick(document, pointer);
    return picked.at === 'found' ? picked.value : undefined;
  };
  try {
    return present({
      positions: quantities(at(exchange.positions), exchange.positions, Number.isFinite, 'a number'),
      open: quantities(at(exchange.open), exchange.open, isCount, 'a count'),
      accepted: acceptedOrders(at(exchange.accepted), exchange.accepted),
    });
  } catch (error) {
    if (error instanceof Misshapen) return unreadable(`${label}: ${error.message}`);
    throw error;
  }
}

function quantities(
  value: unknown,
  pointer: string,
  isRight: (value: unknown) => boolean,
  wanted: string,
): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Misshapen(`${pointer} is ${describeValue(value)}, not an object of assets`);
  for (const [asset, quantity] of Object.entries(value)) {
    if (!isRight(quantity))
      throw new Misshapen(`${pointer}/${printable(asset, 40)} is ${describeValue(quantity)}, not ${wanted}`);
  }
  return value as Record<string, number>;
}

function acceptedOrders(value: unknown, pointer: string): ExchangeBook['accepted'] {
  if (!Array.isArray(value)) throw new Misshapen(`${pointer} is ${describeValue(value)}, not a list`);
  return value.map((item: unknown, index) => {
    const { asset, account, count } = (item ?? {}) as Record<string, unknown>;
    if (typeof asset !== 'string' || typeof account !== 'string' || !isCount(count))
      throw new Misshapen(`${pointer}/${index} is ${describeValue(item)}, not { asset, account, count }`);
    return { asset, account, count };
  });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
