import { requestJson } from '../http-client.ts';
import type { BrokerSite } from '../variants/variant.ts';

/** Places an order of the broker's own, in an asset that is not blocked. @throws Error where the exchange refuses it. */
export async function placeOrder(
  { config, self }: BrokerSite,
  asset: string,
  type: 'market' | 'limit',
  quantity: number,
): Promise<void> {
  const body = { asset, account: self.service, side: 'buy', quantity, type };
  const { url, token = '' } = config.exchange;
  const { status } = await requestJson('POST', `${url}/v1/orders`, { body, token });
  if (status !== 201) throw new Error(`an order in ${asset}: HTTP ${status}`);
}
