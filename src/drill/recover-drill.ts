import { createObserver } from './06-observe/observer.ts';
import { watchedFor } from './08-resume/await-halt.ts';
import { type CaseFile, openCase } from './09-judge/evidence/index.ts';
import { asksStatus, readsStore, showsState } from './model/coverage.ts';
import { identityOf, isOtherMachine } from './model/identity.ts';
import type { Entry } from './model/journal.ts';
import { haltSeen, type OwnHalt } from './model/ownership.ts';
import type { Plan } from './model/plan.ts';
import type { IncarnationKey } from './model/process.ts';
import type { Observer } from './ports/observer.ts';
import type { World } from './ports/world.ts';
import { stageTeller } from './stage-teller.ts';
import { withSturdyJournal } from './sturdy-journal.ts';
import { undoAndLook } from './undo-and-look.ts';

/** How long every host may take to be looked through once, before the undo begins without the rest. */
const LOOK_WITHIN_MS = 15_000;

export interface Recovery {
  /** The journal of the interrupted drill, as it was found. */
  readonly entries: readonly Entry[];
  /** This runner's; higher than that of whoever wrote before. */
  readonly epoch: number;
  /** Version of this program. */
  readonly runner: string;
  /** The operator says that the halt in force is this drill's. Needed where nothing else could show it. */
  readonly ours?: boolean;
}

/** Whether only the operator can say whose halt is in force: time has passed, and somebody may have halted since. */
export function needsWord({ plan }: { readonly plan: Plan }, entries: readonly Entry[]): boolean {
  return mayHaveActed(entries) && !showsState(plan);
}

/** Whether the drill may have changed anything: without an act there is nothing to undo. */
export function mayHaveActed(entries: readonly Entry[]): boolean {
  const withdrawn = new Set(entries.flatMap((entry) => (entry.kind === 'withdrawn' ? [entry.intent] : [])));
  return entries.some((entry) => entry.kind === 'intent' && !withdrawn.has(entry.id));
}

/**
 * Goes on with a drill whose runner is gone, from its journal alone: says so in that journal, looks at every host, undoes the halt
 * if it is that drill's, and sees everything back. Can itself be interrupted, and run again. Acts on no host that is another
 * machine than the one that the journal knows: then it touches nothing at all.
 */
export async function recoverDrill(
  { entries, epoch, runner, ours = false }: Recovery,
  outside: World,
): Promise<void> {
  const world = withSturdyJournal(outside);
  const { journal } = world;
  const c = openCase(entries);
  const { plan, drillId } = c.opened;
  if (needsWord(c.opened, entries) && !ours)
    throw new Error('nothing shows whose halt is in force, and nobody said that it is this drill’s');
  journal.append({ kind: 'taken-over', epoch, runner });
  const last = entries.at(-1)?.wall ?? 'an unknown time';
  journal.append({ kind: 'interrupted', cause: `its runner was gone after ${last}, and another took over` });
  const seen: Entry[] = [];
  const observer = createObserver(plan, recoveryId(drillId, epoch), {
    ...world,
    journal: noting(world, seen),
  });
  try {
    if (mayHaveActed(entries)) await undo(c, entries, seen, observer, world);
    await outside.journal.sync();
  } catch (error) {
    journal.append({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    await observer.stop();
  }
  journal.append({ kind: 'closed' });
  await outside.journal.sync();
}

/** Under which name the probes and canaries of a recovery run. */
export function recoveryId(drillId: string, epoch: number): string {
  return `${drillId}-recovery-${epoch}`;
}

async function undo(
  c: CaseFile,
  entries: readonly Entry[],
  seen: readonly Entry[],
  observer: Observer,
  world: World,
): Promise<void> {
  const { plan } = c.opened;
  const stage = stageTeller(world);
  const unreachable = await observer.open();
  for (const reason of unreachable) world.progress({ kind: 'note', text: `not observed: ${reason}` });
  const stranger = otherMachine(plan, entries, seen);
  if (stranger !== null) throw new Error(`${stranger}; nothing was done`);
  observer.start();
  const looked = (): boolean =>
    observer.blindSpots().length === 0 &&
    (!asksStatus(plan) || observer.status !== null) &&
    (!readsStore(plan) || observer.store !== null);
  await observer.until(looked, world.clock.nowMs() + LOOK_WITHIN_MS);
  await Promise.all([observer.readManagers('baseline'), observer.readAudit()]);
  const own = ownHalt(c, entries);
  const baseline = baselineOf(c);
  // A guard may have halted at the level below one that only steps by hand lift.
  const halt = haltSeen(observer.status, observer.store);
  const lower = halt !== null && halt.level < plan.expect.level;
  const as: Plan = lower ? { ...plan, resume: 'api' } : plan;
  const undone = watchedFor(as, haltTookMs(entries));
  await undoAndLook({ plan: undone, own, baseline, observer, world }, stage);
  await observer.crossCheck();
}

/**
 * The halt that is this drill's. Its revision is the one last seen under its own nonce; unless the drill did something after that
 * which a broker may count, or was never seen halted.
 */
export function ownHalt(c: CaseFile, entries: readonly Entry[]): OwnHalt {
  const { plan, nonce } = c.opened;
  const lastAct = entries.findLastIndex((entry) => entry.kind === 'intent' || entry.kind === 'outcome');
  const revisions = entries.slice(lastAct + 1).flatMap((entry) => {
    const state =
      entry.kind === 'status' && entry.read.reading.kind === 'present' ? entry.read.reading.value : null;
    return state !== null && state.level > 0 && state.reason?.includes(nonce) ? [state.revision] : [];
  });
  return { nonce, level: plan.expect.level, revision: revisions.at(-1) ?? null };
}

/** How long the drill's own halt was seen to take, milliseconds; 0 where there was none, or nothing says so. */
function haltTookMs(entries: readonly Entry[]): number {
  const outcome = entries.find((entry) => entry.kind === 'outcome' && entry.act.act === 'trigger');
  if (outcome?.kind !== 'outcome') return 0;
  const end = entries.find((entry) => entry.kind === 'left-ended' && entry.intent === outcome.intent);
  return (end?.kind === 'left-ended' ? end.endedMs : outcome.endedMs) - outcome.startedMs;
}

function baselineOf(c: CaseFile): ReadonlyMap<string, readonly IncarnationKey[]> {
  return new Map([...c.services].map(([name, { roots }]) => [name, roots.map(({ key }) => key)]));
}

function otherMachine(plan: Plan, before: readonly Entry[], now: readonly Entry[]): string | null {
  for (const { name } of plan.hosts) {
    const [was, is] = [identityOf(before, name), identityOf(now, name)];
    if (was !== null && is !== null && isOtherMachine(was, is))
      return `${name} answers as another machine than during the drill (${is.hostname}, not ${was.hostname})`;
  }
  return null;
}

function noting({ journal }: World, seen: Entry[]): World['journal'] {
  return {
    append: (body) => {
      const id = journal.append(body);
      if (body.kind === 'host') seen.push({ id, atMs: 0, wall: '', ...body });
      return id;
    },
    sync: () => journal.sync(),
  };
}
