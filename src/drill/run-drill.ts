import { establishBaseline } from './03-baseline/establish-baseline.ts';
import { tryBeforeTrigger } from './04-guards/before-trigger.ts';
import { type HeldHalt, tryWhileHalted } from './04-guards/while-halted.ts';
import { type LateHalt, pullTrigger } from './05-trigger/pull-trigger.ts';
import { createObserver } from './06-observe/observer.ts';
import { StopWatch } from './06-observe/stop-watch.ts';
import { crashWouldTest, holdHalt, watchBeforeCrash, watchHalt } from './06-observe/watch-halt.ts';
import { crashBroker } from './07-crash/crash-broker.ts';
import { awaitHalt, watchedFor } from './08-resume/await-halt.ts';
import { asksStatus, readsStore, showsState } from './model/coverage.ts';
import { GUARDS_SKIPPED, guardKind } from './model/guards.ts';
import { JOURNAL_FORMAT, type Judging } from './model/journal.ts';
import { acceptedNotToStop, type KnownIssue } from './model/known-issue.ts';
import { haltSeen, isForeign, type OwnHalt } from './model/ownership.ts';
import type { Plan } from './model/plan.ts';
import type { IncarnationKey } from './model/process.ts';
import type { Observer } from './ports/observer.ts';
import type { World } from './ports/world.ts';
import { type StageTeller, stageTeller } from './stage-teller.ts';
import { withSturdyJournal } from './sturdy-journal.ts';
import { undoAndLook } from './undo-and-look.ts';

export interface DrillInput {
  readonly plan: Plan;
  readonly drillId: string;
  readonly knownIssues: readonly KnownIssue[];
  readonly inventory: { readonly path: string; readonly sha256: string };
  /** Version of this program. */
  readonly runner: string;
  readonly judging: Judging;
  /** The inventory's absolute path and text, for a recovery. */
  readonly source?: { readonly file: string; readonly text: string };
  /** Digest of the drill as it was parsed. */
  readonly drillSha256?: string;
  /** Why the operator let it begin although the level below was not proven. */
  readonly gateSkipped?: string;
}

/**
 * Runs one drill and journals everything. Loading and planning come before, judging and reporting after: both work on data
 * alone. From the moment the trigger is fired, every way out leads through the undo.
 */
export async function runDrill(input: DrillInput, outside: World): Promise<void> {
  const world = withSturdyJournal(outside);
  try {
    await conduct(input, world);
    await outside.journal.sync();
  } catch (error) {
    world.journal.append({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  world.journal.append({ kind: 'closed' });
  await outside.journal.sync();
}

async function conduct(input: DrillInput, outside: World): Promise<void> {
  const { plan, drillId } = input;
  const ended = new AbortController();
  const world: World = { ...outside, stop: AbortSignal.any([outside.stop, ended.signal]) };
  const nonce = world.randomWord();
  world.journal.append({ kind: 'opened', format: JOURNAL_FORMAT, ...input, nonce });
  // Before any host is reached it is on record that this drill began; where it cannot be, it does not begin.
  await world.journal.sync();
  const observer = createObserver(plan, drillId, world);
  const stage = stageTeller(world);
  const stops = new StopWatch(plan, nonce, observer, world, (cause) => ended.abort(cause));
  const unlisten = tellWhenStopped(world, stops);
  try {
    stage('baseline', 'begin');
    const based = await establishBaseline(plan, observer, world);
    stage('baseline', 'end', based.ok ? null : `not run: ${based.reasons.join('; ')}`);
    if (!based.ok) return;
    await stops.begin(based.baseline);
    if (!(await guarded(input, nonce, based.baseline, observer, world, stage, stops))) return;
    await haltAndUndo(input, nonce, based.baseline, observer, world, stage, stops);
  } finally {
    unlisten();
    stops.end();
    await observer.stop();
    await stops.over();
  }
}

/** Whether every request that must be refused before the trigger was. Whatever else came of one of them is undone. */
async function guarded(
  { plan }: DrillInput,
  nonce: string,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
  stage: StageTeller,
  stops: StopWatch,
): Promise<boolean> {
  const skipped = plan.notTested.find((line) => line.startsWith(GUARDS_SKIPPED));
  if (skipped !== undefined) world.progress({ kind: 'note', text: `skipped: ${skipped}` });
  if (!plan.guards.some((guard) => guardKind(guard).when === 'before')) return true;
  let haltedAt: number | null = null;
  try {
    stage('guards', 'begin');
    const end = await tryBeforeTrigger(plan, nonce, baseline, observer, world, (level) => {
      haltedAt = level;
    });
    stage('guards', 'end', end?.why ?? null);
    if (end === null) haltedAt = null;
    return end === null;
  } finally {
    if (haltedAt !== null) {
      const own: OwnHalt = { nonce, level: haltedAt, revision: null };
      const lower: Plan = haltedAt === plan.level ? plan : { ...plan, resume: 'api' };
      await undo({ plan: lower, own, baseline, observer, world }, stage, stops);
    }
  }
}

/** Targets that a sample taken now does not show up. */
async function targetsDown(
  { services, timing }: Plan,
  observer: Observer,
  { clock }: World,
): Promise<string[]> {
  const sinceMs = clock.nowMs();
  await observer.until(() => observer.sampledSince(sinceMs), sinceMs + timing.maxGapMs);
  return services
    .filter(({ name, role, instances }) => {
      const roots = observer.livesOf(name)?.filter(({ part }) => part === 'root') ?? [];
      return role === 'target' && roots.length !== instances;
    })
    .map(({ name, host }) => `${name} on ${host}`);
}

/** How long a fleet that is left as it is is looked at once more. */
const LAST_LOOK_MS = 5_000;

async function undo(
  what: Parameters<typeof undoAndLook>[0],
  stage: StageTeller,
  stops: StopWatch,
): Promise<void> {
  const { leaves } = stops;
  if (leaves !== null) {
    stage('resume', 'skipped', leaves.action === 'hold' ? `left halted: ${leaves.evidence}` : 'foreign');
    await seeAsItIs(what.plan, what.observer, what.world);
    return;
  }
  stops.undoing();
  const undone = await undoAndLook({ ...what, handsOff: () => stops.handsOff }, stage);
  if (undone === 'foreign') stops.foundForeign();
}

/** Nothing is undone; what is left has to be on record all the same. */
async function seeAsItIs(plan: Plan, observer: Observer, { clock }: World): Promise<void> {
  const sinceMs = clock.nowMs();
  observer.readStateNow();
  const seen = (): boolean =>
    (!asksStatus(plan) || (observer.status?.sentMs ?? 0) > sinceMs) &&
    (!readsStore(plan) || (observer.store?.sentMs ?? 0) > sinceMs) &&
    observer.sampledSince(sinceMs);
  await observer.until(seen, sinceMs + LAST_LOOK_MS);
  await observer.readAudit();
}

async function haltAndUndo(
  { plan, knownIssues, judging }: DrillInput,
  nonce: string,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
  stage: StageTeller,
  stops: StopWatch,
): Promise<void> {
  let fired = false;
  let tookMs = 0;
  let late: LateHalt | null = null;
  const held: HeldHalt = { own: { nonce, level: plan.expect.level, revision: null } };
  try {
    stage('trigger', 'begin');
    let t0Ms = 0;
    // Where no state would show it, somebody else's halt shows in what it has taken down already.
    const early = showsState(plan) ? [] : await targetsDown(plan, observer, world);
    if (early.length > 0) {
      stage('trigger', 'end', `not fired: ${early.join(', ')} not seen up right before the trigger`);
      return;
    }
    const pulled = await pullTrigger(plan, nonce, world, (startedMs) => {
      fired = true;
      stops.triggering(() => held.own);
      t0Ms = startedMs;
    });
    stage('trigger', 'end', pulled.fired ? null : pulled.why);
    if (!pulled.fired) {
      fired = false;
      return;
    }
    ({ tookMs, late } = pulled);
    held.own = { ...held.own, revision: pulled.revision };
    stage('observe', 'begin');
    const accepted = acceptedNotToStop(plan, knownIssues, judging.today);
    const { stopped } = await watchHalt(plan, { t0Ms, accepted }, observer, world);
    stage('observe', 'end', stopped ? null : 'not every target is gone');
    // Beside the crash: from this moment on the managers' counters must stand still.
    const counted = stopped ? observer.readManagers('stopped') : Promise.resolve();
    held.own = { ...held.own, revision: held.own.revision ?? revisionSeen(observer, held.own) };
    // Before the crash and the hold: what is changed in the log while the halt stands shows only to who has read it.
    await observer.readAudit();
    if (!stopped) {
      stage('crash', 'skipped', 'the stop is not proven');
      stage('hold', 'skipped', 'the stop is not proven');
    } else if (!world.stop.aborted) {
      if (plan.crash !== null) await crash(plan, plan.crash, held, baseline, observer, world, stage, stops);
      await hold(plan, held, t0Ms + plan.timing.withinMs, observer, world, stage, stops);
    }
    await counted;
  } finally {
    if (fired) {
      if (late !== null && stops.leaves === null) tookMs = await awaitHalt(late, plan, observer, world);
      const watched = watchedFor(plan, tookMs);
      await undo({ plan: watched, own: held.own, baseline, observer, world }, stage, stops);
      if (plan.messages !== null) await observer.readMessages(nonce);
    }
  }
}

async function crash(
  plan: Plan,
  service: string,
  held: HeldHalt,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
  stage: StageTeller,
  stops: StopWatch,
): Promise<void> {
  const sinceMs = await watchBeforeCrash(plan, baseline, observer, world);
  if (world.stop.aborted) return;
  const test = crashWouldTest(plan, held.own, sinceMs, baseline, observer);
  if (!test.ok || stops.handsOff) {
    stage('crash', 'skipped', test.ok ? 'the halt is not this drill’s alone' : test.why);
    return;
  }
  stage('crash', 'begin');
  stops.crashing(service);
  // A broker may count its own restart as a revision: after it, the halt is taken as it is first seen.
  held.own = { ...held.own, revision: null };
  stage('crash', 'end', await crashBroker(plan, service, observer, world));
  stops.crashed(service);
  held.own = { ...held.own, revision: revisionSeen(observer, held.own) };
}

/** The revision under which a halt of ours is first seen, where the reply did not give it. */
function revisionSeen(observer: Observer, own: OwnHalt): number | null {
  const halt = haltSeen(observer.status, observer.store);
  return halt === null || isForeign(halt, own) ? null : halt.revision;
}

async function hold(
  plan: Plan,
  held: HeldHalt,
  deadlineMs: number,
  observer: Observer,
  world: World,
  stage: StageTeller,
  stops: StopWatch,
): Promise<void> {
  if (world.stop.aborted) return;
  stage('hold', 'begin');
  let broken = false;
  const guards = tryWhileHalted(plan, held, observer, { ...world, stop: stops.acting }).then((end) => {
    broken = end?.broken === true;
    if (end !== null) stage('guards', end.broken ? 'end' : 'skipped', end.why);
  });
  const fromMs = world.clock.nowMs();
  const [uncontrolled] = await Promise.all([
    holdHalt(
      plan,
      () => held.own,
      () => broken || stops.handsOff,
      { fromMs, deadlineMs },
      observer,
      world,
    ),
    guards,
  ]);
  if (uncontrolled !== null) {
    await Promise.all([observer.readManagers('held'), observer.crossCheck(), observer.readAudit()]);
  }
  stage('hold', 'end', uncontrolled === null ? 'ended early' : uncontrolled.join('; ') || null);
}

function tellWhenStopped({ journal, stop, progress }: World, stops: StopWatch): () => void {
  const tell = (): void => {
    const cause = String(stop.reason ?? 'told to stop');
    journal.append({ kind: 'interrupted', cause });
    const leaves = stops.leaves === null ? 'ending the drill safely' : 'nothing more is done';
    progress({ kind: 'note', text: `${cause}: ${leaves}` });
  };
  stop.addEventListener('abort', tell, { once: true });
  if (stop.aborted) tell();
  return () => stop.removeEventListener('abort', tell);
}
