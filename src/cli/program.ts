import { Command, InvalidArgumentError, Option } from 'commander';
import { usage } from './cli-error.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { DrillOptions } from './commands/drill.ts';
import type { InitOptions } from './commands/init.ts';
import type { LabOptions } from './commands/lab.ts';
import type { PinOptions } from './commands/pin.ts';
import type { RecoverOptions } from './commands/recover.ts';
import type { RejudgeOptions } from './commands/rejudge.ts';
import type { InstallOptions, ScheduleOptions } from './commands/schedule.ts';
import type { SelftestOptions } from './commands/selftest.ts';
import type { Effects } from './effects.ts';
import { DASHES } from './npm-options.ts';

/** The commands and their options; what a command does is imported when it is called. */
export function makeProgram(effects: Effects, done: (exitCode: number) => void): Command {
  const program = new Command('haltdrill')
    .description('Proves that a kill switch halted what it says it halted.')
    .version(effects.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: (text) => effects.out.write(text),
      writeErr: (text) => effects.err.write(text),
      // Said once, in the project's own form, by the caller.
      outputError: () => {},
      getOutHelpWidth: () => effects.out.columns,
      getErrHelpWidth: () => effects.err.columns,
    })
    .exitOverride()
    .helpCommand(false)
    .addHelpText('after', examples('haltdrill drill --level 3', 'haltdrill status'));
  // A wrong option of a command is answered like a wrong option of the program.
  program.configureHelp({ showGlobalOptions: false });

  program
    .command('drill')
    .summary('run one drill and judge what it saw')
    .description(
      'Runs one drill: halts the fleet through its broker, watches what really stops and survives, kills the broker while halted, resumes, and judges the evidence.\n\nA level from 4 on, and a drill that asks for a confirmation phrase, needs somebody present: on a terminal they read what will be destroyed and type the phrase, which is not shown. Only the embedded lab takes it as the first line of stdin instead.\n\nExit codes: 0 pass, 1 fail, 2 inconclusive, 3 not run, 4 aborted and restored, 5 fleet not proven restored, 64 bad usage, 70 internal error. A printed plan is 0.',
    )
    .option('--level <n>', 'run the drill of that level in drills/ beside the inventory', wholeNumber)
    .option('--drill <file>', 'run the drill in this file')
    .option('--inventory <file>', 'the fleet (default: $HALTDRILL_INVENTORY, else ./inventory.yaml)')
    .option('--known-issues <file>', 'accepted findings (default: known-issues.yaml beside the inventory)')
    .option('--lab <name>', 'which broker and fleet the embedded lab runs (default: reference)')
    .option('--out <dir>', 'folder of the reports and the ledger (default: ./reports)')
    .option(
      '--plan',
      'print what would be done, and what the hosts of a live fleet foretell; start and trigger nothing',
    )
    .option(
      '--skip-gate <reason>',
      'begin although the level below is not proven; the report shows the reason',
      reason,
    )
    .option('--scheduled', 'nobody is present: begin only inside a window, and never at level 4')
    .option('--json', 'print verdict.json, and nothing else, on stdout')
    .option('--strict', 'a pass that leans on known issues exits 1')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText(
      'after',
      examples('haltdrill drill --level 3', 'haltdrill drill --level 2 --lab as-found --json'),
    )
    .action(async (options: DrillOptions, command: Command) => {
      refuseArguments(command, effects);
      const { drill } = await import('./commands/drill.ts');
      done(await drill(options, effects));
    });

  program
    .command('rejudge')
    .summary('judge the stored evidence of a drill again')
    .description(
      'Judges the journal in a report folder again, as the drill itself did, and says whether that gives the verdict.json that is stored there. It starts nothing, asks nobody, and writes nothing.\n\nExit codes: the verdict’s own, but 2 in place of 0 where the stored verdict is another one; 64 where there is no journal, or only a later version can judge it; 70 where it is damaged.',
    )
    .argument('<dir>', 'report folder of a drill')
    .option('--json', 'print verdict.json, and nothing else, on stdout')
    .option('--strict', 'a pass that leans on known issues exits 1')
    .option('--debug', 'with a stack trace where something goes wrong')
    .addHelpText('after', examples('haltdrill rejudge reports/20261123T101500Z-level-2-ab12'))
    .action(async (folder: string, options: RejudgeOptions) => {
      const { rejudge } = await import('./commands/rejudge.ts');
      done(await rejudge(folder, options, effects));
    });

  program
    .command('selftest')
    .summary('drill every lying fleet of the lab, and see each caught')
    .description(
      'Drills every fleet of the embedded lab, liars and honest ones, each as `haltdrill drill` would, and holds each verdict against what must be found. Run it before you trust this program.\n\nExit codes: 0 every liar was caught for what it is and no honest fleet accused, 1 otherwise, 4 cut short, 64 bad usage.',
    )
    .option('--only <name>', 'drill this fleet only; may be given several times', collect)
    .option('--slice <i/n>', 'the i-th of n parts, each of which has some of every kind')
    .option('--jobs <n>', 'how many drills run at a time (default: two a core)', wholeNumber)
    .option('--out <dir>', 'folder of the reports (default: ./reports)')
    .option('--json', 'print selftest.json, and nothing else, on stdout')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText(
      'after',
      examples('haltdrill selftest', 'haltdrill selftest --only amnesia --only slow-stop'),
    )
    .action(async (options: SelftestOptions, command: Command) => {
      refuseArguments(command, effects);
      const { selftest } = await import('./commands/selftest.ts');
      done(await selftest(options, effects));
    });

  program
    .command('status')
    .summary('print what is proven, and how old each proof is')
    .description('Prints what is proven, drill by drill, and how old each proof is. Lab proofs stand apart.')
    .option('--out <dir>', 'folder of the reports and the ledger (default: ./reports)')
    .option('--json', 'print every proof of the ledger as JSON')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText('after', examples('haltdrill status', 'haltdrill status --out /var/lib/haltdrill --json'))
    .action(async (options: { out?: string; json?: true }, command: Command) => {
      refuseArguments(command, effects);
      const { status } = await import('./commands/status.ts');
      done(await status(options, effects));
    });

  program
    .command('recover')
    .summary('finish what an interrupted drill left')
    .description(
      'Undoes the halt of a drill whose runner is gone, from its journal alone, proves that the fleet is back, and writes the report. Without DIR it takes the one drill below the report folder that is left to recover. It refuses while that runner may still be alive, and a folder that anybody but you or root may have written to; it says first which inventory and which commands it will use, and touches nothing but that drill\u2019s own halt.\n\nExit codes: 0 the fleet is proven restored, or was never touched; 5 it is not; 3 refused, nothing was done; 64 bad usage.',
    )
    .argument('[dir]', 'report folder of the interrupted drill')
    .option('--inventory <file>', 'the inventory it ran with, where the journal does not hold it')
    .option('--out <dir>', 'folder of the reports (default: reports)')
    .option(
      '--ours',
      'nobody else has halted since: needed for a fleet in which nothing shows whose halt is in force',
    )
    .option(
      '--without-ledger',
      'the drill is yours although the ledger does not know it; nothing is recorded as proven',
    )
    .option(
      '--runner-is-gone',
      'you have looked, on the machine that it was started on: whatever still looks like that drill’s runner is not it',
    )
    .option(
      '--trust-folder',
      'whoever owns the report folder, or may write there, is trusted: its journal decides what is run',
    )
    .option('--incident <id>', 'print what to do by hand about this incident; nothing is asked or touched')
    .option('--json', 'print verdict.json on stdout, and nothing else')
    .option('--debug', 'with a stack trace where something goes wrong')
    .addHelpText(
      'after',
      examples('haltdrill recover', 'haltdrill recover reports/20261122T103000Z-level-2-k3x9'),
    )
    .action(async (dir: string | undefined, options: RecoverOptions) => {
      const { recover } = await import('./commands/recover.ts');
      done(await recover(dir, options, effects));
    });

  program
    .command('pin')
    .summary('write down which machines the hosts are')
    .description(
      'Connects to every host of a live inventory, shows its ssh host key, machine id and host name, and writes them to inventory.lock.yaml beside the inventory, with its digest. Later drills are refused where the inventory or a machine is another one. Look at what it shows before you trust it.\n\nExit codes: 0 written, 3 a host did not answer and nothing was written, 64 bad usage.',
    )
    .option('--inventory <file>', 'the fleet (default: $HALTDRILL_INVENTORY, else ./inventory.yaml)')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText('after', examples('haltdrill pin', 'haltdrill pin --inventory fleets/prod.yaml'))
    .action(async (options: PinOptions, command: Command) => {
      refuseArguments(command, effects);
      const { pin } = await import('./commands/pin.ts');
      done(await pin(options, effects));
    });

  program
    .command('doctor')
    .summary('look whether all is there that a drill will need')
    .description(
      'Looks at a live fleet, host by host: login, pinned identity, the whole process table, a canary, programs, each service and its lives, its manager, the broker\u2019s status, state, audit log and token. Prints what to do about each gap. Halts, starts and writes nothing.\n\nExit codes: 0 all is there, 3 something is missing, 64 bad usage or a faulty inventory.',
    )
    .option('--inventory <file>', 'the fleet (default: $HALTDRILL_INVENTORY, else ./inventory.yaml)')
    .option('--json', 'print the table as JSON')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText('after', examples('haltdrill doctor', 'haltdrill doctor --inventory fleets/prod.yaml'))
    .action(async (options: DoctorOptions, command: Command) => {
      refuseArguments(command, effects);
      const { doctor } = await import('./commands/doctor.ts');
      done(await doctor(options, effects));
    });

  program
    .command('init')
    .summary('ask about a fleet and write a first inventory')
    .description(
      'Asks how the hosts of a fleet are reached and how its kill switch is used, lists what the service manager of each host runs, and writes a first inventory.yaml and drills that can be loaded. Changes nothing on any host and overwrites no file. The answers may come on stdin, one a line.\n\nExit codes: 0 written, 3 not finished and nothing written, 64 bad usage, or what was answered makes no inventory.',
    )
    .option('--out <dir>', 'folder to write to (default: the current one)')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText('after', examples('haltdrill init', 'haltdrill init --out fleets/prod'))
    .action(async (options: InitOptions, command: Command) => {
      refuseArguments(command, effects);
      const { init } = await import('./commands/init.ts');
      done(await init(options, effects));
    });

  addSchedule(program, effects, done);

  program
    .command('lab')
    .summary('run the embedded lab by itself')
    .description(
      'Runs the embedded two-host fleet in the foreground and prints how to look at it. Ctrl-C ends it.',
    )
    .option('--lab <name>', 'which broker and fleet it runs', 'reference')
    .option('--list', 'start nothing; name every fleet that there is')
    .option('--debug', 'with a stack trace where something goes wrong')
    .allowExcessArguments(true)
    .addHelpText('after', examples('haltdrill lab --lab as-found', 'haltdrill lab --list'))
    .action(async (options: LabOptions, command: Command) => {
      refuseArguments(command, effects);
      const { lab } = await import('./commands/lab.ts');
      done(await lab(options, effects));
    });

  refuseSwallowed(program);
  return program;
}

function addSchedule(program: Command, effects: Effects, done: (exitCode: number) => void): void {
  const schedule = program
    .command('schedule')
    .summary('have drills started by systemd, launchd or cron')
    .description(
      'Writes what a scheduler of the system needs to start drills when their windows open, or lists when that will be.',
    )
    .helpCommand(false);
  const about = (command: Command): Command =>
    command
      .option('--inventory <file>', 'the fleet (default: $HALTDRILL_INVENTORY, else ./inventory.yaml)')
      .option(
        '--drill <file>',
        'this drill; may be given several times (default: those in drills/ beside the inventory that have windows)',
        collect,
      )
      .option('--debug', 'with a stack trace where something goes wrong')
      .allowExcessArguments(true);

  about(schedule.command('list'))
    .summary('print the next five runs of each drill')
    .description(
      'Prints the next five runs of each drill with a window, in its time zone and in UTC. A drill goes by its own windows; one that is named and has none, by those of the inventory.',
    )
    .addHelpText(
      'after',
      examples('haltdrill schedule list', 'haltdrill schedule list --drill drills/level-2.yaml'),
    )
    .action(async (options: ScheduleOptions, command: Command) => {
      refuseArguments(command, effects);
      const { scheduleList } = await import('./commands/schedule.ts');
      done(await scheduleList(options, effects));
    });

  about(schedule.command('install'))
    .summary('write the files that a scheduler needs')
    .description(
      'Writes units, property lists or a crontab that call `haltdrill drill --scheduled`, and prints the commands that would activate them; it runs none of these. Missed runs are not made up for, overlapping ones are refused, and level 4 is never among them. launchd goes by the local time of the Mac and makes up for one run that it slept through: the drill itself refuses to begin outside its window.\n\nExit codes: 0 written, 64 bad usage, or a window that the target cannot express.',
    )
    .addOption(
      new Option('--for <target>', 'for which scheduler')
        .choices(['systemd', 'launchd', 'cron'])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'folder to write the files to')
    .option('--reports <dir>', 'folder of the reports and the ledger of those drills (default: ./reports)')
    .addHelpText(
      'after',
      examples(
        'haltdrill schedule install --for systemd --out units',
        'haltdrill schedule install --for cron --out cron --reports /var/lib/haltdrill',
      ),
    )
    .action(async (options: InstallOptions, command: Command) => {
      refuseArguments(command, effects);
      const { scheduleInstall } = await import('./commands/schedule.ts');
      done(await scheduleInstall(options, effects));
    });
}

/**
 * An option that stands where the value of another one should be is no value: a `--plan` that is taken for a reason, or for a folder, would
 * make a drill of what was asked for as a plan.
 */
function refuseSwallowed(program: Command): void {
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    for (const option of command.options) {
      if (!option.required) continue;
      const parse = option.parseArg;
      option.argParser((value: string, before: unknown) => {
        if (/^--./.test(value))
          throw new InvalidArgumentError(
            `it is another option; give ${option.long ?? option.flags} its value, or take it away.`,
          );
        return parse === undefined ? value : parse(value, before as never);
      });
    }
  }
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('it is a whole number from 1 to 99.');
  return Number(text);
}

function reason(text: string): string {
  if (/^.{1,500}$/u.test(text) && /\S/.test(text) && !/\p{Cc}/u.test(text)) return text;
  throw new InvalidArgumentError('it is one line of text, of at most 500 characters, for the report.');
}

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** No command takes an argument: what is there was an option before npm took its name off. */
function refuseArguments(command: Command, effects: Effects): void {
  const stray = command.args[0];
  if (stray === undefined) return;
  const number = /^\d+$/.test(stray);
  const parent = command.parent?.parent == null ? '' : `${command.parent.name()} `;
  const name = `haltdrill ${parent}${command.name()}`;
  throw usage(
    `unexpected argument \`${stray}\``,
    number || effects.env('npm_lifecycle_event') !== undefined
      ? 'npm drops the names of options that stand before `--`'
      : `\`${name}\` takes options only`,
    number || effects.env('npm_lifecycle_event') !== undefined ? DASHES : `see \`${name} --help\``,
  );
}
