import type { CanaryEvent } from '../model/journal.ts';
import type { World } from '../ports/world.ts';
import type { HostWatch } from './host-watch.ts';

type Purpose = CanaryEvent['purpose'];

/** How soon a canary must be seen, or seen to vanish. */
const SOON_MS = 5_000;

/**
 * The controls of one host. One canary is there in every sample; it is replaced by a fresh one now and then, and the old one
 * must vanish. Further ones are killed at known moments. If the probe were blind, stale or replayed, these would show it.
 */
export class HostControls {
  readonly #watch: HostWatch;
  readonly #world: World;
  readonly #drillId: string;
  readonly #until: (condition: () => boolean, untilMs: number) => Promise<boolean>;
  readonly #pids = new Map<string, number>();
  #steady: string | null = null;
  /** Which link the steady one was planted over. */
  #link = 0;

  constructor(
    watch: HostWatch,
    world: World,
    drillId: string,
    until: (condition: () => boolean, untilMs: number) => Promise<boolean>,
  ) {
    this.#watch = watch;
    this.#world = world;
    this.#drillId = drillId;
    this.#until = until;
  }

  /** Plants a new steady canary; once it is seen, the old one is killed and must vanish. Resolves with what went wrong, or null. */
  async rotate(purpose: Purpose = 'rotation'): Promise<string | null> {
    if (this.#link !== this.#watch.reopened) this.#steady = null;
    this.#link = this.#watch.reopened;
    const old = this.#steady;
    const fresh = await this.#plant(purpose);
    if (fresh === null) return 'a canary could not be planted';
    if (!(await this.#seen(fresh, true))) return 'a canary that was planted is not seen';
    this.#steady = fresh;
    return old === null ? null : this.#end(old, purpose);
  }

  /** Plants one more, sees it, kills it, and sees it vanish. The steady one stays. */
  async check(purpose: 'calibration' | 'final', killAtMs: () => number = () => 0): Promise<string | null> {
    const tag = await this.#plant(purpose);
    if (tag === null) return 'a canary could not be planted';
    if (!(await this.#seen(tag, true))) return 'a canary that was planted is not seen';
    // What is waited for may move on meanwhile.
    const isDue = (): boolean => this.#world.clock.nowMs() >= killAtMs();
    while (!isDue() && !(await this.#until(isDue, killAtMs())));
    return this.#end(tag, purpose);
  }

  async #end(tag: string, purpose: Purpose): Promise<string | null> {
    if (!(await this.#kill(tag, purpose))) return 'a canary could not be killed';
    return (await this.#seen(tag, false)) ? null : 'a canary that was killed is still seen';
  }

  #seen(tag: string, expected: boolean): Promise<boolean> {
    return this.#until(
      () => this.#watch.readable && (this.#watch.table.canary(tag) !== null) === expected,
      this.#world.clock.nowMs() + SOON_MS,
    );
  }

  async #plant(purpose: Purpose): Promise<string | null> {
    const tag = `${this.#drillId}.${this.#world.randomWord()}`;
    let planted = false;
    await this.#watch.between(async (link) => {
      const sentMs = this.#world.clock.nowMs();
      const answer = await link.plantCanary(tag);
      planted = answer.kind === 'present';
      const pid = answer.kind === 'present' ? answer.value.pid : null;
      if (pid !== null) this.#pids.set(tag, pid);
      this.#journal(planted ? 'planted' : 'failed', purpose, tag, sentMs, answer);
    });
    return planted ? tag : null;
  }

  async #kill(tag: string, purpose: Purpose): Promise<boolean> {
    const pid = this.#pids.get(tag);
    if (pid === undefined) return false;
    let killed = false;
    await this.#watch.between(async (link) => {
      const sentMs = this.#world.clock.nowMs();
      const answer = await link.killCanary(pid);
      killed = answer.kind === 'present';
      this.#journal(killed ? 'killed' : 'failed', purpose, tag, sentMs, answer);
    });
    return killed;
  }

  #journal(
    event: CanaryEvent['event'],
    purpose: Purpose,
    tag: string,
    sentMs: number,
    answer: { readonly kind: string; readonly reason?: string },
  ): void {
    this.#world.journal.append({
      kind: 'canary',
      host: this.#watch.host,
      event,
      purpose,
      tag,
      pid: this.#pids.get(tag) ?? null,
      start: this.#watch.table.canary(tag)?.start ?? null,
      sentMs,
      receivedMs: this.#world.clock.nowMs(),
      ...(answer.reason === undefined ? {} : { reason: answer.reason }),
    });
  }
}
