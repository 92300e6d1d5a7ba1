import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../../src/drill/model/verdict.ts';
import { Host } from '../range/host.ts';
import { type BootedRange, HOSTS, type HostName } from '../range/plan.ts';
import { until } from '../range/until.ts';
import {
  addressOf,
  brokerConfig,
  drillText,
  folderOf,
  inventoryText,
  survivorsOf,
  survivorUnit,
  unitText,
} from './files.ts';
import { type FleetCase, scriptOf } from './fleet-case.ts';

const here = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const BROKER = here('broker.py');
const DAEMON = here('daemon.py');

export interface Drilled {
  readonly code: number | null;
  readonly verdict: Verdict;
  readonly stderr: string;
}

/** The fleet of one case, on the booted hosts. */
export class Fleet {
  readonly hosts: Readonly<Record<HostName, Host>>;
  readonly #case: FleetCase;

  constructor(fleet: FleetCase, range: BootedRange) {
    this.#case = fleet;
    this.hosts = Object.fromEntries(HOSTS.map((name) => [name, new Host(name, range)])) as Record<
      HostName,
      Host
    >;
  }

  async install(): Promise<void> {
    const fleet = this.#case;
    const { hosts } = this;
    const { brokerHost = 'desk' } = fleet;
    const folder = folderOf(fleet);
    const unit = (name: string): string => `/run/systemd/system/${name}.service`;
    await Promise.all([
      hosts[brokerHost].write(`${folder}/broker.json`, brokerConfig(fleet)),
      hosts.desk.write(`${folder}/inventory.yaml`, inventoryText(fleet)),
      hosts.desk.write(`${folder}/drill.yaml`, drillText(fleet)),
      ...survivorsOf(fleet).flatMap(({ name, host }) => [
        hosts[host].write(scriptOf(name), name === 'principal' ? BROKER : DAEMON, '755'),
        hosts[host].write(unit(name), survivorUnit(name, fleet)),
      ]),
      ...fleet.targets.flatMap(({ name, host, command, unit: lines, managed }) => [
        hosts[host].write(scriptOf(name), DAEMON, '755'),
        ...(managed === false
          ? []
          : [hosts[host].write(unit(name), unitText(command ?? scriptOf(name), lines))]),
      ]),
      ...(fleet.files ?? []).map(({ host, path, text, mode }) => hosts[host].write(path, text, mode)),
    ]);
    await Promise.all(
      HOSTS.map(async (name) => {
        const host = hosts[name];
        await host.run('systemctl', 'daemon-reload');
        // A socket refuses to listen for a service that is up already.
        const extra = this.#case.units?.[name] ?? [];
        if (extra.length > 0) await host.run('systemctl', 'start', ...extra);
        const units = this.#unitsOn(name, true);
        if (units.length > 0) await host.run('systemctl', 'start', ...units);
        const more = fleet.after?.[name];
        if (more !== undefined) await host.sh(more);
      }),
    );
    await until('the broker answers', 20_000, async () => {
      const { code } = await hosts.desk.try(
        'python3',
        '-c',
        'import socket, sys; socket.create_connection((sys.argv[1], 8700))',
        addressOf(fleet),
      );
      return code === 0 || 'nobody listens';
    });
  }

  #unitsOn(host: HostName, toStart: boolean): string[] {
    return [
      ...survivorsOf(this.#case)
        .filter((one) => one.host === host)
        .map(({ name }) => `${name}.service`),
      ...this.#case.targets
        .filter((one) => one.host === host && one.managed !== false && !(toStart && one.started === false))
        .map(({ name }) => `${name}.service`),
      ...(this.#case.units?.[host] ?? []),
    ];
  }

  /** Takes the case off the hosts again, whatever state the drill left it in. */
  async remove(): Promise<void> {
    await Promise.all(
      HOSTS.map(async (name) => {
        const host = this.hosts[name];
        const undo = this.#case.undo?.[name];
        if (undo !== undefined) await host.sh(undo);
        const extra = this.#case.units?.[name] ?? [];
        const units = this.#unitsOn(name, false).filter((unit) => !extra.includes(unit));
        // What would start the others goes first.
        if (extra.length > 0) await host.try('systemctl', 'stop', ...extra);
        await host.try('systemctl', 'stop', ...units);
        const files = (this.#case.files ?? []).filter((one) => one.host === name).map(({ path }) => path);
        await host.sh(
          `pkill -KILL -f '^/usr/bin/python3 -I /opt/range/bin/' || true; rm -rf /opt/range /run/systemd/system/*.service`,
        );
        if (files.length > 0) await host.run('rm', '-f', ...files);
        await host.run('systemctl', 'daemon-reload');
        await host.try('systemctl', 'reset-failed');
      }),
    );
  }

  /** Runs the drill on desk. `during` is called with what it says while it runs. */
  async drill(during?: (said: string) => void): Promise<Drilled> {
    const folder = folderOf(this.#case);
    const files = [
      '--inventory',
      `${folder}/inventory.yaml`,
      '--drill',
      `${folder}/drill.yaml`,
      '--out',
      `${folder}/reports`,
    ];
    const program = ['node', '/opt/haltdrill/dist/main.js', 'drill', ...files];
    const [command = '', ...words] = this.hosts.desk.entering(...program, '--skip-gate', 'a test', '--json');
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      during?.(text);
    });
    const code = await new Promise<number | null>((done) => child.once('close', done));
    if (stdout === '') throw new Error(`the drill gave no verdict (exit ${code}): ${stderr}`);
    return { code, verdict: JSON.parse(stdout) as Verdict, stderr };
  }
}
