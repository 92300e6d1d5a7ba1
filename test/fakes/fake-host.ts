import { absent, present, type Reading, unreadable } from '../../src/drill/model/reading.ts';
import type { HostIdentity, ProbeSample, SampleRequest } from '../../src/drill/model/sample.ts';
import type { Clock, HostLink } from '../../src/drill/ports/world.ts';

interface FakeProcess {
  readonly pid: number;
  readonly start: number;
  readonly ppid: number;
  readonly argv: readonly string[];
  readonly state: string;
  /** Itself where a test does not say otherwise. */
  readonly pgrp?: number;
  readonly sid?: number;
  readonly cgroup?: string;
  readonly cwd?: string;
  /** Root's where a test does not say otherwise. */
  readonly uid?: number;
}

/** A machine as pure state: a process table, and the commands that change it. */
export class FakeHost implements HostLink {
  readonly host: string;
  /** None, unless a test gives it one. */
  crossCheck: HostLink['crossCheck'] = null;
  readonly #clock: Clock;
  readonly #fleet: string;
  readonly #commands: (argv: readonly string[]) => void;
  readonly processes = new Map<number, FakeProcess>();
  /** Set to make every further answer unreadable. */
  lost: string | null = null;
  /** Set to cut the connection: nothing is read until it is opened again, and then by this machine. */
  cutTo: string | null = null;
  os = 'Linux';
  /** What every heartbeat on it says. */
  heartbeat: (() => Reading<string>) | null = null;
  /** How often it was opened. */
  opened = 0;
  #machine: string;
  #closed = false;
  /** What its wall clock said when the fake clock stood at 0; null: it never tells. */
  wallMs: number | null = null;
  /** As whom the probe runs there. */
  loginUid = 0;
  /** Whom its directory of users knows, by uid. */
  readonly users = new Map([['0', 'root']]);
  onKill: (pid: number) => void = () => undefined;
  #nextPid = 100;
  #boots = 1;
  #bootedMs = 0;

  constructor(host: string, fleet: string, clock: Clock, commands: (argv: readonly string[]) => void) {
    this.host = host;
    this.#machine = host;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#commands = commands;
    this.processes.set(1, { pid: 1, start: 1, ppid: 0, argv: ['/sbin/init'], state: 'S' });
  }

  spawn(
    argv: readonly string[],
    ppid = 1,
    more: Pick<FakeProcess, 'pgrp' | 'sid' | 'cgroup' | 'cwd' | 'uid'> = {},
  ): number {
    const pid = this.#nextPid;
    this.#nextPid += 1;
    this.processes.set(pid, {
      pid,
      start: Math.round((this.#clock.nowMs() - this.#bootedMs) / 10),
      ppid,
      argv,
      state: 'S',
      ...more,
    });
    return pid;
  }

  /** It calls exec. */
  becomes(pid: number, argv: readonly string[]): void {
    const before = this.processes.get(pid);
    if (before) this.processes.set(pid, { ...before, argv });
  }

  /** Breaks the connection and boots it anew, with these at boot; what it says of itself is that it has been up since `bootedMs`. */
  reboot(atBoot: readonly (readonly string[])[], bootedMs = this.#clock.nowMs()): void {
    this.cutTo = this.#machine;
    this.#boots += 1;
    this.#bootedMs = bootedMs;
    for (const pid of this.processes.keys()) if (pid !== 1) this.processes.delete(pid);
    for (const argv of atBoot) this.spawn(argv);
  }

  find(script: string): FakeProcess | undefined {
    return [...this.processes.values()].find((one) => one.argv[1] === script);
  }

  async open(): Promise<Reading<HostIdentity>> {
    if (this.lost !== null) return unreadable(this.lost);
    this.opened += 1;
    this.#machine = this.cutTo ?? this.#machine;
    this.cutTo = null;
    this.#closed = false;
    return present({
      ...this.#scope(),
      hostname: this.host,
      machineId: this.#machine,
      hostKey: null,
      os: this.os,
      ticksPerSecond: 100,
    });
  }

  isLost(): boolean {
    return this.cutTo !== null || this.#closed;
  }

  async sample(request: SampleRequest): Promise<Reading<ProbeSample>> {
    await this.#clock.sleep(2);
    if (this.lost !== null) return unreadable(this.lost);
    if (this.isLost()) return unreadable('the ssh connection was lost');
    const all = [...this.processes.values()];
    const wanted = request.mode === 'full' ? all : all.filter((one) => request.watch.includes(one.pid));
    return present({
      scope: this.#scope(),
      uptimeMs: this.#clock.nowMs() - this.#bootedMs,
      hostWallMs: this.wallMs === null ? null : this.wallMs + this.#clock.nowMs(),
      pids: all.map((one) => one.pid),
      rows: wanted.map(({ pid, start, ppid, state, pgrp = pid, sid = pid }) => ({
        pid,
        start,
        ppid,
        pgrp,
        sid,
        state,
      })),
      details: all
        .filter((one) => request.detail.includes(one.pid))
        .map(({ pid, start, argv, cgroup = null, cwd, uid = 0 }) => ({
          pid,
          start,
          uid,
          argv: present(argv),
          exe: present(argv[0] ?? ''),
          ...(cwd === undefined ? {} : { cwd: present(cwd) }),
          cgroup,
        })),
      visibility: { uid: this.loginUid, pid1: true, hidepid: '0' },
      heartbeats: this.#heartbeats(request),
    });
  }

  async plantCanary(tag: string): Promise<Reading<{ pid: number }>> {
    if (this.lost !== null) return unreadable(this.lost);
    if (this.isLost()) return unreadable('the ssh connection was lost');
    return present({ pid: this.spawn(['sh', '-c', ':', 'haltdrill-canary', this.#fleet, tag, '0']) });
  }

  async killCanary(pid: number): Promise<Reading<true>> {
    if (this.lost !== null) return unreadable(this.lost);
    if (this.isLost()) return unreadable('the ssh connection was lost');
    this.processes.delete(pid);
    return present(true);
  }

  async killLife(life: { bootId: string; pid: number; start: number }): Promise<Reading<true>> {
    if (this.processes.get(life.pid)?.start !== life.start) return absent;
    this.processes.delete(life.pid);
    this.onKill(life.pid);
    return present(true);
  }

  async run(argv: readonly string[]): Promise<Reading<{ exitCode: number; output: string }>> {
    if (argv[0] === 'getent') {
      const name = this.users.get(argv[2] ?? '');
      return present({ exitCode: name === undefined ? 2 : 0, output: `${name}:x:${argv[2]}::::\n` });
    }
    if (argv[0] === 'id') return present({ exitCode: 1, output: '' });
    this.#commands(argv);
    return present({ exitCode: 0, output: '' });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #heartbeats({ mode }: SampleRequest): ProbeSample['heartbeats'] {
    return mode === 'list' || this.heartbeat === null ? {} : { hermes: this.heartbeat() };
  }

  #scope() {
    return { bootId: `boot-${this.#boots}-${this.host}`, pidNamespace: 'pid:[1]' };
  }
}
