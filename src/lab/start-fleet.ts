import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { PrincipalConfig } from '../principal/config/types.ts';
import { handConfigFile } from './broker/hand-config.ts';
import {
  buildBeside,
  buildExchange,
  buildHost,
  makeFolders,
  writeBrokerSettings,
  writeOperatorHeader,
} from './build-root.ts';
import type { DaemonConfig } from './daemons/daemon.ts';
import { assets, labelOf, services } from './fleet.ts';
import { freePort } from './free-port.ts';
import { type FleetVariable, type LabLayout, rootVariable, sshUser } from './layout.ts';
import { type LabKeys, makeKeys } from './ssh/keys.ts';
import type { SshdSettings } from './ssh/main.ts';
import { inherited, startProgram } from './start-program.ts';
import { twister, variantNamed } from './variants/variants.ts';

/** A fleet whose processes were started, though they may not all work yet. */
export interface Fleet {
  /** The variables that inventory.yaml uses. */
  readonly env: Readonly<Record<FleetVariable, string>>;
  /** Supervisors and exchange, by what they are. Each ends when its stdin closes. */
  readonly children: ReadonlyMap<string, ChildProcess>;
}

interface Ports {
  readonly exchange: number;
  readonly broker: number;
  readonly sshd: number;
}

/** Writes everything under the lab's root and starts exchange and hosts, each as soon as it can be. */
export async function startFleet(lab: LabLayout, variant: string): Promise<Fleet> {
  const [ports] = await Promise.all([
    choosePorts(),
    ...[lab.knox, lab.tesseract, lab.exchange].map((host) => makeFolders(host)),
  ]);
  const tokens = { operator: newToken(), second: newToken(), agent: newToken(), exchange: newToken() };
  const daemons: DaemonConfig = {
    exchangeUrl: `http://127.0.0.1:${ports.exchange}`,
    exchangeToken: tokens.exchange,
    brokerUrl: `http://127.0.0.1:${ports.broker}`,
    agentToken: tokens.agent,
    assets,
    agents: services.filter(({ kind }) => kind === 'agent').map(({ name }) => name),
  };
  const children = new Map<string, ChildProcess>();
  const start = (name: string, script: string): void => void children.set(name, spawnScript(lab, script));
  // The broker takes longest to come up, hence its host goes first.
  const knoxUp = Promise.all([
    buildHost(lab, 'knox', { variant, daemons, sshd: null }),
    writeBrokerSettings(lab, {
      variant: twister(variant, 'broker'),
      config: brokerConfig(lab, ports, tokens),
    }),
  ]).then(() => start('knox', join(lab.knox.bin, 'launchd')));
  const exchangeUp = buildExchange(lab, ports.exchange, tokens.exchange).then((script) =>
    start('exchange', script),
  );
  const keysMade = makeKeys(lab.keys, ports.sshd);
  const tesseractUp = keysMade
    .then((keys) =>
      buildHost(lab, 'tesseract', { variant, daemons, sshd: sshdOf(lab, ports, keys, variant) }),
    )
    .then(() => start('tesseract', join(lab.tesseract.bin, 'launchd')));
  const settled = await Promise.allSettled([knoxUp, exchangeUp, tesseractUp]);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    for (const child of children.values()) child.stdin?.destroy();
    throw failed.reason;
  }
  const keys = await keysMade;
  await writeOperatorHeader(lab, tokens.operator);
  const env: Fleet['env'] = {
    KNOX_ROOT: lab.knox.root,
    TESSERACT_ROOT: lab.tesseract.root,
    TESSERACT_ADDRESS: '127.0.0.1',
    TESSERACT_PORT: String(ports.sshd),
    TESSERACT_USER: sshUser,
    TESSERACT_KEY: keys.runner,
    TESSERACT_KNOWN_HOSTS: keys.knownHosts,
    PRINCIPAL_URL: daemons.brokerUrl,
    PRINCIPAL_TOKEN: tokens.operator,
    PRINCIPAL_SECOND_TOKEN: tokens.second,
    PRINCIPAL_CONFIG: handConfigFile(lab.knox.root),
    EXCHANGE_URL: daemons.exchangeUrl,
  };
  if (variantNamed(variant).beside !== undefined)
    start('beside', await buildBeside(lab, { variant, lab, env }));
  return { children, env };
}

async function choosePorts(): Promise<Ports> {
  for (;;) {
    const [exchange, broker, sshd] = await Promise.all([freePort(), freePort(), freePort()]);
    if (new Set([exchange, broker, sshd]).size === 3) return { exchange, broker, sshd };
  }
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}

function spawnScript(lab: LabLayout, script: string): ChildProcess {
  return startProgram(process.execPath, [script], {
    cwd: lab.root,
    env: { ...inherited(), [rootVariable]: lab.root },
    stdio: ['pipe', 'ignore', 'inherit'],
    // A terminal's Ctrl-C is for the lab's main process, which ends the rest in order.
    detached: true,
  });
}

function sshdOf(
  lab: LabLayout,
  ports: Ports,
  keys: LabKeys,
  variant: string,
): { settings: SshdSettings; program: string } {
  const settings: SshdSettings = {
    variant: twister(variant, 'wire'),
    root: lab.tesseract.root,
    bin: lab.tesseract.bin,
    port: ports.sshd,
    user: sshUser,
    hostKey: keys.host,
    otherKey: keys.broker,
    authorizedKeys: keys.authorized,
  };
  return { settings, program: join(lab.tesseract.bin, 'sshd') };
}

function brokerConfig(
  lab: LabLayout,
  ports: Ports,
  tokens: Readonly<Record<'operator' | 'second' | 'agent' | 'exchange', string>>,
): PrincipalConfig {
  const named = (kind: 'trader' | 'agent'): string[] =>
    services.filter((service) => service.kind === kind).map(({ name }) => name);
  return {
    listen: { address: '127.0.0.1', port: ports.broker },
    database: join(lab.knox.db, 'principal.db'),
    exchange: { url: `http://127.0.0.1:${ports.exchange}`, token: tokens.exchange },
    tokens: [
      { token: tokens.operator, role: 'operator' },
      { token: tokens.second, role: 'second-operator' },
      { token: tokens.agent, role: 'agent' },
    ],
    hosts: {
      knox: { launchctl: lab.knox.launchctl, plists: lab.knox.plists },
      tesseract: {
        launchctl: lab.tesseract.launchctl,
        plists: lab.tesseract.plists,
        ssh: {
          address: '127.0.0.1',
          port: ports.sshd,
          user: sshUser,
          identityFile: join(lab.keys, 'principal_ed25519'),
          knownHosts: join(lab.keys, 'known_hosts'),
        },
      },
    },
    services: Object.fromEntries(services.map(({ name, host }) => [name, { host, label: labelOf(name) }])),
    self: 'principal',
    levels: [
      { level: 1, asset: true, stops: [] },
      { level: 2, asset: false, stops: named('trader') },
      { level: 3, asset: false, stops: [...named('trader'), ...named('agent')], resume: 'second-operator' },
      {
        level: 4,
        asset: false,
        stops: services.map(({ name }) => name),
        destructive: { phrase: 'SHUTDOWN INVICTUS' },
      },
    ],
  };
}
