import type { Plan } from '../model/plan.ts';
import { present } from '../model/reading.ts';
import type { Sample, SampleRequest, SeenTable } from '../model/sample.ts';
import type { HostLink, World } from '../ports/world.ts';
import { classify } from './classify.ts';
import { blindness, Table } from './table.ts';

/** A whole table at least once a second: started somewhat earlier, since a sample takes time. */
const FULL_EVERY_MS = 900;
/** How many processes one sample opens at the most, so that samples stay closer together than max-gap. */
const DETAILS_A_SAMPLE = 25;
/** Lives that are looked at again in each full sample, in turn: a process can exec or rename itself. */
const SECOND_LOOKS = 3;

/** Samples one host over one link, for as long as it runs. Nothing else may use the link's probe meanwhile. */
export class HostWatch {
  readonly host: string;
  /** What is known of its processes; nothing before `open`. */
  table: Table;
  readonly #plan: Plan;
  readonly #world: World;
  readonly #link: HostLink;
  readonly #tasks: { readonly run: () => Promise<void>; readonly drop: () => void }[] = [];
  readonly #ended = new AbortController();
  #loop: Promise<void> | null = null;
  #n = 0;
  #lastFullMs = Number.NEGATIVE_INFINITY;
  #turn = 0;
  #trouble: string | null = 'not sampled yet';

  constructor(plan: Plan, world: World, link: HostLink) {
    this.host = link.host;
    this.table = new Table(plan, 100);
    this.#plan = plan;
    this.#world = world;
    this.#link = link;
  }

  /** Connects, and journals who answers. Resolves with why nobody does, or null. */
  async open(): Promise<string | null> {
    const identity = await this.#link.open();
    this.#world.journal.append({ kind: 'host', host: this.host, identity });
    if (identity.kind === 'present') {
      this.table = new Table(this.#plan, identity.value.ticksPerSecond);
      return null;
    }
    return identity.kind === 'absent' ? 'nobody answers' : identity.reason;
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

  /** `onSample` is called after each sample and task is journaled. */
  start(onSample: () => void): void {
    this.#loop = this.#run(onSample);
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
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
      await this.#sample();
      onSample();
      // One at a time, so that no row of them keeps two samples apart.
      const task = this.#tasks.shift();
      if (task) {
        await task.run();
        onSample();
      }
      const restMs = beganMs + this.#plan.timing.sampleEveryMs - clock.nowMs();
      await clock.sleep(Math.max(1, restMs), this.#ended.signal);
    }
    for (const task of this.#tasks.splice(0)) task.drop();
  }

  async #sample(): Promise<void> {
    const { clock, journal } = this.#world;
    const request = this.#request(clock.nowMs());
    const sentMs = clock.nowMs();
    const answer = await this.#link.sample(request);
    const receivedMs = clock.nowMs();
    this.#n += 1;
    const { nonce, mode } = request;
    const common = { host: this.host, n: this.#n, nonce, mode, sentMs, receivedMs };
    if (answer.kind !== 'present') {
      this.#trouble = answer.kind === 'absent' ? 'the probe is gone' : answer.reason;
      journal.append({
        kind: 'sample',
        sample: { ...common, seen: { kind: 'unreadable', reason: this.#trouble } },
      });
      return;
    }
    const { pids, details, rows, ...probed } = answer.value;
    const seen: SeenTable = {
      ...probed,
      rows: rows.map(({ comm: _, ...row }) => row),
      total: pids.length,
      watched: mode === 'full' ? [] : request.watch,
      appeared: this.table.list(pids),
      details: details.map((detail) => classify(detail, this.#plan, this.#world.fingerprint)),
    };
    const sample: Sample = { ...common, seen: present(seen) };
    journal.append({ kind: 'sample', sample });
    this.table.take({ ...seen, rows });
    if (mode === 'full') this.#lastFullMs = sentMs;
    this.#trouble = blindness(seen);
  }

  #request(nowMs: number): SampleRequest {
    const mode = nowMs - this.#lastFullMs >= FULL_EVERY_MS ? 'full' : 'list';
    const watch = this.table.watch();
    const again = mode === 'full' ? this.#secondLooks(watch) : [];
    return {
      nonce: this.#world.randomWord(),
      mode,
      watch,
      detail: this.table.detail(DETAILS_A_SAMPLE, again),
    };
  }

  #secondLooks(watch: readonly number[]): number[] {
    const from = this.#turn;
    this.#turn += SECOND_LOOKS;
    return Array.from(
      { length: Math.min(SECOND_LOOKS, watch.length) },
      (_, i) => watch[(from + i) % watch.length] ?? 0,
    );
  }
}
