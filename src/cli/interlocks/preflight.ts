import type { Drill } from '../../drill/model/drill.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import type { Pins } from '../../drill/model/pin.ts';
import type { Plan } from '../../drill/model/plan.ts';
import type { Proof } from '../../drill/model/proof.ts';
import { drillsIn } from '../choose-drill.ts';
import type { ChosenFile } from '../choose-inventory.ts';
import { CliError, messageOf } from '../cli-error.ts';
import { drillDigest } from '../drill-digest.ts';
import type { Effects } from '../effects.ts';
import { withLedger } from '../ledger-entry.ts';
import { lockFile } from '../read-pins.ts';
import { standingOf } from '../schedule/standing.ts';
import { inOneLine, type Refusal } from './interlock.ts';
import { type BelowFile, type LevelBelowFacts, levelBelow } from './level-below.ts';
import { pinned } from './pinned.ts';
import { unattended } from './scheduled.ts';
import { insideWindow, type Standing } from './window.ts';

export interface PreflightRequest {
  readonly inventory: Inventory;
  readonly drill: Drill;
  readonly plan: Plan;
  readonly pins: Pins | null;
  readonly files: { readonly inventory: ChosenFile; readonly drill: ChosenFile };
  /** Where the ledger lies, absolute. */
  readonly reports: string;
  readonly scheduled: boolean;
  readonly skipGate: string | null;
}

export interface Cleared {
  /** When the first of its windows closes, milliseconds since 1970; null where it has none. */
  readonly closesMs: number | null;
}

/**
 * Everything that can be known before a host is reached and may forbid the drill. Rejects with all refusals at once (exit code 3);
 * starts, asks and changes nothing.
 */
export async function preflight(request: PreflightRequest, effects: Effects): Promise<Cleared> {
  const { inventory, drill, plan, pins, files, scheduled, skipGate } = request;
  const { environment, level } = plan;
  const { longestMs } = await import('../../drill/02-plan/longest.ts');
  const time = { nowMs: Date.parse(effects.wall()), longestMs: longestMs(plan) };
  const standings = await standingsOf(request, time, effects);
  const refusals = [
    unattended({ scheduled, drill }),
    insideWindow({ level, environment, scheduled, standings, ...time }),
    pinned({
      environment,
      inventory: files.inventory,
      hosts: inventory.hosts.map(({ name }) => name),
      pins,
      lock: effects.files.shown(lockFile(files.inventory)),
    }),
    levelBelow(await gateFacts(request, skipGate, effects)),
  ].filter((refusal): refusal is Refusal => refusal !== null);
  if (refusals.length > 0) throw new CliError(3, refusals.map(inOneLine).join('\n'));
  const closing = standings.flatMap(({ until }) => (until === null ? [] : [until.ms]));
  return { closesMs: closing.length === 0 ? null : Math.min(...closing) };
}

async function standingsOf(
  { inventory, drill, files }: PreflightRequest,
  time: { readonly nowMs: number; readonly longestMs: number },
  effects: Effects,
): Promise<Standing[]> {
  if (inventory.windows === null && drill.windows === null) return [];
  const clock = await effects.windows();
  return [
    ...(inventory.windows === null
      ? []
      : [standingOf(files.inventory.shown, inventory.windows, time, clock)]),
    ...(drill.windows === null ? [] : [standingOf(files.drill.shown, drill.windows, time, clock)]),
  ];
}

async function gateFacts(
  { inventory, plan, files, reports }: PreflightRequest,
  skipGate: string | null,
  effects: Effects,
): Promise<LevelBelowFacts> {
  const ledger = effects.files.resolve('ledger.db', reports);
  const demand = {
    environment: plan.environment,
    inventorySha256: files.inventory.sha256,
    runner: effects.version,
    staleAfterMs: inventory.gate.staleAfterMs,
    now: effects.wall(),
  };
  const common = { demand, ledger: effects.files.shown(ledger), skipGate };
  if (plan.environment !== 'live' || skipGate !== null) return { ...common, below: [], proofs: [] };
  const folder = effects.files.resolve('drills', effects.files.folderOf(files.inventory.path));
  const lower = (await drillsIn(folder, effects)).filter(({ level }) => level < plan.level);
  const highest = Math.max(...lower.map(({ level }) => level));
  const below: BelowFile[] = [];
  for (const { file, level } of lower.filter((one) => one.level === highest))
    below.push({ level, drill: await demanded(file, effects) });
  return { ...common, below, proofs: await proofsIn(ledger, reports, effects) };
}

async function demanded({ shown, text }: ChosenFile, effects: Effects): Promise<BelowFile['drill']> {
  const { loadDrill } = await import('../../drill/01-load/load-fleet.ts');
  const { formatProblem } = await import('../../drill/01-load/problem.ts');
  const loaded = loadDrill({ path: shown, text }, { env: effects.env });
  if (!loaded.ok) return loaded.problems.slice(0, 1).map(formatProblem).join();
  return { name: loaded.drill.name, sha256: drillDigest(loaded.drill, effects) };
}

/** Asking must not make a ledger where there is none. */
async function proofsIn(file: string, folder: string, effects: Effects): Promise<readonly Proof[] | string> {
  if (!(await effects.files.list(folder)).includes('ledger.db')) return [];
  try {
    return await withLedger(file, effects, (ledger) => ledger.list());
  } catch (error) {
    return messageOf(error);
  }
}
