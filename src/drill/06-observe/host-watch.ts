import { bootAgeMs } from '../model/boot-age.ts';
import { markHeartbeat } from '../model/heartbeat.ts';
import { isReboot } from '../model/identity.ts';
import { unlikePin } from '../model/pin.ts';
import type { Plan } from '../model/plan.ts';
import { apart, present, type Reading, unreadable } from '../model/reading.ts';
import type { HostIdentity, ProbeSample, Sample, SampleRequest, SeenTable } from '../model/sample.ts';
import type { HostLink, World } from '../ports/world.ts';
import { Beats } from './beats.ts';
import { classify } from './classify.ts';
import { blindness, MOST_LIVES, Table } from './table.ts';

/** A whole table at least once a second: started somewhat earlier, since a sample takes time. */
const FULL_EVERY_MS = 900;
/** How many processes one sample opens at the most, so that samples stay closer together than max-gap. */
const DETAILS_A_SAMPLE = 25;
/**
 * Lives that are looked at again now and then, in turn: a process can exec or rename itself. What a host pays for is that anything
 * is opened, and hardly how much; so they wait some time for others that are opened anyway.
 */
const SECOND_LOOKS = 3;
const SECOND_LOOK_AFTER_MS = 2_500;
const SECOND_LOOK_BY_MS = 5_000;
const REOPEN_EVERY_MS = 1_000;

/** Samples one host over one link, for as long as it runs. Nothing else may use the link's probe meanwhile. */
export class HostWatch {
  readonly host: string;
  /** What is known of its processes; nothing before `open`. */
  table: Table;
  readonly beats = new Beats();
  readonly #plan: Plan;
  readonly #world: World;
  readonly #link: HostLink;
  readonly #tasks: { readonly run: () => Promise<void>; readonly drop: () => void }[] = [];
  readonly #ended = new AbortController();
  #loop: Promise<void> | null = null;
  #everyMs: number;
  #n = 0;
  #lastFullMs = Number.NEGATIVE_INFINITY;
  #turn = 0;
  #secondLookMs = Number.NEGATIVE_INFINITY;
  #trouble: string | null = 'not sampled yet';
  #first: HostIdentity | null = null;
  #foreign = false;
  /** When the boot before was last seen, for as long as it is not shown that the present one is younger; else null. */
  #youngerThanMs: number | null = null;
  #reopened = 0;
  #reopenAtMs = 0;
  #lastGoodMs = Number.NEGATIVE_INFINITY;

  constructor(plan: Plan, world: World, link: HostLink) {
    this.host = link.host;
    this.table = new Table(plan, 100, link.host);
    this.#plan = plan;
    this.#world = world;
    this.#link = link;
    this.#everyMs = plan.timing.sampleEveryMs;
  }

  /** Connects, and journals who answers. Resolves with why nobody does, or why it is not who was pinned; else null. */
  async open(): Promise<string | null> {
    const identity = await this.#askWho();
    if (identity.kind === 'present') {
      this.table = new Table(this.#plan, identity.value.ticksPerSecond, this.host);
      this.#first = identity.value;
      const pin = this.#plan.hosts.find(({ name }) => name === this.host)?.pin;
      const unlike = unlikePin(pin, identity.value);
      if (unlike === null) return this.#unrecognisable(identity.value);
      // Another machine than was meant: nothing more is done there, not even with a canary.
      await this.#link.close();
      return `it is not the machine that was pinned: ${unlike}`;
    }
    return identity.kind === 'absent' ? 'nobody answers' : identity.reason;
  }

  // Where ps alone shows processes, nobody is recognised by an executable, nor told apart from what has it.
  #unrecognisable({ os }: HostIdentity): string | null {
    if (os !== 'Darwin') return null;
    const odd = this.#plan.services.find(
      ({ host, match: { exe, script, argv0 } }) =>
        exe !== undefined && (host === this.host || (script === undefined && argv0 === undefined)),
    );
    return odd === undefined
      ? null
      : `ps of macOS shows no executables, so that ${odd.name} cannot be told from others there; match it by script or argv0`;
  }

  async #askWho(): Promise<Reading<HostIdentity>> {
    const { strangeKey, ...identity } = await this.#link.open();
    const refused = strangeKey === undefined ? {} : { strangeKey };
    this.#world.journal.append({ kind: 'host', host: this.host, identity, ...refused });
    return identity;
  }

  /** How often the link was opened again: the canaries of the link before went with it. */
  get reopened(): number {
    return this.#reopened;
  }

  /**
   * Opens a link that was lost again, at most once a second: what the halt left behind must be undone and proven undone. The
   * observation stays broken. The same machine may have been rebooted; then nothing of its process table is known any more.
   * Another machine is let go at once: nothing may be done there.
   */
  async #reopen(): Promise<void> {
    const { clock } = this.#world;
    if (this.#foreign || !this.#link.isLost() || clock.nowMs() < this.#reopenAtMs) return;
    const identity = await this.#askWho();
    this.#reopenAtMs = clock.nowMs() + REOPEN_EVERY_MS;
    if (identity.kind !== 'present') return;
    const reboot = this.#first !== null && isReboot(this.#first, identity.value);
    if (!reboot && !isSameBoot(identity.value, this.#first)) {
      await this.#letGo();
      return;
    }
    this.#reopened += 1;
    if (!reboot) return;
    this.#first = identity.value;
    this.table = new Table(this.#plan, identity.value.ticksPerSecond, this.host);
    this.#lastFullMs = Number.NEGATIVE_INFINITY;
    this.#youngerThanMs = this.#lastGoodMs;
  }

  async #letGo(): Promise<void> {
    this.#foreign = true;
    this.#trouble = 'another machine answers';
    await this.#link.close();
  }

  /** Why nothing on this host can be vouched for right now, or null. */
  get blindSpot(): string | null {
    if (this.#trouble !== null) return this.#trouble;
    return this.table.lookedThrough ? null : 'some processes have not been looked at yet';
  }

  /** Whether the last sample was good, so that the table is up to date. */
  get readable(): boolean {
    return this.#trouble === null;
  }

  /** Whether the table is as of `ms` or later. */
  sampledSince(ms: number): boolean {
    return this.readable && this.#lastGoodMs >= ms;
  }

  /** Whether a good sample was sent since `ms`, whatever has become of the host after it. */
  heardSince(ms: number): boolean {
    return this.#lastGoodMs >= ms;
  }

  /** `onSample` is called after each sample and task is journaled. */
  start(onSample: () => void): void {
    this.#loop = this.#run(onSample);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
  }

  /** How often to sample from now on, milliseconds. */
  pace(everyMs: number): void {
    this.#everyMs = everyMs;
  }

  /** Runs a task on the link between two samples; resolves when it is done, false if the watch ended before. */
  between(task: (link: HostLink) => Promise<void>): Promise<boolean> {
    if (this.#ended.signal.aborted || this.#loop === null) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      this.#tasks.push({
        run: () => task(this.#link).then(() => resolve(true), reject),
        drop: () => resolve(false),
      });
    });
  }

  async #run(onSample: () => void): Promise<void> {
    const { clock } = this.#world;
    while (!this.#ended.signal.aborted) {
      const beganMs = clock.nowMs();
      await this.#reopen();
      await this.#sample();
      onSample();
      // One at a time, so that no row of them keeps two samples apart.
      const task = this.#tasks.shift();
      if (task) {
        await task.run();
        onSample();
      }
      const restMs = beganMs + this.#everyMs - clock.nowMs();
      await clock.sleep(Math.max(1, restMs), this.#ended.signal);
    }
    for (const task of this.#tasks.splice(0)) task.drop();
  }

  async #sample(): Promise<void> {
    const { clock, journal } = this.#world;
    const request = this.#request(clock.nowMs());
    const sentMs = clock.nowMs();
    const { reading, ...raw } = apart(await this.#link.sample(request));
    const answer = this.#followed(reading);
    const receivedMs = clock.nowMs();
    this.#n += 1;
    const { nonce, mode } = request;
    const common = { host: this.host, n: this.#n, nonce, mode, sentMs, receivedMs, ...raw };
    if (answer.kind !== 'present') {
      this.#trouble = answer.kind === 'absent' ? 'the probe is gone' : answer.reason;
      journal.append({
        kind: 'sample',
        sample: { ...common, seen: { kind: 'unreadable', reason: this.#trouble } },
      });
      return;
    }
    const { pids, details, rows, heartbeats, ...probed } = answer.value;
    const comms = new Map(rows.map((row) => [row.pid, row.comm]));
    const seen: SeenTable = {
      ...probed,
      rows: rows.map(({ comm: _, image: __, ...row }) => row),
      total: pids.length,
      watched: mode === 'full' ? [] : request.watch,
      appeared: this.table.list(pids),
      details: details.map((detail) =>
        classify(detail, this.#plan, this.#world.fingerprint, comms.get(detail.pid)),
      ),
      heartbeats: marked(heartbeats, this.#world.fingerprint),
    };
    const sample: Sample = { ...common, seen: present(seen) };
    journal.append({ kind: 'sample', sample });
    if (!this.#isYoungEnough(answer.value, receivedMs)) return this.#letGo();
    this.table.take({ ...seen, rows });
    this.beats.note(seen.heartbeats, { sentMs, receivedMs });
    if (mode === 'full') this.#lastFullMs = sentMs;
    this.#trouble = blindness(seen);
    this.#lastGoodMs = sentMs;
  }

  // For the rest of the drill: a table of which only a part is followed vouches for nothing.
  #followed(reading: Reading<ProbeSample>): Reading<ProbeSample> {
    if (reading.kind !== 'present' || this.table.lives <= MOST_LIVES) return reading;
    return unreadable(
      `its services have had more than ${MOST_LIVES} processes, the most that are followed on one host; hold the halt for a shorter time`,
    );
  }

  // A machine that has been up since before the link broke is no rebooted one, whatever it says it is: a clone, perhaps.
  #isYoungEnough(table: Parameters<typeof bootAgeMs>[0], receivedMs: number): boolean {
    if (this.#youngerThanMs === null) return true;
    const age = bootAgeMs(table, this.#first?.ticksPerSecond ?? 0);
    if (age === null || receivedMs - age < this.#youngerThanMs) return false;
    this.#youngerThanMs = null;
    return true;
  }

  #request(nowMs: number): SampleRequest {
    const mode = nowMs - this.#lastFullMs >= FULL_EVERY_MS ? 'full' : 'list';
    const watch = this.table.watch();
    const opensAny = this.table.detail(1, []).length > 0;
    const detail = this.table.detail(DETAILS_A_SAMPLE, this.#secondLooks(nowMs, watch, opensAny));
    // A process is opened together with its row: without it, nobody could say later whose argv that was.
    return { nonce: this.#world.randomWord(), mode, watch: [...new Set([...watch, ...detail])], detail };
  }

  #secondLooks(nowMs: number, watch: readonly number[], opensAny: boolean): number[] {
    if (nowMs - this.#secondLookMs < (opensAny ? SECOND_LOOK_AFTER_MS : SECOND_LOOK_BY_MS)) return [];
    this.#secondLookMs = nowMs;
    const from = this.#turn;
    this.#turn += SECOND_LOOKS;
    return Array.from(
      { length: Math.min(SECOND_LOOKS, watch.length) },
      (_, i) => watch[(from + i) % watch.length] ?? 0,
    );
  }
}

function isSameBoot(now: HostIdentity, before: HostIdentity | null): boolean {
  const parts = ['bootId', 'pidNamespace', 'machineId', 'hostKey'] as const;
  return parts.every((part) => now[part] === before?.[part]);
}

function marked(
  heartbeats: ProbeSample['heartbeats'],
  fingerprint: (text: string) => string,
): SeenTable['heartbeats'] {
  return Object.fromEntries(
    Object.entries(heartbeats).map(([service, read]) => [
      service,
      read.kind === 'present' ? present(markHeartbeat(service, read.value, fingerprint)) : read,
    ]),
  );
}
