import { CommanderError } from 'commander';
import { plain, plainLines } from '../drill/model/harmless.ts';
import { CliError, messageOf } from './cli-error.ts';
import type { Effects } from './effects.ts';
import { swallowedByNpm } from './npm-options.ts';
import { makeProgram } from './program.ts';

/**
 * Runs one command line (without node and script) and resolves with its exit code. Nothing a user can get wrong
 * rejects: every such message goes to stderr as `haltdrill: what; why; do this`.
 */
export async function runCli(argv: readonly string[], effects: Effects): Promise<number> {
  let exitCode = 70;
  const program = makeProgram(effects, (code) => {
    exitCode = code;
  });
  try {
    const swallowed = swallowedByNpm(effects.env);
    if (swallowed !== null) throw swallowed;
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return commanderEnded(error, effects);
    const code = error instanceof CliError ? error.exitCode : 70;
    report(error, effects, code, argv);
    return code;
  }
}

/** Help and version end with code 0; everything else that commander says is a usage error, folded into one line. */
function commanderEnded(error: CommanderError, effects: Effects): number {
  if (error.exitCode === 0) return 0;
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\n?\(Did you mean (.*)\?\)/s, '; did you mean $1?')
    .replace(/ is invalid\. /, ' is invalid; ')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const end = text.endsWith('?') ? '' : '; see `haltdrill --help`';
  // commander.help: no command was named, and the help has just been shown on stderr.
  if (error.code !== 'commander.help') effects.err.write(`haltdrill: ${plain(text)}${end}\n`);
  return 64;
}

function report(error: unknown, effects: Effects, code: number, argv: readonly string[]): void {
  const text = error instanceof CliError ? error.message : `internal error: ${messageOf(error)}`;
  // Redacted before it is cut and folded: half a secret, or one without its blanks, would not be known for one.
  const clean = effects.secrets.redact(text);
  const lines = clean.split('\n').map((line) => `haltdrill: ${plain(line, 2000)}\n`);
  effects.err.write(lines.join(''));
  if (argv.includes('--debug') && error instanceof Error)
    effects.err.write(`${plainLines(effects.secrets.redact(stackOf(error)))}\n`);
  else if (code === 70) effects.err.write('haltdrill: run it again with --debug for the stack trace\n');
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
