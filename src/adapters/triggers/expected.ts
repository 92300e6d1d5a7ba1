import type { Expected } from '../../drill/model/inventory.ts';
import { pick } from '../system/json-pointer.ts';

/**
 * Whether an answer acknowledges what was asked: by the codes that the inventory expects, else by the usual ones, and by the value
 * in its JSON, if one is expected there. A document that is not JSON is `undefined` and holds no value.
 */
export function isAcknowledged(
  status: number,
  document: unknown,
  expect: Expected | undefined,
  usual: (status: number) => boolean,
): boolean {
  const codes = expect?.codes ?? null;
  if (codes === null ? !usual(status) : !codes.includes(status)) return false;
  const at = expect?.at ?? null;
  if (at === null) return true;
  const picked = pick(document, at.pointer);
  return picked.at === 'found' && picked.value === at.equals;
}
