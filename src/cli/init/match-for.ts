import type { Match } from '../../drill/model/inventory.ts';
import { matches } from '../../drill/model/match.ts';
import type { Survey } from '../../drill/model/survey.ts';

type Process = Survey['processes'][number];

/** Whoever runs scripts is not known by its executable: the next script looks the same. */
const INTERPRETER = /\/(?:python|pypy|node|ruby|perl|php|java|bash|dash|zsh|ksh|sh|busybox|deno|bun)[\d.]*$/;

/** By what a process is recognised, and no other but its own descendants; null where nothing of it serves for that. */
export function matchFor(pid: number, all: Survey['processes']): Match | null {
  const own = all.find((process) => process.pid === pid);
  if (own === undefined) return null;
  const others = all.filter((process) => !descends(process, pid, all));
  const isUnique = (match: Match): boolean =>
    matches(match, own).is === 'yes' && others.every((other) => matches(match, other).is === 'no');
  return candidates(own).find(isUnique) ?? null;
}

function candidates({ argv, exe }: Process): Match[] {
  const words = argv.kind === 'present' ? argv.value : [];
  const script = words.slice(1).find((word) => !word.startsWith('-'));
  const isInterpreter = exe.kind !== 'present' || INTERPRETER.test(exe.value);
  if (!isInterpreter) return [{ exe: exe.value.replace(/ \(deleted\)$/, '') }];
  return script?.startsWith('/') ? [{ script }] : [];
}

function descends(process: Process, from: number, all: Survey['processes']): boolean {
  const passed = new Set<number>();
  let now: Process | undefined = process;
  while (now !== undefined && !passed.has(now.pid)) {
    if (now.pid === from) return true;
    passed.add(now.pid);
    const { ppid }: Process = now;
    now = all.find(({ pid }) => pid === ppid);
  }
  return false;
}
