import { whatItRuns } from './command-line.ts';
import type { Match } from './inventory.ts';
import type { ProcessDetail } from './process.ts';

export type Matched =
  | { readonly is: 'yes' }
  | { readonly is: 'no' }
  /** `moved`: only because it may have changed its folder since. Whoever is another service for certain has not. */
  | { readonly is: 'unknown'; readonly reason: string; readonly moved?: true };

type Matchable = Pick<ProcessDetail, 'argv' | 'exe' | 'cwd'>;

const NO: Matched = { is: 'no' };
const YES: Matched = { is: 'yes' };

/**
 * Whether a process fulfils every key of a match. `unknown` where a key that would decide could not be read, or does not
 * tell: a candidate that cannot be classified is not a non-match. A kernel thread or zombie (no argv, no executable)
 * never matches.
 */
export function matches(match: Match, detail: Matchable): Matched {
  const keys = [matchesExe(match, detail), matchesArgv0(match, detail), matchesScript(match, detail)];
  return keys.find(({ is }) => is === 'no') ?? keys.find(({ is }) => is === 'unknown') ?? YES;
}

function matchesExe({ exe }: Match, detail: Matchable): Matched {
  if (exe === undefined) return YES;
  if (detail.exe.kind === 'absent') return NO;
  if (detail.exe.kind === 'unreadable') return { is: 'unknown', reason: `exe: ${detail.exe.reason}` };
  // The kernel appends " (deleted)" when the file was replaced, as an upgrade does (proc_pid_exe(5)).
  return detail.exe.value.replace(/ \(deleted\)$/, '') === exe ? YES : NO;
}

function matchesArgv0({ argv0 }: Match, { argv }: Matchable): Matched {
  if (argv0 === undefined) return YES;
  if (argv.kind === 'unreadable') return { is: 'unknown', reason: `argv: ${argv.reason}` };
  return argv.kind === 'present' && argv.value[0] === argv0 ? YES : NO;
}

/**
 * Who runs the script, under whichever options and by whichever path, is the service; who reads or starts it is not. A program
 * that is neither known for the one nor for the other, or an interpreter that runs something else, and has the script
 * among its arguments may run it or not: that is a doubt. A match that names the program too tells that it is an interpreter.
 */
function matchesScript(match: Match, { argv, exe, cwd }: Matchable): Matched {
  const { script } = match;
  if (script === undefined) return YES;
  if (argv.kind === 'unreadable') return { is: 'unknown', reason: `argv: ${argv.reason}` };
  const words = argv.kind === 'present' ? argv.value : [];
  if (words.length === 0) return NO;
  const folder = cwd?.kind === 'present' && isFolder(cwd.value) ? cwd.value : null;
  const is = (word: string, endings: readonly string[] = []): Same => sameFile(word, script, folder, endings);

  const image = exe.kind === 'present' ? exe.value : null;
  const isNamed = match.exe !== undefined || match.argv0 !== undefined;
  const run = whatItRuns(words, image, isNamed);
  if (run.by === 'bystander') return NO;
  const program = run.by === 'unknown' ? isProgram(words[0] ?? '', is) : plainlySame(words[0] ?? '', script);
  // A title that was written over the arguments leaves empty ones behind: no file has such a name.
  const file =
    run.script === null || run.script === ''
      ? 'not'
      : or(is(run.script, run.endings), holds(run.script, script, folder));
  const found = [program, file, ...(run.module === null ? [] : [isModule(run.module, is)])];
  if (found.includes('is')) return YES;
  if (found.includes('maybe'))
    return { is: 'unknown', reason: `it may be ${script}, by a path that could not be resolved` };
  if (run.code.some((code) => namesIt(code, script, (word) => is(word, run.endings))))
    return { is: 'unknown', reason: `${script} is in the code that its interpreter is given` };
  if (!run.others.some((word) => mentions(word, is)))
    return found.includes('moved')
      ? {
          is: 'unknown',
          reason: `it may be ${script}, by a path from the folder that it was started in`,
          moved: true,
        }
      : NO;
  return {
    is: 'unknown',
    reason:
      run.by === 'unknown'
        ? `${script} is among the arguments of a program of which is not known whether it runs or reads it (a match that has exe or argv0 too tells)`
        : `${script} is among its arguments, and not what its interpreter is told to run`,
  };
}

type Same = 'is' | 'maybe' | 'moved' | 'not';

const or = (one: Same, other: Same): Same => (one === 'not' ? other : one);
const plainlySame = (word: string, script: string): Same => (word === script ? 'is' : 'not');

// One that was removed, or lies outside of what the reader sees, has a remark before or behind it (proc_pid_cwd(5)).
const isFolder = (path: string): boolean => path.startsWith('/') && !path.endsWith(' (deleted)');

// A name without a folder was looked for elsewhere (execvp(3)).
function isProgram(word: string, is: (word: string) => Same): Same {
  const same = is(word);
  return same === 'moved' && !word.includes('/') ? 'not' : same;
}

/**
 * Whether a word names the script. Relative ones are held against the folder the process works in, and where that is not known, by name.
 * `moved`: from another folder, in which it may have been before, it would be.
 */
function sameFile(word: string, script: string, folder: string | null, endings: readonly string[]): Same {
  const wanted = partsOf(script);
  const ends = ['', ...endings].map((ending) => `${word}${ending}`);
  if (word.startsWith('/') || folder !== null) {
    const base = word.startsWith('/') ? '' : `${folder}/`;
    if (ends.some((path) => isEqual(partsOf(base + path), wanted))) return 'is';
    const isEnd = (path: string): boolean => {
      const parts = partsOf(path).filter((part) => part !== '..');
      return parts.length > 0 && isEqual(parts, wanted.slice(-parts.length));
    };
    return base !== '' && ends.some(isEnd) ? 'moved' : 'not';
  }
  return ends.some((path) => partsOf(path).at(-1) === wanted.at(-1)) ? 'maybe' : 'not';
}

/** A folder can be run as well (`python3 DIR`, `node .`): whether it holds the script. */
function holds(word: string, script: string, folder: string | null): Same {
  const wanted = partsOf(script);
  if (!word.startsWith('/') && folder === null) {
    const last = partsOf(word).at(-1);
    return last === undefined || last === '..' || wanted.slice(0, -1).includes(last) ? 'maybe' : 'not';
  }
  const parts = partsOf(word.startsWith('/') ? word : `${folder}/${word}`);
  return isEqual(parts, wanted.slice(0, parts.length)) ? 'maybe' : 'not';
}

/** `python3 -m a.b` looks in the working directory first, and then where nobody can tell. */
function isModule(module: string, is: (word: string) => Same): Same {
  const path = module.replaceAll('.', '/');
  const found = [`${path}.py`, `${path}/__main__.py`].map((file) => is(file));
  return (['is', 'maybe', 'moved'] as const).find((one) => found.includes(one)) ?? 'not';
}

function mentions(word: string, is: (word: string) => Same): boolean {
  return [word, ...word.split(/[=:,]/)].some((part) => part !== '' && ['is', 'maybe'].includes(is(part)));
}

/** Whether code has a path of the script in it, whatever stands around that. */
function namesIt(code: string, script: string, is: (word: string) => Same): boolean {
  if (code.split(/[^\p{L}\p{N}_./~+@%-]+/u).some((word) => word.includes('/') && is(word) === 'is'))
    return true;
  const isPlain = /^[\p{L}\p{N}_./~+@%-]+$/u.test(script);
  return !isPlain && code.split(script).some((_, at, all) => at > 0 && !/^[\w./-]/.test(all[at] ?? ''));
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, at) => part === b[at]);
}

/** The parts of a path, without `.` and with `..` resolved as far as there is something before it. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  return parts;
}
