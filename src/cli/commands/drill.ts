import { jsonDocument, verdictJson } from '../../drill/10-report/verdict-json.ts';
import { headlineOf } from '../../drill/10-report/words.ts';
import type { Drill, Timing } from '../../drill/model/drill.ts';
import { plainLines } from '../../drill/model/harmless.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import type { KnownIssue } from '../../drill/model/known-issue.ts';
import type { Pins } from '../../drill/model/pin.ts';
import type { Plan } from '../../drill/model/plan.ts';
import { secretsOf } from '../../drill/model/secrets.ts';
import { chooseDrill } from '../choose-drill.ts';
import { type ChosenFile, chooseInventory, chooseKnownIssues } from '../choose-inventory.ts';
import { CliError, messageOf, notRun, usage } from '../cli-error.ts';
import { conductDrill } from '../conduct-drill.ts';
import { drillDigest } from '../drill-digest.ts';
import { drillId } from '../drill-id.ts';
import type { Effects, RunningLab } from '../effects.ts';
import { labsOwn } from '../interlocks/labs-own.ts';
import { refuseUnfinished, withDrillLock } from '../interlocks/one-drill.ts';
import type { Cleared } from '../interlocks/preflight.ts';
import { needsSomebody } from '../interlocks/scheduled.ts';
import { type Interruption, listenForSignals } from '../interruption.ts';
import { labName } from '../lab-name.ts';
import { lookAtFleet } from '../look-at-fleet.ts';
import { type Presence, personPresent } from '../manned.ts';
import { readPins } from '../read-pins.ts';
import { resultText } from '../result-text.ts';
import { makeTrustedReports, NO_DRILL, refuseUntrustedReports } from '../trusted-folder.ts';
import { endWhenWindowCloses } from '../window-closes.ts';
import { writeReports } from '../write-reports.ts';

export interface DrillOptions {
  readonly level?: number;
  readonly drill?: string;
  readonly inventory?: string;
  readonly knownIssues?: string;
  readonly lab?: string;
  readonly out?: string;
  readonly plan?: true;
  readonly json?: true;
  readonly strict?: true;
  readonly debug?: true;
  readonly scheduled?: true;
  readonly skipGate?: string;
}

/** The files of one drill, as the operator chose them. */
interface Chosen {
  readonly inventory: ChosenFile;
  readonly drill: ChosenFile;
  readonly knownIssues: ChosenFile | null;
  /** The lab's name, or null for a live fleet. */
  readonly lab: string | null;
  /** Who the hosts were when somebody pinned them. */
  readonly pins: Pins | null;
}

interface Loaded {
  readonly inventory: Inventory;
  readonly drill: Drill;
  readonly knownIssues: readonly KnownIssue[];
}

/** `haltdrill drill`: resolves with the exit code of the verdict (DESIGN of exit codes in docs/design.md). */
export async function drill(options: DrillOptions, effects: Effects): Promise<number> {
  const chosen = await choose(options, effects);
  if (options.plan === true) return printPlan(options, chosen, effects);
  // The lab's own variables are not there yet; everything else that is wrong is told before it starts.
  const early = await load(options, chosen, effects, {
    env: effects.env,
    keepUnresolved: chosen.lab !== null,
  });
  await refuseUntrustedReports(reportsOf(options, effects), NO_DRILL, effects);
  const cleared = await checkFirst(options, chosen, early, effects);
  const interruption = listenForSignals(effects);
  const unwatch = endWhenWindowCloses(cleared.closesMs, interruption, effects);
  try {
    if (chosen.lab === null) return await onLiveFleet(options, chosen, early, interruption, effects);
    const presence = await somebody(options, chosen, early, interruption, effects);
    return await withLab(chosen.lab, early.drill.timing, interruption, effects, (lab) =>
      runAndReport(options, chosen, { lab, presence }, interruption, effects),
    );
  } finally {
    unwatch();
    interruption.release();
  }
}

/** Whoever has to be there for this drill, and has agreed to it. */
async function somebody(
  options: DrillOptions,
  chosen: Chosen,
  loaded: Loaded,
  interruption: Interruption,
  effects: Effects,
): Promise<Presence> {
  const presence = await personPresent(
    {
      drill: loaded.drill,
      plan: await planOf(loaded, chosen),
      shown: chosen.drill.shown,
      fleet: chosen.lab === null ? 'live' : 'embedded',
    },
    interruption.stop,
    effects,
  );
  // Reading and typing took their time: it must still fit into its window.
  if (presence.manned) await checkFirst(options, chosen, loaded, effects);
  return presence;
}

/** The interlocks that need no host; the others are in the baseline. */
async function checkFirst(
  options: DrillOptions,
  chosen: Chosen,
  loaded: Loaded,
  effects: Effects,
): Promise<Cleared> {
  const { preflight } = await import('../interlocks/preflight.ts');
  return preflight(
    {
      ...loaded,
      plan: await planOf(loaded, chosen),
      pins: chosen.pins,
      files: chosen,
      reports: reportsOf(options, effects),
      scheduled: options.scheduled === true,
      skipGate: options.skipGate ?? null,
    },
    effects,
  );
}

async function choose(options: DrillOptions, effects: Effects): Promise<Chosen> {
  const inventory = await chooseInventory(options.inventory, effects);
  effects.err.write(`haltdrill: inventory ${inventory.shown}, sha256 ${inventory.sha256}\n`);
  const { providerOf } = await import('../../drill/01-load/provider-of.ts');
  const live = providerOf(inventory.text) === 'live';
  if (live && options.lab !== undefined) {
    throw usage(
      `--lab ${options.lab} was given with ${inventory.shown}, which the lab does not provide`,
      'a lab drill must not be taken for one of a live fleet',
      'leave --lab out, or name an inventory with `provider: embedded-lab`',
    );
  }
  const lab = live ? null : labName(options.lab ?? 'reference');
  const drill = await chooseDrill(options, inventory, effects);
  return {
    inventory,
    drill,
    knownIssues: await chooseKnownIssues(options.knownIssues, inventory, effects),
    lab,
    pins: live ? await readPins(inventory, effects) : null,
  };
}

/** Loads all files at once, so that every error is told at once. */
async function load(
  options: DrillOptions,
  chosen: Chosen,
  effects: Effects,
  variables: { readonly env: (name: string) => string | undefined; readonly keepUnresolved: boolean },
): Promise<Loaded> {
  const { loadFleet } = await import('../../drill/01-load/load-fleet.ts');
  const { formatProblem } = await import('../../drill/01-load/problem.ts');
  const source = ({ shown, text }: ChosenFile) => ({ path: shown, text });
  const loaded = loadFleet(
    {
      inventory: source(chosen.inventory),
      drill: source(chosen.drill),
      knownIssues: chosen.knownIssues === null ? null : source(chosen.knownIssues),
    },
    {
      ...variables,
      resolvePath: (path, file) =>
        effects.files.resolve(path, effects.files.folderOf(effects.files.resolve(file, effects.folder))),
    },
  );
  if (!loaded.ok) throw new CliError(64, loaded.problems.map(formatProblem).join('\n'));
  if (options.level !== undefined && loaded.drill.level !== options.level) {
    throw usage(
      `${chosen.drill.shown} has level ${loaded.drill.level}`,
      `level ${options.level} was asked for`,
      'name the file with --drill',
    );
  }
  effects.secrets.keep(secretsOf(loaded.inventory));
  return loaded;
}

/**
 * A plan that was asked for and printed is a success: exit code 0. Nothing is started or triggered; the hosts of a live fleet are asked what
 * would start a target again, and the plan is printed also where they do not answer.
 */
async function printPlan(options: DrillOptions, chosen: Chosen, effects: Effects): Promise<number> {
  const loaded = await load(options, chosen, effects, {
    env: effects.env,
    keepUnresolved: chosen.lab !== null,
  });
  const { describePlan } = await import('../../drill/02-plan/describe-plan.ts');
  // Commands of the inventory may hold secrets. Cleaned first: quoted for a shell, one would not be known for one.
  const plan = effects.secrets.clean(await planOf(loaded, chosen));
  if (options.json === true) effects.out.write(jsonDocument(plan));
  else {
    const foreseen = chosen.lab === null ? await foreseenOn(loaded.inventory, plan, effects) : undefined;
    effects.out.write(ended(plainLines(describePlan(plan, foreseen))));
  }
  return 0;
}

async function foreseenOn(inventory: Inventory, plan: Plan, effects: Effects): Promise<readonly string[]> {
  const id = `plan-${effects.randomWord()}`;
  const { foresee } = await import('../../drill/foresee.ts');
  const lines = await lookAtFleet(inventory, { what: 'the plan', id }, effects, (world) =>
    foresee(plan, world),
  );
  return effects.secrets.clean(lines);
}

/** Unless told, as it will be once whoever it needs is there: without them it does not begin. */
async function planOf(
  { inventory, drill }: Loaded,
  chosen: Chosen,
  manned = needsSomebody(drill),
): Promise<Plan> {
  const { makePlan } = await import('../../drill/02-plan/make-plan.ts');
  return makePlan({ inventory, drill, environment: environmentOf(chosen), pins: chosen.pins, manned });
}

/** Where reports and ledger lie. */
function reportsOf({ out }: DrillOptions, effects: Effects): string {
  return effects.files.resolve(out ?? 'reports', effects.folder);
}

/** A drill of somebody's real fleet: only one at a time on this machine, and none before the last one's fleet is known to be back. */
async function onLiveFleet(
  options: DrillOptions,
  chosen: Chosen,
  loaded: Loaded,
  interruption: Interruption,
  effects: Effects,
): Promise<number> {
  const reports = reportsOf(options, effects);
  return withDrillLock(reports, effects, async () => {
    await refuseUnfinished(reports, effects);
    const presence = await somebody(options, chosen, loaded, interruption, effects);
    return runAndReport(options, chosen, { lab: null, presence }, interruption, effects);
  });
}

async function withLab(
  name: string,
  timing: Timing,
  interruption: Interruption,
  effects: Effects,
  use: (lab: RunningLab) => Promise<number>,
): Promise<number> {
  effects.err.write(`haltdrill: starting the embedded lab (${name})\n`);
  let lab: RunningLab;
  try {
    lab = await effects.startLab(name, interruption.stop, timing);
  } catch (error) {
    if (interruption.stop.aborted)
      throw notRun(`${interruption.stop.reason}`, 'nothing was triggered', 'run it again');
    throw labRefused(name, error);
  }
  try {
    return await use(lab);
  } finally {
    await lab.stop();
  }
}

function labRefused(name: string, error: unknown): CliError {
  const why = messageOf(error);
  const unknown = /\bno lab variant\b/.test(why);
  const wayOut = unknown ? '`haltdrill lab --list` names them all' : 'try `haltdrill lab` by itself';
  return new CliError(unknown ? 64 : 3, `the lab \`${name}\` did not start; ${why}; ${wayOut}`, {
    cause: error,
  });
}

async function runAndReport(
  options: DrillOptions,
  chosen: Chosen,
  { lab, presence }: { readonly lab: RunningLab | null; readonly presence: Presence },
  interruption: Interruption,
  effects: Effects,
): Promise<number> {
  const env = (name: string): string | undefined => lab?.env[name] ?? effects.env(name);
  const loaded = await load(options, chosen, effects, { env, keepUnresolved: false });
  const foreign = lab === null ? null : labsOwn(loaded.inventory, lab.env);
  if (foreign !== null) throw usage(foreign.what, foreign.why, foreign.wayOut);
  const reports = reportsOf(options, effects);
  await makeTrustedReports(reports, effects);
  const id = drillId(effects.wall(), loaded.drill.level, effects.randomWord());
  const folder = effects.files.resolve(id, reports);
  const { verdict, failure } = await conductDrill(
    {
      ...loaded,
      plan: await planOf(loaded, chosen, presence.manned),
      drillId: id,
      drillSha256: drillDigest(loaded.drill, effects),
      folder,
      ledger: effects.files.resolve('ledger.db', reports),
      phrase: presence.phrase,
      attended: options.scheduled !== true,
      source: {
        path: chosen.inventory.shown,
        sha256: chosen.inventory.sha256,
        file: chosen.inventory.path,
        text: chosen.inventory.text,
      },
      strict: options.strict === true,
      gateSkipped: options.skipGate ?? null,
    },
    interruption,
    effects,
  );
  // What is done from here on is only paper.
  const back = verdict.fleet === 'restored' || verdict.fleet === 'untouched';
  interruption.leaves = {
    exitCode: back ? 70 : 5,
    text: `the drill is over (${headlineOf(verdict)}), its reports are not complete`,
  };
  const lost = await writeReports({ verdict, folder, reports, rerun: commandLine(options, chosen) }, effects);
  for (const line of lost) effects.err.write(`haltdrill: ${line}\n`);
  const report = effects.files.shown(effects.files.resolve('report.md', folder));
  if (options.json === true) {
    effects.out.write(verdictJson(verdict));
    effects.err.write(`haltdrill: report ${report}\n`);
  } else effects.out.write(resultText(verdict, report));
  if (failure === null) return verdict.exitCode;
  const error = `the drill ended with an internal error: ${messageOf(failure)}`;
  throw new CliError(verdict.exitCode === 5 ? 5 : 70, error, { cause: failure });
}

function environmentOf(chosen: Chosen): string {
  return chosen.lab === null ? 'live' : `lab:${chosen.lab}`;
}

function commandLine(options: DrillOptions, chosen: Chosen): string[] {
  const words = ['haltdrill', 'drill'];
  if (options.drill === undefined) words.push('--level', String(options.level));
  else words.push('--drill', chosen.drill.shown);
  words.push('--inventory', chosen.inventory.shown);
  if (options.knownIssues !== undefined && chosen.knownIssues !== null)
    words.push('--known-issues', chosen.knownIssues.shown);
  if (chosen.lab !== null) words.push('--lab', chosen.lab);
  if (options.strict === true) words.push('--strict');
  return words;
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
