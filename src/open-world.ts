import { readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fenced } from './adapters/ledger/epoch.ts';
import { type JournalFile, openJournal, readJournal, reopenJournal } from './adapters/ledger/journal-file.ts';
import { type AskableHost, createHostLink } from './adapters/processes/host-link.ts';
import { createManagerLink, managedName } from './adapters/services/manager-link.ts';
import { withSchedules } from './adapters/services/read-schedules.ts';
import { scheduledNames } from './adapters/services/scheduled-names.ts';
import { createDocumentAudit, createDocumentStore } from './adapters/stores/document-store.ts';
import { createExchangeLink } from './adapters/stores/http-exchange.ts';
import {
  createAuditLink,
  createMessagesLink,
  createStoreLink,
  type ReadDatabase,
} from './adapters/stores/sqlite.ts';
import { createDatabaseReader, type DatabaseReader } from './adapters/stores/sqlite-reader.ts';
import { readRemoteDatabase } from './adapters/stores/sqlite-remote.ts';
import { type AskOn, askController, askHere } from './adapters/system/ask-here.ts';
import { clockAfter, systemClock } from './adapters/system/clock.ts';
import { createFingerprint, keptKey, newKey } from './adapters/system/fingerprint.ts';
import { raisePriority } from './adapters/system/priority.ts';
import { randomWord } from './adapters/system/random.ts';
import { createController } from './adapters/system/run-here.ts';
import { createBrokerLink } from './adapters/triggers/http-broker.ts';
import type { OpenWorld, Secrets, WorldRequest } from './cli/effects.ts';
import type { Broker, Inventory } from './drill/model/inventory.ts';
import { unreadable } from './drill/model/reading.ts';
import { secretsOf } from './drill/model/secrets.ts';
import type { Clock, HostLink, ManagerLink, World } from './drill/ports/world.ts';

/** The world of one drill: its journal, opened, and links to every host, the broker, its store and the exchange, not yet used. */
export async function openWorld(request: WorldRequest, secrets: Secrets): Promise<OpenWorld> {
  const { inventory, drillId, folder, phrase, progress, stop, epoch } = request;
  secrets.keep([...secretsOf(inventory), ...(phrase === null ? [] : [phrase])]);
  const { redact } = secrets;
  if (request.journal !== 'none') {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // One that was there already, or a umask, may say otherwise.
    await chmod(folder, 0o700);
  }
  raisePriority();
  const { journal, clock } = openedJournal(request, redact);
  const hosts = hostLinks(inventory, drillId, clock);
  const controller = createController();
  // One each: a read that is slow, or ended by force, holds up no other.
  const readers = {
    state: createDatabaseReader(),
    audit: createDatabaseReader(),
    messages: createDatabaseReader(),
  };
  const askOn = askOnHosts(inventory, hosts);
  const { ca } = inventory.broker;
  const world: World = {
    clock,
    journal,
    hosts,
    managers: managerLinks(inventory, hosts),
    broker: createBrokerLink(inventory.broker, {
      phrase,
      redact,
      askOn,
      ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
    }),
    store: storeOf(inventory.broker.state, askOn, readers.state),
    audit: auditOf(inventory.broker.audit, askOn, readers.audit),
    exchange: inventory.exchange === null ? null : createExchangeLink(inventory.exchange),
    messages: messagesOf(inventory, readers.messages),
    controller,
    randomWord,
    fingerprint: createFingerprint(keyFor(request)),
    // Cleaned before it is cut to the width of a terminal: half a secret would not be known for one.
    progress: (event) => progress(secrets.clean(event)),
    confirm: null,
    stop,
  };
  return {
    world: fenced(world, folder, epoch),
    entries: () => journal.entries(),
    close: async () => {
      await controller.close();
      await Promise.all(Object.values(readers).map((reader) => reader.close()));
      await Promise.all([...hosts.values()].map((link) => link.close()));
      await journal.close();
    },
  };
}

function openedJournal({ folder, journal }: WorldRequest, redact: (text: string) => string) {
  const file = join(folder, 'journal.jsonl');
  if (journal === 'none') return { clock: systemClock, journal: noJournal };
  if (journal === 'new')
    return { clock: systemClock, journal: openJournal(file, { clock: systemClock, redact }) };
  const last = readJournal(file).at(-1);
  const clock = last === undefined ? systemClock : clockAfter(last);
  return { clock, journal: reopenJournal(file, { clock, redact }) };
}

function keyFor({ folder, journal }: WorldRequest): Uint8Array | undefined {
  if (journal === 'none') return undefined;
  return journal === 'new' ? newKey(folder) : (keptKey(folder) ?? undefined);
}

const noJournal: JournalFile = {
  append: () => {
    throw new Error('there is no journal to write to');
  },
  sync: () => Promise.resolve(),
  entries: () => [],
  close: () => Promise.resolve(),
};

function messagesOf({ broker }: Inventory, reader: DatabaseReader): World['messages'] {
  const table = broker.messages?.table ?? null;
  return table === null ? null : createMessagesLink(table, reader.read);
}

function storeOf(state: Broker['state'], askOn: AskOn, reader: DatabaseReader): World['store'] {
  if (state === null) return noStore;
  return 'from' in state
    ? createDocumentStore(state, askOn)
    : createStoreLink(state, databaseOn(state.host, askOn, reader));
}

function auditOf(audit: Broker['audit'], askOn: AskOn, reader: DatabaseReader): World['audit'] {
  if (audit === null) return null;
  return 'from' in audit
    ? createDocumentAudit(audit, askOn)
    : createAuditLink(audit, databaseOn(audit.host, askOn, reader));
}

function databaseOn(host: string | undefined, askOn: AskOn, reader: DatabaseReader): ReadDatabase {
  return host === undefined ? reader.read : (file, queries) => readRemoteDatabase(file, queries, askOn(host));
}

/** Nobody asks it: what is not declared is not read. */
const noStore: World['store'] = {
  read: () => Promise.resolve(unreadable('the inventory declares no store')),
};

/** A host that is this machine needs no connection; what is left running there is then not ended with one. */
function askOnHosts(inventory: Inventory, links: ReadonlyMap<string, AskableHost>): AskOn {
  return (name) => {
    const host = inventory.hosts.find((one) => one.name === name);
    if (name === null) return askController;
    if (host?.transport.kind === 'local') return askHere;
    return (argv, limits) =>
      links.get(name)?.ask(argv, limits) ?? Promise.resolve(unreadable(`there is no host ${name}`));
  };
}

function hostLinks(inventory: Inventory, drillId: string, clock: Clock): Map<string, AskableHost> {
  return new Map(
    inventory.hosts.map((host) => {
      const heartbeats = inventory.services.flatMap(({ name, host: home, heartbeat }) =>
        home === host.name && heartbeat !== null ? [{ service: name, file: heartbeat.file }] : [],
      );
      return [host.name, createHostLink(host, { drillId, fleet: inventory.fleet, heartbeats, clock })];
    }),
  );
}

function managerLinks(inventory: Inventory, hosts: ReadonlyMap<string, HostLink>): Map<string, ManagerLink> {
  return new Map(
    inventory.hosts.flatMap((host) => {
      const labels = inventory.services.flatMap((service) => {
        const label = managedName(service);
        return service.host === host.name && label !== null ? [[service.name, label] as const] : [];
      });
      const link = hosts.get(host.name);
      if (link === undefined) return [];
      const manager = createManagerLink(host, new Map(labels), link);
      const own = inventory.services.filter((service) => service.host === host.name);
      const names = new Map(own.map((service) => [service.name, scheduledNames(service, host)] as const));
      return [[host.name, withSchedules(manager, names, link, systemClock)] as const];
    }),
  );
}
