import { readFileSync } from 'node:fs';
import { assembleBroker } from '../../principal/assemble.ts';
import type { Target } from '../../principal/parts.ts';
import { runBroker as serveUntilAsked } from '../../principal/run.ts';
import { localRunner } from '../../principal/stoppers/command.ts';
import { type DaemonArguments, declareReady } from '../daemons/daemon.ts';
import { labelOf } from '../fleet.ts';
import { hostLayout } from '../layout.ts';
import { labVariables } from '../start-program.ts';
import { twistAt } from '../variants/twist-at.ts';
import type { BrokerSite } from '../variants/variant.ts';
import { type BrokerSettings, brokerConfigFile } from './settings.ts';

/** The broker's process: the reference's parts, with those that the variant replaces. Ends with 0 on SIGTERM. */
export async function runBroker(daemon: DaemonArguments): Promise<void> {
  const { variant: name, config } = JSON.parse(
    readFileSync(brokerConfigFile(daemon.root), 'utf8'),
  ) as BrokerSettings;
  const { parts: twistParts, around, http, behind } = (await twistAt('broker', name)) ?? {};
  const host = config.services[daemon.service]?.host ?? '';
  const self: Target = { service: daemon.service, label: labelOf(daemon.service), host };
  const { root } = daemon;
  const run = localRunner(labVariables());
  const site: BrokerSite = { self, launchctl: hostLayout(root).launchctl, run, root, config };

  const warn = (text: string): void => void process.stderr.write(`principal: ${text}\n`);
  const { broker, commands, close } = assembleBroker(config, warn, {
    vary: (parts) => twistParts?.(parts, site) ?? {},
  });
  // Runs beside the broker's own listener, which is there once only: a command under way makes execa listen too, and
  // a lone listener of that kind would end the process by the signal before its replies are out.
  process.on('SIGTERM', () => undefined);
  declareReady(daemon);
  await serveUntilAsked({
    broker: around?.(broker, site) ?? broker,
    commands,
    tokens: config.tokens,
    warn,
    close,
    ...(http === undefined ? {} : { around: (answer) => http(answer, site) }),
    ...config.listen,
    ...(behind === undefined ? {} : { address: behind }),
  });
}
