import type { Command } from '../../drill/model/inventory.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { AskLimits, AskOn } from '../system/ask-here.ts';
import { printable } from '../system/printable.ts';
import { fillText, inWords, type Values } from './template.ts';

const MAX_BYTES = 1024 * 1024;

export interface CommandAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** What it said on stderr, in one line; empty where it said nothing. */
  readonly complaint: string;
}

/** `kill-switch halt on knox`: for messages; without its arguments. */
export function nameOf({ host, run }: Command): string {
  const file = (run[0] ?? '').split('/').at(-1) ?? '';
  return `${printable(file, 60)} on ${host ?? 'the controller'}`;
}

/**
 * Runs a command of the inventory once. Values are filled into its arguments, never into the name of what is run; each stays one
 * argument, whatever is in it. `unreadable`: nobody knows whether it did anything.
 */
export async function runOperation(
  command: Command,
  values: Values,
  askOn: AskOn,
  limits: { readonly timeoutMs: number } & Pick<AskLimits, 'letRun' | 'left'>,
): Promise<Reading<CommandAnswer>> {
  const [file = '', ...args] = command.run;
  const argv = [file, ...args.map((word) => inWords(fillText(word, values)))];
  const { timeoutMs: withinMs, ...more } = limits;
  const ran = await askOn(command.host)(argv, { withinMs, maxBytes: MAX_BYTES, ...more });
  if (ran.kind === 'absent') return unreadable(`${nameOf(command)}: no answer`);
  if (ran.kind === 'unreadable') return { ...ran, reason: `${nameOf(command)}: ${ran.reason}` };
  const { exitCode, stdout, stderr } = ran.value;
  return present({ status: exitCode, body: stdout, complaint: printable(stderr.trim(), 300) });
}
