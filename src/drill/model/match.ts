import type { Match } from './inventory.ts';
import type { ProcessDetail } from './process.ts';

export type Matched =
  | { readonly is: 'yes' }
  | { readonly is: 'no' }
  | { readonly is: 'unknown'; readonly reason: string };

const NO: Matched = { is: 'no' };
const YES: Matched = { is: 'yes' };

/**
 * Whether a process fulfils every key of a match. `unknown` where a key that would decide could not be read:
 * a candidate that cannot be classified is not a non-match. A kernel thread or zombie (no argv, no executable)
 * never matches.
 */
export function matches(match: Match, detail: Pick<ProcessDetail, 'argv' | 'exe'>): Matched {
  let doubt: string | null = null;
  const compare = (want: string, have: string | undefined): boolean => want === have;

  if (match.argv0 !== undefined || match.script !== undefined) {
    if (detail.argv.kind === 'unreadable') doubt = `argv: ${detail.argv.reason}`;
    else {
      const argv = detail.argv.kind === 'present' ? detail.argv.value : [];
      if (match.argv0 !== undefined && !compare(match.argv0, argv[0])) return NO;
      if (match.script !== undefined && !compare(match.script, scriptOf(argv))) return NO;
    }
  }
  if (match.exe !== undefined) {
    if (detail.exe.kind === 'absent') return NO;
    if (detail.exe.kind === 'unreadable') doubt = `exe: ${detail.exe.reason}`;
    // The kernel appends " (deleted)" when the file was replaced, as an upgrade does (proc_pid_exe(5)).
    else if (!compare(match.exe, detail.exe.value.replace(/ \(deleted\)$/, ''))) return NO;
  }
  return doubt === null ? YES : { is: 'unknown', reason: doubt };
}

/** The first argument after `argv[0]` that is not an option: what an interpreter runs. */
function scriptOf(argv: readonly string[]): string | undefined {
  return argv.slice(1).find((argument) => !argument.startsWith('-'));
}
