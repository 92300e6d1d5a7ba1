import type { Proof } from '../model/proof.ts';
import { age } from './age.ts';
import { columns } from './columns.ts';
import { provesAll } from './proves-all.ts';

const HEAD = ['level', 'drill', 'proven', 'in full', 'last run', 'inventory'];

/**
 * What is proven and how old each proof is, as text for a terminal. A lab's proofs stand apart, under their own
 * heading: they are proofs of the drill, never of a fleet. `now` is ISO 8601, UTC.
 */
export function statusTable(proofs: readonly Proof[], now: string): string {
  const live = proofs.filter((proof) => proof.environment === 'live');
  const labs = proofs.filter((proof) => proof.environment !== 'live');
  const parts = [
    'The fleet',
    live.length === 0 ? '  nothing is proven: no drill has run on a live fleet' : block(live, now, false),
  ];
  if (labs.length > 0) {
    parts.push(
      '',
      'The embedded lab (says that the drill works, nothing about a fleet)',
      block(labs, now, true),
    );
  }
  return `${parts.join('\n')}\n`;
}

function block(proofs: readonly Proof[], now: string, lab: boolean): string {
  const groups = new Map<string, Proof[]>();
  for (const proof of proofs) {
    const key = JSON.stringify([proof.level, proof.drill, proof.environment]);
    groups.set(key, [...(groups.get(key) ?? []), proof]);
  }
  const rows = [...groups.values()]
    .map((group) => [...group].sort((a, b) => order(a.finishedAt, b.finishedAt)))
    .sort((a, b) => subject(a).level - subject(b).level || order(name(a, lab), name(b, lab)))
    .map((group) => row(group, now, lab));
  return columns([HEAD, ...rows]);
}

function row(group: readonly Proof[], now: string, lab: boolean): string[] {
  const last = subject(group);
  const full = group.findLast(provesAll);
  return [
    String(last.level),
    name(group, lab),
    `${last.proven.length} of ${last.declared}`,
    full === undefined ? 'never' : age(full.finishedAt, now),
    lastRun(last, now),
    last.inventorySha256.slice(0, 8),
  ];
}

function lastRun({ verdict, qualified, finishedAt }: Proof, now: string): string {
  const when = age(finishedAt, now);
  if (verdict === 'running') return `began ${when}, no end on record`;
  return `${verdict}${qualified ? ' with known issues' : ''}, ${when}`;
}

function name(group: readonly Proof[], lab: boolean): string {
  const { drill, environment } = subject(group);
  return lab ? `${drill} (${environment})` : drill;
}

/** The latest of a group. */
function subject(group: readonly Proof[]): Proof {
  const last = group.at(-1);
  if (last === undefined) throw new Error('a group of proofs is never empty');
  return last;
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
