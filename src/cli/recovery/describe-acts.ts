import { reachedBy } from '../../drill/02-plan/make-plan.ts';
import { plain } from '../../drill/model/harmless.ts';
import type { Broker, DocumentSource, Inventory } from '../../drill/model/inventory.ts';
import { inWords, onHost } from './in-words.ts';

/**
 * Which inventory a recovery goes by, and everything in it that it may run or send, a line each, for whoever wants to stop it there.
 * The inventory is clean of secrets.
 */
export function describeActs(
  inventory: Inventory,
  { shown, from }: { readonly shown: string; readonly from: string },
): string {
  const { broker, hosts, services, exchange } = inventory;
  const acts = [
    ...hosts.map(
      ({ name, transport, become, manager, managerCommand }) =>
        `look at ${name}: ${reachedBy(transport)}${become === null ? '' : ', as root by sudo -n'}${manager === 'none' ? '' : `, ask ${managerCommand ?? manager}`}`,
    ),
    ...(broker.status === null ? [] : [`ask for the state: ${inWords(broker.status, broker.api)}`]),
    ...recordsOf(broker).map((record) => `read: ${record}`),
    ...(exchange === null ? [] : [`read: GET ${exchange.url}`]),
    `lift the halt: ${inWords(broker.resume, broker.api)}`,
    ...(broker.manualResume ?? []).map(
      ({ host, run }) => `or, for a resume by hand, ${onHost(host, run, '$incident')}`,
    ),
    ...services.flatMap(({ name, host, start }) =>
      start === null ? [] : [`start ${name} if it stays down, ${onHost(host, start, '$incident')}`],
    ),
  ];
  const head = `haltdrill: recovering ${plain(shown)} by the inventory ${plain(from)}; it runs and sends nothing but this:\n`;
  return `${head}${acts.map((act) => `  ${plain(act, 1000)}\n`).join('')}`;
}

/** Where the broker's state and audit log are read without it. */
function recordsOf({ state, audit, api }: Broker): string[] {
  return [state, audit].flatMap((one) => {
    if (one === null) return [];
    if ('from' in one) return [sourceInWords(one.from, api)];
    return [`${one.file} on ${one.host ?? 'this machine'}`];
  });
}

function sourceInWords(from: DocumentSource, api: string): string {
  if ('url' in from) return `GET ${from.url}`;
  if ('file' in from) return `${from.file} on ${from.host ?? 'this machine'}`;
  return inWords(from, api);
}
