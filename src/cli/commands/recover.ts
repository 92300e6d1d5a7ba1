import { judgeJournal } from '../../drill/09-judge/verdict/index.ts';
import { verdictJson } from '../../drill/10-report/verdict-json.ts';
import { plain } from '../../drill/model/harmless.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import type { Entry, Opened } from '../../drill/model/journal.ts';
import type { Plan } from '../../drill/model/plan.ts';
import { secretsOf } from '../../drill/model/secrets.ts';
import type { Verdict } from '../../drill/model/verdict.ts';
import { chooseInventory } from '../choose-inventory.ts';
import { CliError, messageOf, notRun, usage } from '../cli-error.ts';
import { confirmOnTerminal } from '../confirm-step.ts';
import { unfinishedDrills } from '../drill-folders.ts';
import type { Effects, OpenWorld } from '../effects.ts';
import { LOCK_FILE } from '../interlocks/one-drill.ts';
import { type Interruption, listenForSignals } from '../interruption.ts';
import { showProgress } from '../progress/show.ts';
import { asDeclared } from '../recovery/as-declared.ts';
import { checklist } from '../recovery/checklist.ts';
import { describeActs } from '../recovery/describe-acts.ts';
import { inventoryOf } from '../recovery/inventory-of.ts';
import { type Known, knownDrill } from '../recovery/known-drill.ts';
import { resultText } from '../result-text.ts';
import { noRecovery, refuseUntrustedDrill, refuseUntrustedReports } from '../trusted-folder.ts';
import { isBack, writeReports } from '../write-reports.ts';

export interface RecoverOptions {
  readonly inventory?: string;
  readonly incident?: string;
  readonly out?: string;
  readonly ours?: true;
  readonly withoutLedger?: true;
  /** The operator has looked: whatever still looks like the runner of that drill is not it. */
  readonly runnerIsGone?: true;
  /** The folder is trusted whoever owns it or may write there. */
  readonly trustFolder?: true;
  readonly json?: true;
}

/**
 * `haltdrill recover [DIR]`: finishes or undoes an interrupted drill from its journal, proves the result and writes the report.
 * Resolves with 0 if the fleet is proven restored (or was never touched), else 5.
 */
export async function recover(
  dir: string | undefined,
  options: RecoverOptions,
  effects: Effects,
): Promise<number> {
  if (options.incident !== undefined) return printChecklist(options.incident, options, effects);
  const reports = effects.files.resolve(options.out ?? 'reports', effects.folder);
  const refusal = noRecovery(options.trustFolder === true);
  if (dir === undefined) await refuseUntrustedReports(reports, refusal, effects);
  const folder =
    dir === undefined
      ? await onlyUnfinished(reports, refusal.isTrusted, effects)
      : effects.files.resolve(dir, effects.folder);
  if (folder === null) {
    const shown = effects.files.shown(reports);
    // Asked in the wrong folder, "nothing is left" would be the wrong answer about a fleet that is still halted.
    if ((await effects.files.list(reports)).length === 0)
      throw usage(
        `no drill has been reported in ${shown}`,
        'there is no such folder, or it is empty',
        'name the reports folder with --out DIR, or the folder of the drill',
      );
    effects.out.write(`haltdrill: no drill in ${shown} is left to recover\n`);
    return 0;
  }
  const parent = effects.files.folderOf(folder);
  await refuseUntrustedDrill(folder, refusal, effects);
  await refuseUntrustedReports(parent, refusal, effects, true);
  const lock = await effects.takeLock(effects.files.resolve(LOCK_FILE, parent));
  // A runner that is only stopped still holds it. Whether it reaches any host is seen there, and its acts are refused from now on.
  if (lock === null)
    effects.err.write(
      'haltdrill: another runner is alive on this machine; looking whether it reaches hosts\n',
    );
  const interruption = listenForSignals(effects, 'ending the recovery; it can be run again');
  try {
    return await recoverIn(folder, parent, options, interruption, effects);
  } finally {
    interruption.release();
    lock?.release();
  }
}

async function onlyUnfinished(reports: string, isTrusted: boolean, effects: Effects): Promise<string | null> {
  const [one, ...more] = await unfinishedDrills(reports, effects, isTrusted);
  if (one === undefined) return null;
  if (more.length === 0) return one.folder;
  const list = [one, ...more].map(({ shown, why }) => `${shown} (${why})`).join(', ');
  throw usage(`${more.length + 1} drills are left to recover`, list, 'name one: haltdrill recover DIR');
}

async function recoverIn(
  folder: string,
  parent: string,
  options: RecoverOptions,
  interruption: Interruption,
  effects: Effects,
): Promise<number> {
  const entries = await journalIn(folder, effects);
  const opened = entries.find((entry) => entry.kind === 'opened');
  const shown = effects.files.shown(folder);
  if (opened === undefined) {
    effects.out.write(`haltdrill: ${shown} holds no plan: its drill had not begun, and touched nothing\n`);
    return 0;
  }
  const { mayHaveActed, needsWord } = await import('../../drill/recover-drill.ts');
  const known = await knownDrill(opened, parent, effects);
  // Of a drill that did nothing there is nothing to undo, whoever wrote its journal.
  if (!known.isKnown && mayHaveActed(entries) && options.withoutLedger !== true)
    throw unknownDrill(opened.plan.environment, known.why, shown);
  const paper: Paper = { folder, parent, known };
  const finished = entries.at(-1)?.kind === 'closed' && isBack(judgeJournal(entries));
  if (finished || opened.plan.environment !== 'live') {
    if (!finished) effects.err.write('haltdrill: that drill was of an embedded lab, which ended with it\n');
    return report(entries, paper, options, effects);
  }
  const ours = options.ours === true;
  if (needsWord(opened, entries) && !ours)
    throw new CliError(
      5,
      `nothing in this fleet shows whose halt is in force; the resume would lift one that somebody else made since; nothing was touched: make sure that nobody did, then run \`haltdrill recover ${shown} --ours\``,
    );
  const { inventory, from } = await inventoryOf(opened, options.inventory, effects);
  effects.err.write(describeActs(effects.secrets.clean(inventory), { shown, from }));
  const epoch = await nextEpoch(folder, entries, effects);
  const isGone = options.runnerIsGone === true;
  await refuseWhileAlive({ opened, inventory, folder, epoch, entries, isGone }, interruption, effects);
  await effects.takeOver(folder, epoch);
  interruption.leaves = {
    exitCode: 5,
    text: `the fleet may still be halted; run \`haltdrill recover ${shown}\` again`,
  };
  const open = await opening(
    inventory,
    opened.plan,
    folder,
    `${opened.drillId}-recovery-${epoch}`,
    epoch,
    'continued',
    interruption,
    effects,
  );
  let failure: unknown = null;
  try {
    const { recoverDrill } = await import('../../drill/recover-drill.ts');
    await recoverDrill(
      { entries: asDeclared(entries, inventory), epoch, runner: effects.version, ours },
      open.world,
    );
  } catch (error) {
    failure = error;
  }
  await open.close().catch((error: unknown) => {
    failure ??= error;
  });
  const code = await report(open.entries(), paper, options, effects);
  if (failure === null) return code;
  throw new CliError(
    5,
    `the recovery was not finished; ${messageOf(failure)}; look at the fleet, and run it again`,
    {
      cause: failure,
    },
  );
}

function unknownDrill(environment: string, why: string, shown: string): CliError {
  return new CliError(
    environment === 'live' ? 5 : 3,
    `the ledger does not know the drill whose journal is in ${shown}; ${why}, and anybody can write a journal, so nothing was touched; bring the ledger back or, if you know that drill for yours, run \`haltdrill recover ${shown} --without-ledger\`, which records nothing as proven`,
  );
}

async function nextEpoch(folder: string, entries: readonly Entry[], effects: Effects): Promise<number> {
  const now = await effects.epochOf(folder);
  const journalled = entries.flatMap((entry) => (entry.kind === 'taken-over' ? [entry.epoch] : []));
  return Math.max(Number.isNaN(now) ? 0 : now, ...journalled, 0) + 1;
}

interface Look {
  readonly opened: Opened;
  readonly inventory: Inventory;
  readonly folder: string;
  readonly epoch: number;
  readonly entries: readonly Entry[];
  /** The operator says so: what is found is shown, and keeps nothing. */
  readonly isGone: boolean;
}

/**
 * @throws CliError 3 while what may be that runner is alive on any host. The operator's word goes before it: he has looked, which
 * this program cannot do for a process that bears all the marks of its own. Even then no two runners act on one folder: the epoch that
 * is taken next refuses the acts of whoever had it before. Only one that works with a copy of the folder elsewhere would go on.
 */
async function refuseWhileAlive(
  { opened: { plan, drillId }, inventory, folder, epoch, entries, isGone }: Look,
  interruption: Interruption,
  effects: Effects,
): Promise<void> {
  const { lookForRunner } = await import('../../drill/look-for-runner.ts');
  const look = await opening(
    inventory,
    plan,
    folder,
    `${drillId}-recovery-${epoch}-look`,
    epoch,
    'none',
    interruption,
    effects,
  );
  let found: Awaited<ReturnType<typeof lookForRunner>>;
  try {
    found = await lookForRunner({ plan, drillId, epoch, entries, waits: !isGone }, look.world);
  } finally {
    await look.close();
  }
  const say = (what: string, lines: readonly string[]): void => {
    for (const line of lines)
      effects.err.write(`haltdrill: ${what}: ${plain(effects.secrets.redact(line))}\n`);
  };
  say('not looked at', found.unseen);
  say('not of that runner', found.others);
  if (interruption.stop.aborted)
    throw notRun(`${interruption.stop.reason}`, 'nothing was done', 'run it again');
  if (isGone) return say('taken for nobody’s, since its runner is said to be gone', found.alive);
  if (found.alive.length === 0) return;
  throw notRun(
    'the runner that began this drill may still be alive and reach its hosts',
    found.alive.join(', '),
    `end that program first (it puts the fleet back by itself on SIGTERM), then run this again; or, if you have looked and it is gone, run \`haltdrill recover ${effects.files.shown(folder)} --runner-is-gone\``,
  );
}

async function opening(
  inventory: Inventory,
  plan: Plan,
  folder: string,
  drillId: string,
  epoch: number,
  journal: 'continued' | 'none',
  interruption: Interruption,
  effects: Effects,
): Promise<OpenWorld> {
  const shown = await showProgress(plan, effects);
  try {
    const open = await effects.openWorld({
      inventory,
      drillId,
      folder,
      journal,
      epoch: journal === 'none' ? await effects.epochOf(folder) : epoch,
      phrase: null,
      progress: shown.event,
      stop: interruption.stop,
    });
    return {
      ...open,
      world: { ...open.world, confirm: confirmOnTerminal(plan, shown, interruption, effects) },
      close: async () => {
        shown.done();
        await open.close();
      },
    };
  } catch (error) {
    shown.done();
    throw new CliError(
      5,
      `the journal in ${effects.files.shown(folder)} cannot be continued; ${messageOf(error)}; mend that first, the fleet may be halted`,
      { cause: error },
    );
  }
}

async function journalIn(folder: string, effects: Effects): Promise<readonly Entry[]> {
  const shown = effects.files.shown(folder);
  const read = await effects.readJournal(effects.files.resolve('journal.jsonl', folder));
  switch (read.kind) {
    case 'entries':
      return read.entries;
    case 'missing':
      throw usage(
        `there is no journal.jsonl in ${shown}`,
        'a recovery works from the journal of the drill',
        'name its report folder, or print what to do by hand with --incident ID',
      );
    default:
      throw new CliError(
        5,
        `the journal in ${shown} cannot be used; ${read.why}; print what to do by hand with --incident ID`,
      );
  }
}

interface Paper {
  readonly folder: string;
  /** Where the ledger lies. */
  readonly parent: string;
  readonly known: Known;
}

/** Nobody's word but the ledger's own makes a proof of a journal: not of a drill that it does not know, nor a pass of another end. */
function isRecorded(known: Known, { verdict }: Verdict): boolean {
  if (!known.isKnown) return false;
  return verdict !== 'pass' || known.verdict === 'running' || known.verdict === 'pass';
}

async function report(
  entries: readonly Entry[],
  { folder, parent, known }: Paper,
  options: RecoverOptions,
  effects: Effects,
): Promise<number> {
  const verdict = effects.secrets.clean(judgeJournal(entries));
  const rerun = ['haltdrill', 'recover', effects.files.shown(folder)];
  const recorded = isRecorded(known, verdict);
  if (!recorded) {
    const why = known.isKnown ? `the ledger has it as ${known.verdict}` : known.why;
    effects.err.write(`haltdrill: nothing is recorded as proven; ${plain(why)}\n`);
  }
  const request = { verdict, folder, reports: parent, rerun, isRecorded: recorded };
  const lost = await writeReports(request, effects);
  for (const line of lost) effects.err.write(`haltdrill: ${line}\n`);
  const path = effects.files.shown(effects.files.resolve('report.md', folder));
  effects.out.write(options.json === true ? verdictJson(verdict) : resultText(verdict, path));
  return isBack(verdict) ? 0 : 5;
}

/** Without a journal nobody knows what was up before: what to do is printed, and nothing is touched. */
async function printChecklist(incident: string, options: RecoverOptions, effects: Effects): Promise<number> {
  const chosen = await chooseInventory(options.inventory, effects);
  const { loadInventory } = await import('../../drill/01-load/load-fleet.ts');
  const { formatProblem } = await import('../../drill/01-load/problem.ts');
  const loaded = loadInventory(
    { path: chosen.shown, text: chosen.text },
    {
      env: effects.env,
      keepUnresolved: true,
      resolvePath: (path) => effects.files.resolve(path, effects.files.folderOf(chosen.path)),
    },
  );
  if (!loaded.ok) throw new CliError(64, loaded.problems.map(formatProblem).join('\n'));
  effects.secrets.keep(secretsOf(loaded.inventory));
  effects.out.write(checklist(effects.secrets.clean(loaded.inventory), incident));
  return 0;
}
