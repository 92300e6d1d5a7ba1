import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/drill/model/journal.ts';
import type { Verdict } from '../../../src/drill/model/verdict.ts';
import { cleanLevel2, FOREVER, life, neverStops, type Scenario, T0 } from '../scenario.ts';
import type { Change } from '../scenarios/case.ts';
import { acceptedOf, type Fault, judged, played } from './faults.ts';
import { type Outcome, PairJudge } from './pairs.ts';

function fault(name: string, change: Change): Fault {
  const verdict = judged(played(cleanLevel2, [change]));
  const accepted = acceptedOf(verdict);
  return { base: 'clean level 2', name, begins: cleanLevel2, change, verdict, accepted };
}

const runsOn = fault('hermes runs on', (s) => neverStops(s, 'hermes'));
const locked = fault('the store is locked', (s) => {
  s.store = () => ({ kind: 'unreadable', reason: 'locked' });
});
const copied = fault('a copy of shiva', (s) => void s.lives.push(life('shiva', 'knox', 777, 0, FOREVER)));
const nobody = fault('nobody of hermes is left', (s) => {
  s.lives = s.lives.filter(({ services }) => !services.includes('hermes'));
});

/** A judge to which whatever is accepted covers all the rest. */
function blind(entries: readonly Entry[]): Verdict {
  const verdict = judged(entries);
  const opened = entries.find(({ kind }) => kind === 'opened');
  const known = opened?.kind === 'opened' && opened.knownIssues.length > 0;
  return known ? { ...verdict, exitCode: 0 } : verdict;
}
/** A judge that lets nothing pass. */
const strict = (entries: readonly Entry[]): Verdict => ({ ...judged(entries), exitCode: 1 });
const kindOf = (accepted: Fault, other: Fault, judge = blind): Outcome['kind'] =>
  new PairJudge(judge).outcomeOf({ accepted, other }).kind;

describe('a pair of faults', () => {
  it('hides the second where the drill ends with 0 and the journal shows it', () => {
    expect(kindOf(runsOn, locked)).toBe('hides');
    expect(kindOf(copied, locked)).toBe('hides');
    expect(kindOf(runsOn, locked, strict)).toBe('said');
  });

  it('hides nothing where the second is accepted as well', () => {
    expect(
      kindOf(
        runsOn,
        fault('the same', (s) => neverStops(s, 'hermes')),
        judged,
      ),
    ).toBe('said');
  });

  it('is left out, with the reason, where the second cannot be laid over the first, or adds nothing', () => {
    const outcome = (accepted: Fault, other: Fault): Outcome =>
      new PairJudge(blind).outcomeOf({ accepted, other });
    expect(outcome(nobody, runsOn)).toMatchObject({
      kind: 'left out',
      why: expect.stringContaining('leaves nothing'),
    });
    const late = fault('hermes is late', (s: Scenario) => {
      for (const one of s.lives) if (one.pid === 202) one.toMs = T0 + 7000;
    });
    expect(outcome(runsOn, late)).toMatchObject({
      kind: 'left out',
      why: expect.stringContaining('all the same'),
    });
  });
});
