import { establishBaseline } from './03-baseline/establish-baseline.ts';
import { tryBeforeTrigger } from './04-guards/before-trigger.ts';
import { type HeldHalt, tryWhileHalted } from './04-guards/while-halted.ts';
import { pullTrigger } from './05-trigger/pull-trigger.ts';
import { createObserver } from './06-observe/observer.ts';
import { crashWouldTest, holdHalt, watchBeforeCrash, watchHalt } from './06-observe/watch-halt.ts';
import { crashBroker } from './07-crash/crash-broker.ts';
import { guardKind } from './model/guards.ts';
import { JOURNAL_FORMAT, type Judging } from './model/journal.ts';
import type { KnownIssue } from './model/known-issue.ts';
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

async function conduct(input: DrillInput, world: World): Promise<void> {
  const { plan, drillId } = input;
  const nonce = world.randomWord();
  world.journal.append({ kind: 'opened', format: JOURNAL_FORMAT, ...input, nonce });
  const observer = createObserver(plan, drillId, world);
  const stage = stageTeller(world);
  const unlisten = tellWhenStopped(world);
  try {
    stage('baseline', 'begin');
    const based = await establishBaseline(plan, observer, world);
    stage('baseline', 'end', based.ok ? null : `not run: ${based.reasons.join('; ')}`);
    if (!based.ok) return;
    if (!(await guarded(input, nonce, based.baseline, observer, world, stage))) return;
    await haltAndUndo(input, nonce, based.baseline, observer, world, stage);
  } finally {
    unlisten();
    await observer.stop();
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
): Promise<boolean> {
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
      await undoAndLook({ plan: lower, own, baseline, observer, world }, stage);
    }
  }
}

async function haltAndUndo(
  { plan }: DrillInput,
  nonce: string,
  baseline: ReadonlyMap<string, readonly IncarnationKey[]>,
  observer: Observer,
  world: World,
  stage: StageTeller,
): Promise<void> {
  let fired = false;
  const held: HeldHalt = { own: { nonce, level: plan.expect.level, revision: null } };
  try {
    stage('trigger', 'begin');
    let t0Ms = 0;
    const pulled = await pullTrigger(plan, nonce, world, (startedMs) => {
      fired = true;
      t0Ms = startedMs;
    });
    stage('trigger', 'end', pulled === 'not fired' ? pulled : null);
    if (pulled === 'not fired') return;
    held.own = { ...held.own, revision: pulled.revision };
    stage('observe', 'begin');
    const { stopped } = await watchHalt(plan, t0Ms, observer, world);
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
      if (plan.crash !== null) await crash(plan, plan.crash, held, baseline, observer, world, stage);
      await hold(plan, held, t0Ms + plan.timing.withinMs, observer, world, stage);
    }
    await counted;
  } finally {
    if (fired) {
      await undoAndLook({ plan, own: held.own, baseline, observer, world }, stage);
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
): Promise<void> {
  const sinceMs = await watchBeforeCrash(plan, baseline, observer, world);
  if (world.stop.aborted) return;
  const test = crashWouldTest(plan, held.own, sinceMs, baseline, observer);
  if (!test.ok) {
    stage('crash', 'skipped', test.why);
    return;
  }
  stage('crash', 'begin');
  // A broker may count its own restart as a revision: after it, the halt is taken as it is first seen.
  held.own = { ...held.own, revision: null };
  stage('crash', 'end', await crashBroker(plan, service, observer, world));
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
): Promise<void> {
  if (world.stop.aborted) return;
  stage('hold', 'begin');
  let broken = false;
  const guards = tryWhileHalted(plan, held, observer, world).then((end) => {
    broken = end?.broken === true;
    if (end !== null) stage('guards', end.broken ? 'end' : 'skipped', end.why);
  });
  const fromMs = world.clock.nowMs();
  const [uncontrolled] = await Promise.all([
    holdHalt(
      plan,
      () => held.own,
      () => broken,
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

function tellWhenStopped({ journal, stop, progress }: World): () => void {
  const tell = (): void => {
    const cause = String(stop.reason ?? 'told to stop');
    journal.append({ kind: 'interrupted', cause });
    progress({ kind: 'note', text: `${cause}: ending the drill safely` });
  };
  stop.addEventListener('abort', tell, { once: true });
  if (stop.aborted) tell();
  return () => stop.removeEventListener('abort', tell);
}
