import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldens } from '../../../../test/judge/goldens.ts';
import { FINDINGS } from '../../model/findings.ts';
import { openCase } from '../evidence/index.ts';
import { JUDGES } from './index.ts';

/** What no question finds: that a judge failed, or left something unsaid, is found over all of them (verdict/judge.ts). */
const OVER_ALL = ['judge-failed'];

describe('the list of judges', () => {
  it('has every code of the catalogue, so that a reader finds what decides it', () => {
    const listed = new Set([...JUDGES.flatMap(({ decides }) => Object.keys(decides)), ...OVER_ALL]);
    expect([...listed].sort()).toEqual(Object.keys(FINDINGS).sort());
  });

  it('names with each code files that are there, of which one at least speaks of it', () => {
    const said = (file: string, code: string): boolean =>
      readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').includes(`'${code}'`);
    const wrong = JUDGES.flatMap(({ name, decides }) =>
      Object.entries(decides).flatMap(([code, files]) =>
        files.some((file) => said(file, code)) ? [] : [`${name}: ${code}`],
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('has of each judge every code that it gives in any golden drill', () => {
    const cases = goldens.map((golden) => openCase(golden.journal()));
    const unlisted = JUDGES.flatMap(({ name, decides, judge }) =>
      cases.flatMap((c) => judge(c).flatMap(({ code }) => (code in decides ? [] : [`${name}: ${code}`]))),
    );
    expect([...new Set(unlisted)]).toEqual([]);
  }, 120_000);
});
