import { asksStatus, readsStore } from '../model/coverage.ts';
import type { StopConditionMet } from '../model/journal.ts';
import type { OwnHalt } from '../model/ownership.ts';
import type { Plan } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import { unreadable } from '../model/reading.ts';
import { type CommandCondition, conditionInWords, type StopCondition } from '../model/stop-condition.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import {
  evidenceFor,
  foreignEvidence,
  incidentsOf,
  leavesHalted,
  type Watchable,
} from './stop-conditions.ts';

/** Looked at after each piece of evidence, and this often where none comes. */
const TICK_MS = 500;
const FOREIGN: StopCondition = { when: 'foreign-incident', action: 'hands-off' };

/**
 * Watches the stop conditions of a plan from the end of the baseline until the undo begins, and for somebody else's halt until the
 * drill is over. What comes true is journaled first; then `stop` is called with the cause, which ends the drill as an interruption
 * does. A foreign halt that appears after the trigger stops nothing: it is only observed from then on.
 */
export class StopWatch {
  readonly #plan: Plan;
  readonly #observer: Observer;
  readonly #world: World;
  readonly #stop: (cause: string) => void;
  readonly #survivors = new Map<string, readonly IncarnationKey[]>();
  readonly #ended = new AbortController();
  readonly #hands = new AbortController();
  /** Incidents that were there at the baseline, or have been this drill's. */
  readonly #known = new Set<string>();
  #own: () => OwnHalt;
  #phase: 'before the trigger' | 'halting' | 'undoing' | 'over' = 'before the trigger';
  #met: StopConditionMet | null = null;
  /** When API and store were first read as they are not this drill's. */
  #foreignSince: { readonly statusMs: number; readonly storeMs: number } | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(plan: Plan, nonce: string, observer: Observer, world: World, stop: (cause: string) => void) {
    this.#plan = plan;
    this.#observer = observer;
    this.#world = world;
    this.#stop = stop;
    this.#own = () => ({ nonce, level: plan.expect.level, revision: null });
  }

  /** Begins to watch. Resolves once every command has been run for the first time: what is true already must show before the trigger. */
  async begin(baseline: ReadonlyMap<string, readonly IncarnationKey[]>): Promise<void> {
    for (const [service, roots] of baseline) this.#survivors.set(service, roots);
    const store = this.#observer.store?.reading;
    for (const { id } of (store?.kind === 'present' ? store.value.incidents : null) ?? [])
      this.#known.add(id);
    this.#look();
    const commands = (this.#plan.stopWhen ?? []).filter((one) => one.when === 'command');
    await Promise.all(commands.map((command) => this.#try(command)));
    this.#running = Promise.all([this.#watch(), ...commands.map((command) => this.#repeat(command))]);
  }

  /** From here on a halt that stands may be this drill's. */
  triggering(own: () => OwnHalt): void {
    this.#own = own;
    this.#phase = 'halting';
  }

  /** The drill is about to kill a service: that its life ends says nothing. */
  crashing(service: string): void {
    this.#survivors.delete(service);
  }

  /** What of it is there now must go on again. */
  crashed(service: string): void {
    const roots = (this.#observer.livesOf(service) ?? []).filter(({ part }) => part === 'root');
    this.#survivors.set(
      service,
      roots.map(({ key }) => key),
    );
  }

  /** The undo begins: only somebody else's halt counts. The resume itself moves the revision on. */
  undoing(): void {
    const own = this.#own();
    this.#own = () => ({ ...own, revision: null });
    this.#foreignSince = null;
    this.#phase = 'undoing';
  }

  /** The undo came upon a halt that is not this drill's. */
  foundForeign(): void {
    if (!this.handsOff) this.#fire(FOREIGN, 'the undo found a halt in force that is not this drill’s');
  }

  end(): void {
    this.#phase = 'over';
    this.#ended.abort();
  }

  /** Resolves once nothing of it runs any more; after `end`, and the observer's own. */
  async over(): Promise<void> {
    await this.#running;
  }

  /** Somebody else has a hand in a halt: nothing more may be done. */
  get handsOff(): boolean {
    return this.#hands.signal.aborted;
  }

  /** Aborted when the drill is told to stop, and when its hands are off. */
  get acting(): AbortSignal {
    return AbortSignal.any([this.#world.stop, this.#hands.signal]);
  }

  /** The condition by which the fleet is to be left as it is, or null. */
  get leaves(): StopConditionMet | null {
    return this.#met !== null && leavesHalted(this.#met) ? this.#met : null;
  }

  async #watch(): Promise<void> {
    const { clock } = this.#world;
    while (this.#phase !== 'over') await this.#observer.until(() => this.#look(), clock.nowMs() + TICK_MS);
  }

  /** Whether there is nothing left to look for. */
  #look(): boolean {
    if (this.#phase === 'over' || this.handsOff) return this.#phase === 'over';
    const foreign = this.#foreign();
    if (foreign !== null) {
      this.#fire(FOREIGN, foreign);
      return false;
    }
    if (this.#isWatched) {
      for (const condition of this.#plan.stopWhen ?? []) {
        if (condition.when === 'command' || condition.when === 'foreign-incident') continue;
        const evidence = this.#evidence(condition);
        if (evidence !== null) {
          this.#fire(condition, evidence);
          break;
        }
      }
    }
    return false;
  }

  get #isWatched(): boolean {
    const early = this.#phase === 'before the trigger' || this.#phase === 'halting';
    return early && this.#met === null && !this.#world.stop.aborted;
  }

  #evidence(condition: Watchable): string | null {
    return evidenceFor(condition, {
      plan: this.#plan,
      survivors: this.#survivors,
      observer: this.#observer,
      nowMs: this.#world.clock.nowMs(),
    });
  }

  /** Only what a later reading of both API and store still shows: between two readings a halt of one's own may be half seen. */
  #foreign(): string | null {
    const own = this.#own();
    for (const id of incidentsOf(own.nonce, this.#observer)) this.#known.add(id);
    const evidence = foreignEvidence(own, this.#known, this.#observer);
    const now = {
      statusMs: this.#observer.status?.sentMs ?? 0,
      storeMs: this.#observer.store?.sentMs ?? 0,
    };
    if (evidence === null) this.#foreignSince = null;
    else this.#foreignSince ??= now;
    const since = this.#foreignSince;
    const later = (source: 'statusMs' | 'storeMs', isRead: boolean): boolean =>
      !isRead || (since !== null && now[source] > since[source]);
    return since !== null &&
      later('statusMs', asksStatus(this.#plan)) &&
      later('storeMs', readsStore(this.#plan))
      ? evidence
      : null;
  }

  #fire(condition: StopCondition, evidence: string): void {
    const { journal, progress } = this.#world;
    const { action } = condition;
    // A hold that somebody else's halt overtakes stays a hold; neither is undone.
    if (this.#met === null || action === 'hands-off')
      this.#met = { kind: 'stop-condition', condition, action, evidence };
    journal.append({ kind: 'stop-condition', condition, action, evidence });
    const cause = `stop condition ${conditionInWords(condition)}: ${evidence}`;
    if (action === 'hands-off') {
      progress({
        kind: 'note',
        text: `HANDS OFF: A HALT THAT IS NOT THIS DRILL’S. NOTHING MORE IS TOUCHED, RESUMED OR STARTED (${evidence})`,
      });
      this.#hands.abort(cause);
      if (this.#phase === 'before the trigger') this.#stop(cause);
      return;
    }
    if (action === 'hold') {
      progress({
        kind: 'note',
        text: `THE FLEET IS LEFT AS IT IS, NOT RESUMED, by the rule ${conditionInWords(condition)}`,
      });
    }
    this.#stop(cause);
  }

  async #repeat(command: CommandCondition): Promise<void> {
    const { clock } = this.#world;
    let beganMs = clock.nowMs();
    while (this.#isWatched && !this.#ended.signal.aborted) {
      await clock.sleep(
        Math.max(1, beganMs + command.everyMs - clock.nowMs()),
        AbortSignal.any([this.#ended.signal, this.#world.stop]),
      );
      beganMs = clock.nowMs();
      await this.#try(command);
    }
  }

  async #try(command: CommandCondition): Promise<void> {
    if (!this.#isWatched) return;
    const { clock, controller, hosts, stop } = this.#world;
    const { host, run, withinMs } = command;
    const link = host === null ? null : hosts.get(host);
    const answered = new AbortController();
    const until = AbortSignal.any([answered.signal, this.#ended.signal, stop]);
    const answer = await Promise.race([
      link === null
        ? controller.run(run, withinMs)
        : (link?.run(run) ?? Promise.resolve(unreadable('there is no such host'))),
      clock.sleep(withinMs, until).then(() => unreadable(`no answer within ${withinMs / 1000} s`)),
    ]);
    answered.abort();
    if (!this.#isWatched) return;
    const evidence = troubleWith(answer);
    if (evidence !== null) this.#fire(command, evidence);
  }
}

const KEPT_OUTPUT = 200;

function troubleWith(answer: Awaited<ReturnType<World['controller']['run']>>): string | null {
  if (answer.kind === 'unreadable') return answer.reason;
  if (answer.kind === 'absent') return 'it said nothing';
  const { exitCode, output } = answer.value;
  const said = output.trim().slice(0, KEPT_OUTPUT);
  return exitCode === 0 ? null : `it ended with ${exitCode}${said === '' ? '' : `: ${said}`}`;
}
