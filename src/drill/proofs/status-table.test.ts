import { describe, expect, it } from 'vitest';
import { passed } from '../../../test/support/verdicts.ts';
import type { Proof } from '../model/proof.ts';
import { proofOf } from './proof-of.ts';
import { statusTable } from './status-table.ts';

const now = '2026-11-25T10:30:14.456Z';
const lab = proofOf(passed);
const live: Proof = { ...lab, environment: 'live' };

describe('status', () => {
  it('says that nothing is proven where nothing has run', () => {
    expect(statusTable([], now)).toBe('The fleet\n  nothing is proven: no drill has run on a live fleet\n');
  });

  it('never counts a lab as the fleet', () => {
    const text = statusTable([lab], now);
    const [fleet = '', labs = ''] = text.split('\n\n');
    expect(fleet).toBe('The fleet\n  nothing is proven: no drill has run on a live fleet');
    expect(labs).toContain('level-2-halt-trading (lab:reference)');
  });

  it('takes an environment it does not know for a lab', () => {
    expect(statusTable([{ ...lab, environment: 'LIVE' }], now)).toContain('nothing is proven: no drill');
  });

  it('shows the latest run and the age of the latest full proof', () => {
    const failed: Proof = { ...live, verdict: 'fail', proven: [], finishedAt: '2026-11-25T09:00:00Z' };
    expect(statusTable([failed, live], now)).toBe(
      [
        'The fleet',
        '  level  drill                 proven  in full     last run          inventory',
        '  2      level-2-halt-trading  0 of 5  3 days ago  fail, 1 hour ago  d7b1305a',
        '',
      ].join('\n'),
    );
  });

  it('C3: shows that a drill began and has no end, though an older one passed', () => {
    const begun: Proof = { ...live, verdict: 'running', proven: [], finishedAt: '2026-11-25T09:00:00Z' };
    expect(statusTable([live, begun], now)).toContain('3 days ago  began 1 hour ago, no end on record');
  });

  it('does not take a pass with known issues, or a partial one, for a full proof', () => {
    for (const other of [{ qualified: true }, { declared: 6 }, { verdict: 'inconclusive' as const }]) {
      expect(statusTable([{ ...live, ...other }], now)).toMatch(/ {2}never {2}/);
    }
  });
});
