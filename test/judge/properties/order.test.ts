import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judge } from '../../../src/drill/09-judge/verdict/judge.ts';
import type { Entry } from '../../../src/drill/model/journal.ts';
import type { Verdict } from '../../../src/drill/model/verdict.ts';
import { perturbed } from './perturbed.ts';
import { runs } from './runs.ts';

const options = { today: '2026-11-22', strict: false };

/** What does not depend on the order in which hosts and services are named. */
function withoutOrder(verdict: Verdict): unknown {
  const by = <T>(list: readonly T[], key: (one: T) => string): T[] =>
    list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    ...verdict,
    findings: by(
      verdict.findings.map((f) => ({ ...f, evidence: f.evidence.toSorted() })),
      (f) => JSON.stringify(f),
    ),
    halt: { ...verdict.halt, services: by(verdict.halt.services, ({ service }) => service) },
    controls: by(verdict.controls, ({ host }) => host),
    notTested: verdict.notTested.map((what) => what.split(/\W+/).toSorted().join(' ')),
  };
}

// Records of one instant in any order, and records of the two hosts' samples as the one or the other was written first.
function shuffled(journal: readonly Entry[], seed: readonly number[]): Entry[] {
  const [opened, ...rest] = journal;
  const last = rest.pop();
  const key = rest.map((entry, index) => ({ entry, at: entry.atMs, tie: seed[index % seed.length] ?? 0 }));
  const between = key.toSorted((a, b) => a.at - b.at || a.tie - b.tie).map(({ entry }) => entry);
  return [opened, ...between, last].filter((entry) => entry !== undefined);
}

it('neither the order of hosts, services and simultaneous evidence changes a verdict', () => {
  fc.assert(
    fc.property(perturbed, fc.array(fc.nat(), { minLength: 50, maxLength: 50 }), ({ journal }, seed) => {
      const turned = shuffled(journal, seed).map((entry) =>
        entry.kind === 'opened'
          ? {
              ...entry,
              plan: {
                ...entry.plan,
                hosts: entry.plan.hosts.toReversed(),
                services: entry.plan.services.toReversed(),
              },
            }
          : entry,
      );
      expect(withoutOrder(judge(turned, options))).toEqual(withoutOrder(judge(journal, options)));
    }),
    runs(80),
  );
}, 7_200_000);
