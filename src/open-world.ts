import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal } from './adapters/ledger/journal-file.ts';
import { createHostLink } from './adapters/processes/host-link.ts';
import { createManagerLink } from './adapters/services/manager-link.ts';
import { createExchangeLink } from './adapters/stores/http-exchange.ts';
import { createAuditLink, createMessagesLink, createStoreLink } from './adapters/stores/sqlite.ts';
import { systemClock } from './adapters/system/clock.ts';
import { createFingerprint } from './adapters/system/fingerprint.ts';
import { raisePriority } from './adapters/system/priority.ts';
import { randomWord } from './adapters/system/random.ts';
import { createRedactor } from './adapters/system/redact.ts';
import { createBrokerLink } from './adapters/triggers/http-broker.ts';
import type { OpenWorld, WorldRequest } from './cli/effects.ts';
import type { Inventory } from './drill/model/inventory.ts';
import type { HostLink, ManagerLink, World } from './drill/ports/world.ts';

/** The world of one drill: its journal, opened, and links to every host, the broker, its store and the exchange, not yet used. */
export async function openWorld(request: WorldRequest): Promise<OpenWorld> {
  const { inventory, drillId, folder, phrase, progress, stop } = request;
  const redact = redactorOf(inventory, phrase);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  raisePriority();
  const journal = await openJournal(join(folder, 'journal.jsonl'), { clock: systemClock, redact });
  const hosts = hostLinks(inventory, drillId);
  return {
    world: {
      clock: systemClock,
      journal,
      hosts,
      managers: managerLinks(inventory, hosts),
      broker: createBrokerLink(inventory.broker, { phrase }),
      store: createStoreLink(inventory.broker.state),
      audit: inventory.broker.audit === null ? null : createAuditLink(inventory.broker.audit),
      exchange: inventory.exchange === null ? null : createExchangeLink(inventory.exchange),
      messages: messagesOf(inventory),
      randomWord,
      fingerprint: createFingerprint(),
      progress,
      confirm: null,
      stop,
    },
    entries: () => journal.entries(),
    redact,
    close: async () => {
      await Promise.all([...hosts.values()].map((link) => link.close()));
      await journal.close();
    },
  };
}

/** Takes what the inventory holds secret, and what the operator typed, out of a text. */
export function redactorOf(inventory: Inventory, phrase: string | null = null): (text: string) => string {
  return createRedactor([...secretsOf(inventory), ...(phrase === null ? [] : [phrase])]);
}

function messagesOf({ broker }: Inventory): World['messages'] {
  const table = broker.messages?.table ?? null;
  return table === null ? null : createMessagesLink(table);
}

function hostLinks(inventory: Inventory, drillId: string): Map<string, HostLink> {
  return new Map(
    inventory.hosts.map((host) => {
      const heartbeats = inventory.services.flatMap(({ name, host: home, heartbeat }) =>
        home === host.name && heartbeat !== null ? [{ service: name, file: heartbeat.file }] : [],
      );
      return [
        host.name,
        createHostLink(host, { drillId, fleet: inventory.fleet, heartbeats, clock: systemClock }),
      ];
    }),
  );
}

function managerLinks(inventory: Inventory, hosts: ReadonlyMap<string, HostLink>): Map<string, ManagerLink> {
  return new Map(
    inventory.hosts.flatMap((host) => {
      const labels = inventory.services.flatMap(({ name, host: home, label }) =>
        home === host.name && label !== null ? [[name, label] as const] : [],
      );
      const link = hosts.get(host.name);
      const manager = link === undefined ? null : createManagerLink(host, new Map(labels), link);
      return manager === null ? [] : [[host.name, manager] as const];
    }),
  );
}

function secretsOf({ broker }: Inventory): string[] {
  if (broker.auth === null) return [];
  const { bearer, second } = broker.auth;
  return second === null ? [bearer] : [bearer, second];
}
