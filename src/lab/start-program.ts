import {
  type ChildProcess,
  type ChildProcessByStdio,
  type SpawnOptions,
  type SpawnOptionsWithStdioTuple,
  spawn,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { rootVariable } from './layout.ts';
import { watchedVariable } from './variants/timing.ts';

/** What a process of a lab inherits of whoever started the lab (environ(7), locale(7)). */
const HANDED_ON: readonly string[] = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR', 'LANG', 'LANGUAGE', 'LC_ALL'],
  ...['LC_ADDRESS', 'LC_COLLATE', 'LC_CTYPE', 'LC_IDENTIFICATION', 'LC_MEASUREMENT', 'LC_MESSAGES'],
  ...['LC_MONETARY', 'LC_NAME', 'LC_NUMERIC', 'LC_PAPER', 'LC_TELEPHONE', 'LC_TIME'],
];

/** Whose process it is, and what the drill watches: every process of a lab has both. Empty in a process of no lab. */
export function labVariables(): Record<string, string> {
  return pick([rootVariable, watchedVariable]);
}

/** The environment of a process of the lab that is given no other. */
export function inherited(): Record<string, string> {
  return { ...pick(HANDED_ON), ...labVariables() };
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/**
 * `spawn` of node:child_process, in the one place of the lab that starts programs: `options.env` is the whole environment, and where it is
 * left out it is what a process of the lab inherits.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  options: SpawnOptionsWithStdioTuple<'pipe', 'pipe', 'pipe'>,
): ChildProcessByStdio<Writable, Readable, Readable>;
export function startProgram(file: string, args: readonly string[], options: SpawnOptions): ChildProcess;
export function startProgram(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(file, args, { env: inherited(), ...options });
}

/** Runs a program to its end. Rejects, as execa does, where that is not exit code 0. */
export async function runProgram(file: string, args: readonly string[]): Promise<void> {
  await execa(file, args, { env: inherited(), extendEnv: false, stdin: 'ignore' });
}
