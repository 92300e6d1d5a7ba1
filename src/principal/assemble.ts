import { randomUUID } from 'node:crypto';
import { createBroker } from './broker.ts';
import { createCommands } from './command/commands.ts';
import type { Commands } from './command/types.ts';
import type { LevelConfig, PrincipalConfig } from './config/types.ts';
import { httpExchange } from './exchange.ts';
import { describe } from './ledger.ts';
import type { Broker, BrokerParts, HaltGate, LevelPlan, Stopper } from './parts.ts';
import { runLocally } from './stoppers/command.ts';
import { launchctlStopper } from './stoppers/launchctl.ts';
import { runOverSsh } from './stoppers/ssh.ts';
import { noDatabase } from './store/none.ts';
import { type BrokerDatabase, openDatabase } from './store/sqlite.ts';

export interface AssembleOptions {
  /** Whether this process is the broker itself; false for the hand tool. True unless told otherwise. */
  readonly here?: boolean;
  /** Goes on without a database that cannot be opened, recording nothing: a halt by hand must not depend on it. */
  readonly evenWithoutDatabase?: boolean;
  /** Parts in place of the reference's. */
  readonly vary?: (reference: BrokerParts) => Partial<BrokerParts>;
}

/** A broker and its command layer, over one database. */
export interface Assembled {
  readonly broker: Broker;
  readonly commands: Commands;
  /** Waits for what is under way, then closes the database. */
  close(): Promise<void>;
}

/**
 * The broker as it is meant to be: state in SQLite, and every daemon stopped on the host where it lives.
 * Throws where the database cannot be opened or a level names an unknown service.
 */
export function assembleBroker(
  config: PrincipalConfig,
  warn: (text: string) => void,
  options: AssembleOptions = {},
): Assembled {
  const { parts: reference, database } = assembleParts(config, warn, options);
  const parts = { ...reference, ...options.vary?.(reference) };
  let gate = (): HaltGate => ({ agents: new Set(), asset: null });
  try {
    const { db, atomically } = database;
    const { agents, clock } = parts;
    const commands = createCommands({ db, atomically, agents, gate: () => gate(), clock, warn });
    const broker = createBroker({ ...parts, messages: commands.hold });
    gate = broker.gate;
    return {
      broker,
      commands,
      async close() {
        commands.close();
        await broker.close();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function assembleParts(
  config: PrincipalConfig,
  warn: (text: string) => void,
  options: AssembleOptions,
): { readonly parts: BrokerParts; readonly database: BrokerDatabase } {
  const levels = config.levels.map((level) => planOf(level, config));
  const stoppers = new Map<string, Stopper>(
    Object.entries(config.hosts).map(([name, { ssh, ...how }]) => {
      const run = ssh === undefined ? runLocally : runOverSsh(ssh);
      return [name, launchctlStopper(run, how)];
    }),
  );
  const database = open(config.database, warn, options.evenWithoutDatabase === true);
  const host = config.services[config.self]?.host;
  const parts: BrokerParts = {
    store: database.store,
    audit: database.audit,
    atomically: database.atomically,
    levels,
    stoppers,
    self: host === undefined ? null : { service: config.self, host, here: options.here ?? true },
    agents: Object.keys(config.services),
    exchange: httpExchange(config.exchange),
    retry: { firstMs: 1000, mostMs: 15_000 },
    clock: { now: () => new Date().toISOString() },
    newIncidentId: () => `inc-${randomUUID()}`,
    warn,
  };
  return { parts, database };
}

function planOf(
  { level, asset, stops, resume, destructive }: LevelConfig,
  config: PrincipalConfig,
): LevelPlan {
  return {
    level,
    asset,
    stops: stops.map((service) => {
      const known = config.services[service];
      if (known === undefined) throw new Error(`level ${level} stops ${service}, which is no service`);
      return { service, label: known.label, host: known.host };
    }),
    ...(resume === undefined ? {} : { resume }),
    ...(destructive === undefined ? {} : { destructive }),
  };
}

function open(file: string, warn: (text: string) => void, evenWithout: boolean): BrokerDatabase {
  try {
    return openDatabase(file);
  } catch (error) {
    if (!evenWithout) throw error;
    warn(`${file}: ${describe(error)}: nothing will be recorded`);
    return noDatabase(describe(error));
  }
}
