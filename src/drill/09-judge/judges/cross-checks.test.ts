import { describe, expect, it } from 'vitest';
import { cleanLevel2, journalOf, RESUME, type Scenario, T0 } from '../../../../test/judge/scenario.ts';
import { judge } from '../verdict/judge.ts';

/** Pid of hermes before the trigger. */
const HERMES = 202;
const HELD = RESUME - 300;

function found(checks: Scenario['crossChecks'], change: (s: Scenario) => void = () => undefined) {
  const s = cleanLevel2();
  s.crossChecks = checks;
  change(s);
  return judge(journalOf(s), { today: '2026-11-22', strict: false }).findings;
}

const check = (atMs: number, listed: number[]) => ({ host: 'tesseract', atMs, asked: [HERMES], listed });

describe('a target that the probe says is gone', () => {
  it('is believed where the second reader does not list it', () => {
    expect(found([check(HELD, [])])).toEqual([]);
  });

  it('makes the probe blind where the second reader goes on listing it', () => {
    const findings = found([check(HELD, [HERMES]), check(HELD + 100, [HERMES])]);
    expect(findings).toMatchObject([{ code: 'blind-probe', host: 'tesseract' }]);
    expect(findings[0]?.message).toContain(`pid ${HERMES} (hermes)`);
  });

  it('is no dispute once the second reader, asked again, no longer lists it', () => {
    expect(found([check(HELD, [HERMES]), check(HELD + 100, [])])).toEqual([]);
  });

  it('is no dispute where a stranger has its pid by now, which both readers see', () => {
    const findings = found([check(HELD, [HERMES])], (s) => {
      const stranger = s.lives.find((one) => one.pid === 50 && one.hosts.includes('tesseract'));
      if (stranger === undefined) throw new Error('the fixture has no stranger');
      s.lives.push({ ...stranger, pid: HERMES, start: 77, fromMs: T0 + 1000 });
    });
    expect(findings).toEqual([]);
  });

  it('is no dispute just after its death, when the samples before still showed it', () => {
    expect(found([check(T0 + 500, [HERMES])])).toEqual([]);
  });
});
