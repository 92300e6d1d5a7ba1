import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldens } from '../../../../test/judge/goldens.ts';
import { FINDINGS } from '../../model/findings.ts';
import { openCase } from '../evidence/case-file.ts';
import { JUDGES } from './all.ts';

/** What no question finds: that a judge failed, or left something unsaid, is found over all of them (verdict/judge.ts). */
const OVER_ALL = ['judge-failed'];

describe('the list of judges', () => {
  it('has every code of the catalogue, so that a reader finds what decides it', () => {
    const listed = new Set([...JUDGES.flatMap(({ codes }) => codes), ...OVER_ALL]);
    expect([...listed].sort()).toEqual(Object.keys(FINDINGS).sort());
  });

  it('names files that are there', () => {
    const missing = JUDGES.flatMap(({ decidedIn }) => decidedIn).filter(
      (file) => !existsSync(new URL(`../${file}`, import.meta.url)),
    );
    expect(missing).toEqual([]);
  });

  it('has of each judge every code that it gives in any golden drill', () => {
    const cases = goldens.map((golden) => openCase(golden.journal()));
    const unlisted = JUDGES.flatMap(({ name, codes, judge }) =>
      cases.flatMap((c) =>
        judge(c).flatMap(({ code }) => (codes.includes(code) ? [] : [`${name}: ${code}`])),
      ),
    );
    expect([...new Set(unlisted)]).toEqual([]);
  }, 120_000);
});
