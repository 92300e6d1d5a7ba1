import type { BrokerReply, BrokerState } from '../model/broker-state.ts';
import type { Act } from '../model/journal.ts';
import { haltSeen, isForeign, type OwnHalt } from '../model/ownership.ts';
import type { Plan, PlannedService } from '../model/plan.ts';
import type { IncarnationKey } from '../model/process.ts';
import type { Reading } from '../model/reading.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import { resumeByHand } from './resume-by-hand.ts';
import { settled, takeStep } from './take-step.ts';

/** A resume may be as long about it as the fleet may, and is given so long at the least. */
const REPLY_WITHIN_MS = 15_000;
/** A resume that is refused, or comes to nothing, is asked for again, for the same revision, but not for ever. */
const ATTEMPTS = 3;
/** How long to wait for the store to show the halt, once the broker is gone. */
const STATE_WITHIN_MS = 2_000;

/** A heartbeat stands still once it has missed these, and is looked at about once a second. */
const BEATS = 3;
const LOOK_MS = 3_000;

/** `restored`: everything is up again. `foreign`: the halt is somebody else's and was left alone. `not restored`: neither. */
export type Undone = 'restored' | 'foreign' | 'not restored';

export interface Undo {
  readonly plan: Plan;
  readonly own: OwnHalt;
  readonly baseline: ReadonlyMap<string, readonly IncarnationKey[]>;
  readonly observer: Observer;
  readonly world: World;
  /** Whether somebody else's halt has been seen meanwhile: then nothing more is done. */
  readonly handsOff: () => boolean;
}

/**
 * A halt that shows only after the first undo (a trigger without a clear reply, acted on late) is undone too, and so is what a
 * late stop of the broker's takes down again.
 */
const ROUNDS = 2;

/**
 * Undoes this drill's own halt, on every way out: resumes the incident that carries the nonce; starts by hand what the resume
 * or a forgetful broker left down, if it was alive at the baseline; then sees that everything stays up. Never waits for a verdict.
 */
export async function undoHalt(undo: Undo): Promise<Undone> {
  const { observer, plan, world } = undo;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const outcome = await undoOnce(undo, round);
    if (outcome !== 'restored') {
      // What the last act did, or did not do, shows only afterwards.
      await observer.until(() => false, world.clock.nowMs() + plan.timing.settleMs);
      return outcome;
    }
    const relapsed = (): boolean => haltNow(undo) !== null || down(undo).length > 0;
    if (!(await observer.until(relapsed, world.clock.nowMs() + plan.timing.settleMs))) break;
    // Nothing more is started; but what its supervisor is about to restart is waited for.
    if (round === ROUNDS && (await backByItself(undo)))
      await observer.until(relapsed, world.clock.nowMs() + plan.timing.settleMs);
  }
  if (foreignNow(undo)) return 'foreign';
  return haltNow(undo) === null && down(undo).length === 0 ? 'restored' : 'not restored';
}

async function undoOnce(undo: Undo, round: number): Promise<Undone> {
  const { plan, world } = undo;
  if (plan.resume === 'manual')
    return round > 1 && (await backByItself(undo)) ? 'restored' : undoByHand(undo);
  if (!(await brokerAnswers(undo))) {
    if (await storeIsForeign(undo)) return 'foreign';
    const next =
      haltNow(undo) === null
        ? 'what does not come back by itself is started by hand'
        : 'asking it to resume all the same';
    world.progress({ kind: 'note', text: `the broker does not answer: ${next}` });
  }
  const halted = haltNow(undo);
  if (halted !== null) {
    if (foreignNow(undo)) return 'foreign';
    const outcome = await resume(undo, halted);
    if (outcome !== 'resumed') return outcome;
  }
  if (await backByItself(undo)) return 'restored';
  // Either the resume left something down, or the broker has forgotten the halt and will never bring it back.
  await startWhatIsDown(undo);
  if (foreignNow(undo)) return 'foreign';
  return (await allBack(undo, plan.timing.restoreWithinMs)) ? 'restored' : 'not restored';
}

/**
 * Whether, once no halt stands, everything comes back within its time without another hand: a service's own supervisor may be about to
 * restart it, and a start beside that makes two of it.
 */
async function backByItself(undo: Undo): Promise<boolean> {
  return haltNow(undo) === null && (await allBack(undo, undo.plan.timing.restoreWithinMs));
}

/** A halt that no API call lifts: the documented procedure, step by step, and then every service by its own start command. */
async function undoByHand(undo: Undo): Promise<Undone> {
  const { plan, own, observer, world } = undo;
  const { clock } = world;
  const { withinMs, restoreWithinMs } = plan.timing;
  // A broker that is still at work would go on stopping what is being started.
  const gone = (): boolean => observer.livesOf(plan.broker)?.length === 0;
  await observer.until(gone, clock.nowMs() + withinMs);
  await observer.until(() => haltNow(undo) !== null, clock.nowMs() + STATE_WITHIN_MS);
  if (foreignNow(undo)) return 'foreign';
  const halted = haltNow(undo);
  // The procedure itself moves the revision on; from here on only the reason tells whose a halt is.
  const after: Undo = { ...undo, own: { ...own, revision: null } };
  const went = await resumeByHand({
    halted,
    steps: plan.manualResume,
    startable: () => brokerFirst(undo).filter(({ start }) => start !== null),
    isForeign: (lifted) => foreignNow(lifted ? after : undo),
    observer,
    world,
  });
  if (went !== 'done') return went === 'foreign' ? 'foreign' : 'not restored';
  const restored = (): boolean => allUp(after) && haltNow(after) === null;
  const untilMs = clock.nowMs() + restoreWithinMs;
  await observer.until(() => foreignNow(after) || restored(), untilMs);
  if (restored()) await Promise.all([tradedAgain(after, untilMs), beatsAgain(after, untilMs)]);
  if (foreignNow(after)) return 'foreign';
  return restored() ? 'restored' : 'not restored';
}

/**
 * Whether the broker answers a question asked now; one that was alive at the baseline and is gone is started first. What answers while no
 * process of it is there is not the broker: a cache or a proxy says what it said, and lifts nothing.
 */
async function brokerAnswers(undo: Undo): Promise<boolean> {
  const { plan, observer, world } = undo;
  const askedMs = world.clock.nowMs();
  const isGone = (): boolean => observer.livesOf(plan.broker)?.length === 0;
  const answered = (): boolean =>
    !isGone() && (observer.status?.sentMs ?? 0) > askedMs && observer.status?.reading.kind === 'present';
  const wait = (): Promise<boolean> =>
    observer.until(answered, world.clock.nowMs() + plan.timing.crashWithinMs);
  if (await wait()) return true;
  const broker = down(undo).find(({ name }) => name === plan.broker);
  if (broker && !foreignNow(undo)) await start(undo, broker);
  return broker !== undefined && (await wait());
}

function haltNow({ observer }: Undo): BrokerState | null {
  return haltSeen(observer.status, observer.store);
}

/** An API that hangs hides a halt that somebody makes meanwhile, past it, in the store. */
async function storeIsForeign({ own, world }: Undo): Promise<boolean> {
  const reading = await world.store.read();
  return reading.kind === 'present' && isForeign(reading.value.state, own);
}

/**
 * Asks for the resume of the halt that was found, and of no other: where another revision stands afterwards, somebody else
 * holds it. One that was acknowledged, or whose answer leaves it open, may still be under way, and has until `restore-within` to show
 * before it is asked for again. A resume that is refused leaves the halt standing; nothing is started under it.
 */
async function resume(undo: Undo, halted: BrokerState): Promise<'resumed' | 'foreign' | 'not restored'> {
  const { plan, own, observer, world } = undo;
  const { clock, journal, broker } = world;
  const { level, incident, revision } = halted;
  const found: Undo = { ...undo, own: { ...own, revision: own.revision ?? revision } };
  const reason = `haltdrill drill ${plan.drill} ${own.nonce} is over`;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const act: Act = { act: 'resume', level, incident, revision, reason };
    const intent = journal.append({ kind: 'intent', act, undo: 'none: this is the undo' });
    await settled(journal.sync());
    const startedMs = clock.nowMs();
    const reply = await broker.resume(act, replyWithinMs(plan));
    const endedMs = clock.nowMs();
    journal.append({ kind: 'outcome', intent, act, startedMs, endedMs, reply, command: null });
    // What counts is what the broker says afterwards, whatever it replied; and if it says nothing, its store.
    const seen = (): boolean =>
      (observer.status?.sentMs ?? 0) > endedMs &&
      (observer.status?.reading.kind === 'present' || (observer.store?.sentMs ?? 0) > endedMs);
    const over = (): boolean => seen() && (foreignNow(found) || haltNow(found) === null);
    const untilMs = isRefused(reply) ? endedMs : endedMs + plan.timing.restoreWithinMs;
    await observer.until(over, untilMs);
    await observer.until(seen, Math.max(clock.nowMs(), endedMs + plan.timing.crashWithinMs));
    if (foreignNow(found)) return 'foreign';
    if (haltNow(found) === null) return 'resumed';
  }
  return 'not restored';
}

export function replyWithinMs({ timing }: Plan): number {
  return Math.max(REPLY_WITHIN_MS, timing.restoreWithinMs);
}

/** Whether nothing came of a request: it was turned down, or never left. An error of the server's leaves that open. */
export function isRefused(reply: Reading<BrokerReply>): boolean {
  if (reply.kind !== 'present') return reply.kind === 'unreadable' && reply.unsent === true;
  const { acknowledged, by, status } = reply.value;
  return !acknowledged && (by === 'command' || (status >= 400 && status < 500));
}

// Nothing is started once somebody else has halted, nor what came back meanwhile.
export async function startWhatIsDown(undo: Undo): Promise<void> {
  for (const service of brokerFirst(undo)) {
    if (foreignNow(undo)) return;
    if (down(undo).includes(service)) await start(undo, service);
  }
}

async function start({ world }: Undo, { name, host, start: command }: PlannedService): Promise<void> {
  if (command) await takeStep(world, { act: 'start-service', service: name, host, command });
}

/** What is down, the broker first: the others may need it. */
function brokerFirst(undo: Undo): PlannedService[] {
  const { broker } = undo.plan;
  return down(undo).sort((a, b) => Number(b.name === broker) - Number(a.name === broker));
}

/** Services that were up at the baseline and are seen down now. One that cannot be seen is not in it: it may well be up. */
export function down({ plan, baseline, observer }: Undo): PlannedService[] {
  return plan.services.filter(({ name, role, instances }) => {
    const before = (baseline.get(name) ?? []).length;
    if (role === 'bystander' || before === 0) return false;
    const lives = observer.livesOf(name);
    return (
      lives !== null && lives.filter((life) => life.part === 'root').length < Math.min(instances, before)
    );
  });
}

/** A bystander is not started, since nobody was to stop it; but what brings the others back may bring it back too. */
function allUp(undo: Undo): boolean {
  const { plan, baseline, observer } = undo;
  return (
    down(undo).length === 0 &&
    plan.services.every(({ name, role }) => {
      const lives = observer.livesOf(name);
      const before = role === 'bystander' ? (baseline.get(name) ?? []).length : 0;
      return lives !== null && (before === 0 || lives.length > 0);
    })
  );
}

export async function allBack(undo: Undo, patienceMs: number): Promise<boolean> {
  const { observer, world } = undo;
  const untilMs = world.clock.nowMs() + patienceMs;
  const up = await observer.until(() => foreignNow(undo) || allUp(undo), untilMs);
  if (up && !foreignNow(undo)) await Promise.all([tradedAgain(undo, untilMs), beatsAgain(undo, untilMs)]);
  return up;
}

/** Waits until every asset that was traded before is traded again. Whether it is, the judge says: an exchange is not restored by starting things. */
async function tradedAgain(undo: Undo, untilMs: number): Promise<void> {
  const { plan, observer, world } = undo;
  if (plan.effects === null) return;
  const { silent, flat, active } = plan.effects;
  const sinceMs = world.clock.nowMs();
  const traded = [...silent, ...flat, ...active].filter((asset) => observer.lastTrade(asset) !== null);
  const again = (asset: string): boolean => (observer.lastTrade(asset)?.fromMs ?? 0) >= sinceMs;
  await observer.until(() => foreignNow(undo) || traded.every(again), untilMs);
}

/**
 * Waits until every heartbeat that had beaten is seen to beat again: what is up need not be at work. Three of its beats at the least, by
 * when one that stays away can be told from one that is late.
 */
async function beatsAgain(undo: Undo, untilMs: number): Promise<void> {
  const { plan, observer, world } = undo;
  const sinceMs = world.clock.nowMs();
  const beating = plan.services.filter(
    ({ name, role, heartbeat }) =>
      role !== 'bystander' && heartbeat !== null && observer.lastBeat(name) !== null,
  );
  const again = ({ name }: PlannedService): boolean => (observer.lastBeat(name)?.fromMs ?? 0) >= sinceMs;
  const patienceMs = Math.max(
    0,
    ...beating.map(({ heartbeat }) => BEATS * (heartbeat?.everyMs ?? 0) + LOOK_MS),
  );
  await observer.until(
    () => foreignNow(undo) || beating.every(again),
    Math.max(untilMs, sinceMs + patienceMs),
  );
}

export function foreignNow(undo: Undo): boolean {
  const halt = haltNow(undo);
  return undo.handsOff() || (halt !== null && isForeign(halt, undo.own));
}
