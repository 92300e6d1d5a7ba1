import type { Entry } from '../../../src/drill/model/journal.ts';
import type { KnownIssue } from '../../../src/drill/model/known-issue.ts';
import type { Verdict } from '../../../src/drill/model/verdict.ts';
import type { Scenario } from '../scenario.ts';
import { acceptedAlike, alike, allFaults, type Fault, judged, played } from './faults.ts';
import { leftOut } from './left-out.ts';
import { type Leaves, leavesOf, shareOf, type Trace, traceOf } from './trace.ts';

/**
 * Two faults in one drill, the first of them accepted: what that acceptance may never do is let the drill end with exit code 0 where
 * the second fault alone would not.
 */
export interface Pair {
  readonly accepted: Fault;
  readonly other: Fault;
}

export type Outcome =
  /** The exit code is not 0, or the other fault alone would give 0 under the same acceptance. */
  | { readonly kind: 'said' }
  | { readonly kind: 'hides'; readonly accepted: readonly KnownIssue[] }
  /** It ends with 0, but nothing shows that the other fault is in that journal. */
  | { readonly kind: 'left out'; readonly why: string };

/** Every pair, or those of one fault for each thing that a judge says; `turn` says which one of each. */
export function pairsOf(which: 'all' | { readonly turn: number }, faults = allFaults()): Pair[] {
  const one = (list: readonly Fault[]): Fault[] =>
    which === 'all' ? [...list] : list.slice(which.turn % list.length).slice(0, 1);
  const [accepted, others] = [acceptedAlike(faults).flatMap(one), alike(faults).flatMap(one)];
  return accepted.flatMap((first) =>
    others
      .filter((other) => other !== first && other.base === first.base)
      .map((other) => ({ accepted: first, other })),
  );
}

export function nameOf({ accepted, other }: Pair): string {
  return `${accepted.base}: [${accepted.name}] hides [${other.name}]`;
}

/** Judges pairs; keeps what it learns of each fault alone. */
export class PairJudge {
  readonly #judge: (entries: readonly Entry[]) => Verdict;
  readonly #clean = new Map<() => Scenario, Leaves>();
  readonly #traces = new Map<Fault, Trace>();
  readonly #alone = new Map<string, number>();

  constructor(judge = judged) {
    this.#judge = judge;
  }

  outcomeOf(pair: Pair): Outcome {
    const { accepted, other } = pair;
    const listed = leftOut.find((one) => one.accepted.test(accepted.name) && one.other.test(other.name));
    if (listed !== undefined) return { kind: 'left out', why: listed.why };
    if (this.#exitAlone(other, accepted.accepted) === 0) return { kind: 'said' };
    const shares: number[] = [];
    for (const order of [
      [accepted, other],
      [other, accepted],
    ]) {
      const journal = laidOver(order, accepted.accepted);
      if (typeof journal === 'string') return { kind: 'left out', why: journal };
      const { exitCode, findings } = this.#judge(journal);
      // Where nothing was accepted, the other fault has taken the place of that which was to be: then the other way round.
      if (exitCode !== 0 && findings.some(({ knownIssue }) => knownIssue !== null)) break;
      if (exitCode !== 0) continue;
      const share = shareOf(this.#traceOf(other), leavesOf(journal));
      if (share === 1 && !this.#isIn(accepted, other)) return { kind: 'hides', accepted: accepted.accepted };
      shares.push(share);
    }
    if (shares.length === 0) return { kind: 'said' };
    if (this.#isIn(accepted, other))
      return { kind: 'left out', why: 'the accepted fault alone leaves all the same in the journal' };
    const most = Math.round(100 * Math.max(...shares));
    return { kind: 'left out', why: `the accepted fault takes the other's place: ${most} % of it is there` };
  }

  /** Nothing of the other fault would be new in a journal of the accepted one. */
  #isIn(accepted: Fault, other: Fault): boolean {
    return shareOf(this.#traceOf(other), leavesOf(played(accepted.begins, [accepted.change]))) === 1;
  }

  #traceOf(fault: Fault): Trace {
    const clean = this.#clean.get(fault.begins) ?? leavesOf(played(fault.begins, []));
    this.#clean.set(fault.begins, clean);
    const trace = this.#traces.get(fault) ?? traceOf(leavesOf(played(fault.begins, [fault.change])), clean);
    this.#traces.set(fault, trace);
    return trace;
  }

  // An acceptance of what it has not changes nothing: most faults need no second judgement.
  #exitAlone(fault: Fault, known: readonly KnownIssue[]): number {
    const meets = fault.verdict.findings.some((one) =>
      known.some((issue) => issue.code === one.code && issue.host === one.host),
    );
    if (!meets) return fault.verdict.exitCode;
    const key = `${fault.base} ${fault.name} ${JSON.stringify(known)}`;
    const exit = this.#alone.get(key) ?? this.#judge(played(fault.begins, [fault.change], known)).exitCode;
    this.#alone.set(key, exit);
    return exit;
  }
}

/** The journal of both; or why there is none. */
function laidOver(order: readonly Fault[], known: readonly KnownIssue[]): Entry[] | string {
  const [first] = order;
  if (first === undefined) throw new Error('no fault');
  try {
    return played(
      first.begins,
      order.map(({ change }) => change),
      known,
    );
  } catch (error) {
    return `one leaves nothing that the other could change: ${error instanceof Error ? error.message : error}`;
  }
}
