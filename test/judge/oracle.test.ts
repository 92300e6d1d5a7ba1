import { describe, expect, it } from 'vitest';
import { missingFromProof } from './oracle.ts';
import { cleanLevel2, cleanLevel4, journalOf } from './scenario.ts';
import { cases } from './scenarios/cases.ts';
import { guarded } from './scenarios/guards.ts';

/** The oracle shares nothing with the judge: what it sees is held against the names of the cases. */
const stopping = [
  'successful-no-op',
  'late-stop',
  'respawned',
  'flapped',
  'orphaned-children',
  'renamed-survivor',
  'frozen-not-stopped',
];

describe('the oracle', () => {
  it.each([cleanLevel2, cleanLevel4, guarded])('finds the proof where it is', (make) => {
    expect(missingFromProof(journalOf(make()))).toEqual([]);
  });

  it.each(cases.filter(({ code }) => stopping.includes(code)))(
    'knows $code ($about) when it sees it',
    ({ flags }) => {
      const s = cleanLevel2();
      flags(s);
      expect(missingFromProof(journalOf(s))).not.toEqual([]);
    },
  );
});
