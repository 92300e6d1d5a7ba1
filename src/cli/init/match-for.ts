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
  const family = familyOf(pid, all);
  const others = all.filter((process) => !family.has(process.pid));
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

/** A process and all that descends from it, each looked at once: of a host with very many, a chain of them may be as long. */
function familyOf(pid: number, all: Survey['processes']): ReadonlySet<number> {
  const children = new Map<number, number[]>();
  for (const one of all) {
    const siblings = children.get(one.ppid);
    if (siblings === undefined) children.set(one.ppid, [one.pid]);
    else siblings.push(one.pid);
  }
  // A set is walked in the order of insertion, what is added meanwhile too.
  const family = new Set([pid]);
  for (const one of family) for (const child of children.get(one) ?? []) family.add(child);
  return family;
}
