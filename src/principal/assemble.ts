import { randomUUID } from 'node:crypto';
import type { PrincipalConfig } from './config/types.ts';
import { httpExchange } from './exchange.ts';
import type { BrokerParts, LevelPlan, Stopper } from './parts.ts';
import { runLocally } from './stoppers/command.ts';
import { launchctlStopper } from './stoppers/launchctl.ts';
import { runOverSsh } from './stoppers/ssh.ts';
import { openDatabase } from './store/sqlite.ts';

/**
 * The parts of the broker as it is meant to be: state in SQLite, and every daemon stopped on the host where it lives.
 * Throws where the database cannot be opened or a level names an unknown service.
 */
export function assembleParts(
  config: PrincipalConfig,
  warn: (text: string) => void,
): { readonly parts: BrokerParts; readonly close: () => void } {
  const levels = config.levels.map(
    ({ level, asset, stops }): LevelPlan => ({
      level,
      asset,
      stops: stops.map((service) => {
        const known = config.services[service];
        if (known === undefined) throw new Error(`level ${level} stops ${service}, which is no service`);
        return { service, label: known.label, host: known.host };
      }),
    }),
  );
  const stoppers = new Map<string, Stopper>(
    Object.entries(config.hosts).map(([name, { launchctl, domain, ssh }]) => {
      const run = ssh === undefined ? runLocally : runOverSsh(ssh);
      return [name, launchctlStopper(run, { launchctl, ...(domain === undefined ? {} : { domain }) })];
    }),
  );
  const { close, ...database } = openDatabase(config.database);
  const parts: BrokerParts = {
    ...database,
    levels,
    stoppers,
    agents: Object.keys(config.services),
    exchange: httpExchange(config.exchange.url),
    clock: { now: () => new Date().toISOString() },
    newIncidentId: () => `inc-${randomUUID()}`,
    warn,
  };
  return { parts, close };
}
