import type { BrokerReply } from '../drill/model/broker-state.ts';
import type { Drill } from '../drill/model/drill.ts';
import { isRefusal } from '../drill/model/guards.ts';
import type { Inventory } from '../drill/model/inventory.ts';
import type { Act, Entry } from '../drill/model/journal.ts';
import type { KnownIssue } from '../drill/model/known-issue.ts';
import type { Plan } from '../drill/model/plan.ts';
import type { Reading } from '../drill/model/reading.ts';
import type { Verdict } from '../drill/model/verdict.ts';
import type { Journal, World } from '../drill/ports/world.ts';
import { CliError, messageOf, notRun } from './cli-error.ts';
import { confirmOnTerminal } from './confirm-step.ts';
import type { Effects, OpenWorld } from './effects.ts';
import type { Interruption } from './interruption.ts';
import { entering } from './ledger-entry.ts';
import { showProgress } from './progress/show.ts';

export interface DrillRequest {
  readonly inventory: Inventory;
  readonly drill: Drill;
  readonly knownIssues: readonly KnownIssue[];
  readonly plan: Plan;
  readonly drillId: string;
  /** Digest of the drill as it was parsed. */
  readonly drillSha256: string;
  readonly folder: string;
  /** Absolute. */
  readonly ledger: string;
  /** What the operator typed: for the broker only. */
  readonly phrase: string | null;
  /** Whether somebody may be asked: false for a drill that a timer started. */
  readonly attended: boolean;
  readonly source: {
    readonly path: string;
    readonly sha256: string;
    readonly file: string;
    readonly text: string;
  };
  readonly strict: boolean;
  /** Why the operator let it begin although the level below was not proven, where he did. */
  readonly gateSkipped: string | null;
}

export interface Conducted {
  /** Without any secret. */
  readonly verdict: Verdict;
  /** What threw while the drill ran; the verdict stands on the evidence that there is. */
  readonly failure: unknown;
}

/**
 * Runs one drill and judges its journal. Rejects only where nothing was triggered, or where no verdict could be
 * reached (exit code 5 if the fleet may be halted then).
 */
export async function conductDrill(
  request: DrillRequest,
  interruption: Interruption,
  effects: Effects,
): Promise<Conducted> {
  const shown = await showProgress(request.plan, effects);
  let open: OpenWorld;
  try {
    open = await effects.openWorld({
      inventory: request.inventory,
      drillId: request.drillId,
      folder: request.folder,
      phrase: request.phrase,
      journal: 'new',
      epoch: 0,
      progress: shown.event,
      stop: interruption.stop,
    });
  } catch (error) {
    shown.done();
    const folder = effects.files.shown(request.folder);
    throw notRun(
      `the journal in ${folder} cannot be written`,
      messageOf(error),
      'name a folder with --out DIR',
    );
  }
  let failure: unknown = null;
  let sent = false;
  const journal = entering(noticing(open.world.journal, request, interruption, effects), {
    file: request.ledger,
    entries: () => open.entries(),
    effects,
  });
  try {
    const { runDrill } = await import('../drill/run-drill.ts');
    const { plan, drillId, drillSha256, knownIssues, strict, gateSkipped } = request;
    const judging = { today: effects.wall().slice(0, 10), strict };
    const world: World = {
      ...open.world,
      confirm: request.attended ? confirmOnTerminal(request.plan, shown, interruption, effects) : null,
      journal,
      broker: {
        ...open.world.broker,
        halt: async (values, timeoutMs, left) => {
          const before = sent;
          sent = true;
          const reply = await open.world.broker.halt(values, timeoutMs, left);
          if (isUnsent(reply)) sent = before;
          return reply;
        },
        guard: (request, timeoutMs) => {
          sent ||= request.operation === 'halt';
          return open.world.broker.guard(request, timeoutMs);
        },
      },
    };
    await runDrill(
      {
        plan,
        drillId,
        knownIssues,
        inventory: { path: request.source.path, sha256: request.source.sha256 },
        runner: effects.version,
        judging,
        source: { file: request.source.file, text: request.source.text },
        drillSha256,
        ...(gateSkipped === null ? {} : { gateSkipped }),
      },
      world,
    );
  } catch (error) {
    failure = error;
  }
  try {
    await open.close();
  } catch (error) {
    failure ??= error;
  }
  shown.done();
  if (failure !== null && !sent) {
    await journal.withdraw();
    if (failure instanceof CliError) throw failure;
    const folder = effects.files.shown(request.folder);
    throw notRun(
      'the drill failed before its trigger, and the fleet was not touched',
      messageOf(failure),
      `see ${folder}, and run it again`,
    );
  }
  const verdict = await judged(open.entries(), failure !== null, request, effects);
  return { verdict: effects.secrets.clean(verdict), failure };
}

async function judged(
  entries: readonly Entry[],
  failed: boolean,
  request: DrillRequest,
  effects: Effects,
): Promise<Verdict> {
  try {
    const { judgeJournal, withoutPass } = await import('../drill/09-judge/verdict/index.ts');
    const verdict = judgeJournal(entries);
    // A journal that could not be written to its end does not say so itself.
    return failed ? withoutPass(verdict) : verdict;
  } catch (error) {
    const fired = entries.some((entry) => entry.kind === 'intent' && mayHalt(entry.act));
    const folder = effects.files.shown(request.folder);
    throw new CliError(
      fired ? 5 : 70,
      `the evidence could not be judged; ${messageOf(error)}; it is kept in ${folder}${fired ? '; look at the fleet first, nothing proves that it is restored' : ''}`,
      { cause: error },
    );
  }
}

/** Whether the fleet may be halted once this is done. */
function mayHalt(act: Act): boolean {
  return act.act === 'trigger' || (act.act === 'guard' && act.request.operation === 'halt');
}

function isUnsent(reply: Reading<BrokerReply>): boolean {
  return reply.kind === 'unreadable' && reply.unsent === true;
}

function isRefused(reply: Reading<BrokerReply> | null): boolean {
  return reply?.kind === 'present' && isRefusal(reply.value.status);
}

/** Keeps track of what leaving at once would leave behind. */
function noticing(
  journal: Journal,
  { plan, folder }: DrillRequest,
  interruption: Interruption,
  effects: Effects,
): Journal {
  const before = interruption.leaves;
  let triggered = false;
  let trigger: string | null = null;
  return {
    append(body) {
      if (body.kind === 'withdrawn' && body.intent === trigger) {
        interruption.leaves = before;
        triggered = false;
      }
      // A guard that was refused has halted nothing.
      if (body.kind === 'outcome' && body.act.act === 'guard' && !triggered && isRefused(body.reply)) {
        interruption.leaves = before;
      }
      if (body.kind === 'intent' && mayHalt(body.act)) {
        triggered ||= body.act.act === 'trigger';
        const undo = plan.environment.startsWith('lab:')
          ? 'the lab ends with this process'
          : plan.resume === 'manual'
            ? `go on with the manual resume with \`haltdrill recover ${effects.files.shown(folder)}\``
            : `resume it with \`haltdrill recover ${effects.files.shown(folder)}\``;
        interruption.leaves = {
          exitCode: 5,
          text: `the fleet may still be halted at level ${plan.level}; ${undo}; what was done is in ${effects.files.shown(folder)}/journal.jsonl`,
        };
      }
      const id = journal.append(body);
      if (body.kind === 'intent' && body.act.act === 'trigger') trigger = id;
      return id;
    },
    sync: () => journal.sync(),
  };
}
