import { describe, expect, it } from 'vitest';
import { asFound, passed } from '../../../test/support/verdicts.ts';
import type { Verdict } from '../model/verdict.ts';
import { manualSections } from './manual-section.ts';
import { markdownSections } from './markdown.ts';

const LIFT = { host: 'knox', service: null, command: ['lift', '--incident', 'inc-7'] } as const;
const START = { host: 'tesseract', service: 'hermes', command: ['/opt/start', "it's hermes"] } as const;
const drilled = (manualResume: Verdict['manualResume'], more: Partial<Verdict> = {}): string =>
  markdownSections(
    manualSections({ ...passed, ...more, ...(manualResume !== undefined && { manualResume }) }),
  );

describe('the manual resume in a report', () => {
  it('is a checklist with the exact commands', () => {
    const text = drilled([
      { ...LIFT, outcome: 'by hand' },
      { ...START, outcome: 'succeeded' },
    ]);
    expect(text).toContain(
      '| 1 | knox | lifts the halt | lift --incident inc-7 | done by hand, somebody said |',
    );
    expect(text).toContain(
      "| 2 | tesseract | starts hermes | /opt/start 'it'\\\\''s hermes' | run; it succeeded |",
    );
    expect(text).not.toContain('left to do');
  });

  it('says what is left to do where the fleet is not back, but not under a halt of somebody else', () => {
    const steps = [{ ...LIFT, outcome: 'not taken' }] as const;
    expect(drilled(steps, { fleet: 'halted' })).toContain('is left to do, in this order.');
    const [first] = asFound.findings;
    if (first === undefined) throw new Error('no finding');
    const foreign = drilled(steps, { fleet: 'halted', findings: [{ ...first, code: 'foreign-halt' }] });
    expect(foreign).toContain('take no step before they agree');
    expect(foreign).not.toContain('left to do');
  });

  it('is in no report of another drill', () => {
    expect(drilled(undefined)).toBe('');
  });

  it('makes what a broker called its incident harmless, and shows all of the command', () => {
    const hostile = `inc|\u001b[2J\`${'x'.repeat(1000)}\``;
    const text = drilled([{ ...LIFT, command: ['lift', hostile], outcome: 'unknown' }]);
    expect(text).toContain(`inc\\|\\\`${'x'.repeat(1000)}\\\``);
    expect(text).not.toContain('\u001b');
  });
});
