import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BesideSettings } from './beside/main.ts';
import { asWritten, handConfigFile } from './broker/hand-config.ts';
import { type BrokerSettings, brokerConfigFile } from './broker/settings.ts';
import type { DaemonConfig } from './daemons/daemon.ts';
import { type Entry, scriptText } from './entry.ts';
import { assets, type HostName, type LabService, labelOf, services } from './fleet.ts';
import { launchctlScript } from './launchctl-script.ts';
import { type HostLayout, type LabLayout, rootVariable } from './layout.ts';
import { runProgram } from './start-program.ts';
import type { LaunchdConfig } from './supervisor/main.ts';
import { toldWatched } from './variants/timing.ts';
import { twister, variantNamed } from './variants/variants.ts';

const daemonOf: Readonly<Record<LabService['kind'], readonly [module: string, call: string]>> = {
  broker: ['broker/main.js', 'runBroker'],
  watcher: ['daemons/watcher.js', 'runWatcher'],
  agent: ['daemons/agent.js', 'runAgent'],
  trader: ['daemons/trader.js', 'runTrader'],
};

/** The folders of one host, all of them private to this user. */
export async function makeFolders(host: HostLayout): Promise<void> {
  const folders = [host.bin, host.plists, host.services, host.etc, host.run, host.db, host.log];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
}

async function writeScript(file: string, entry: Entry): Promise<void> {
  await writeFile(file, scriptText(entry), { mode: 0o700 });
}

/** Everything that one host needs before its supervisor starts: scripts of its services, configuration, launchctl. */
export async function buildHost(
  lab: LabLayout,
  host: HostName,
  {
    variant,
    daemons,
    sshd,
  }: {
    readonly variant: string;
    readonly daemons: DaemonConfig;
    readonly sshd: { readonly settings: unknown; readonly program: string } | null;
  },
): Promise<void> {
  const twists = variantNamed(variant).daemons ?? {};
  const layout = lab[host];
  const own = services.filter((service) => service.host === host);
  const jobs = own.map(({ name, keepAlive }) => ({
    label: labelOf(name),
    program: twists[name]?.program?.(join(layout.services, name)) ?? [
      process.execPath,
      join(layout.services, name),
    ],
    keepAlive: twists[name]?.keepAlive ?? keepAlive,
    log: join(layout.log, `${name}.log`),
  }));
  const sshdJob = {
    label: 'com.openssh.sshd',
    program: [process.execPath, sshd?.program ?? ''],
    keepAlive: true,
    log: join(layout.log, 'sshd.log'),
  };
  const launchd: LaunchdConfig = {
    variant: twister(variant, 'supervisor'),
    host,
    control: layout.control,
    run: layout.run,
    pidFile: layout.launchdPid,
    cwd: layout.root,
    env: {
      PATH: `${layout.bin}:${process.env.PATH ?? ''}`,
      HOME: layout.root,
      [rootVariable]: lab.root,
      ...toldWatched(),
    },
    throttleMs: 250,
    exitTimeoutMs: 5000,
    jobs: sshd === null ? jobs : [sshdJob, ...jobs],
  };
  await Promise.all([
    writeJson(layout.launchdConfig, launchd),
    writeJson(layout.daemonConfig, daemons),
    writeFile(layout.launchctl, launchctlScript(layout.run), { mode: 0o700 }),
    runProgram('mkfifo', ['-m', '600', layout.control]),
    writeScript(join(layout.bin, 'launchd'), {
      module: 'supervisor/main.js',
      call: 'runSupervisor',
      settings: layout.launchdConfig,
    }),
    ...launchd.jobs.map((job) =>
      writeFile(join(layout.plists, `${job.label}.plist`), plistOf(job.label, job.program)),
    ),
    ...own.map(({ name, kind }) => {
      const [module, call] = twists[name]?.call ?? daemonOf[kind];
      const settings = { service: name, root: layout.root };
      const text = twists[name]?.text?.(settings) ?? scriptText({ module, call, settings });
      return writeFile(join(layout.services, name), text, { mode: 0o700 });
    }),
    ...(own.some(({ kind }) => kind === 'broker')
      ? [writeFile(join(layout.bin, 'principal'), handTool(), { mode: 0o700 })]
      : []),
    ...(sshd === null
      ? []
      : [writeScript(sshd.program, { module: 'ssh/main.js', call: 'runSshd', settings: sshd.settings })]),
  ]);
}

/** The broker's hand tool, where its operator would have installed it. */
function handTool(): string {
  const main = fileURLToPath(new URL('../principal/main.js', import.meta.url));
  const quoted = [process.execPath, main].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`;
}

/** The exchange's script, its token and its log folder; the exchange belongs to neither host. */
export async function buildExchange(lab: LabLayout, port: number, token: string): Promise<string> {
  const script = join(lab.exchange.bin, 'exchange');
  const settings = { port, assets, tokenFile: lab.exchangeToken };
  await writeFile(lab.exchangeToken, token, { mode: 0o600 });
  await writeScript(script, { module: 'exchange/main.js', call: 'runExchange', settings });
  return script;
}

/** What `curl` is given in place of a token. The folder of the keys is there. */
export async function writeOperatorHeader(lab: LabLayout, token: string): Promise<void> {
  await writeFile(lab.operatorHeader, `Authorization: Bearer ${token}\n`, { mode: 0o600 });
}

/** The script of what a variant does beside the fleet. */
export async function buildBeside(lab: LabLayout, settings: BesideSettings): Promise<string> {
  const script = join(lab.exchange.bin, 'beside');
  await writeScript(script, { module: 'beside/main.js', call: 'runBeside', settings });
  return script;
}

/** What the broker is told, on its own host. */
export async function writeBrokerSettings(lab: LabLayout, settings: BrokerSettings): Promise<void> {
  await writeJson(brokerConfigFile(lab.knox.root), settings);
  await writeJson(handConfigFile(lab.knox.root), asWritten(settings.config));
}

/** A property list (launchd.plist(5)), for a person to read: the supervisor has its jobs from its own configuration. */
function plistOf(label: string, program: readonly string[]): string {
  const words = program.map(
    (word) => `<string>${word.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<plist version="1.0"><dict>',
    `<key>Label</key><string>${label}</string>`,
    `<key>ProgramArguments</key><array>${words.join('')}</array>`,
    '</dict></plist>\n',
  ].join('\n');
}

async function writeJson(file: string, content: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}
