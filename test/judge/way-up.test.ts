import { describe, expect, it } from 'vitest';
import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import {
  BACK,
  cleanLevel2,
  type FakeLife,
  FOREVER,
  journalOf,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';

const judged = (s: Scenario): Verdict => judge(journalOf(s), { today: '2026-01-15', strict: false });
const told = (verdict: Verdict): string[] =>
  verdict.findings.map(({ code, service }) => (service === null ? code : `${code} ${service}`));
const later = (s: Scenario, name: string): FakeLife => {
  const found = livesOf(s, name).find(({ fromMs }) => fromMs > T0);
  if (found === undefined) throw new Error(`${name} does not come back`);
  return found;
};

/** The life that comes back begins as a child of one of the same script, which lasts so long beside it. */
const daemonizes = (s: Scenario, name: string, forMs: number, middle = false): void => {
  const daemon = later(s, name);
  const starter = { ...life(name, daemon.hosts[0] ?? '', 700, daemon.fromMs, daemon.fromMs + forMs) };
  s.lives.push(starter);
  daemon.fromMs += 20;
  daemon.start = starter.start + 2;
  daemon.ppid = starter.pid;
  if (!middle) return;
  s.lives.push({
    ...life(name, daemon.hosts[0] ?? '', 701, starter.fromMs, starter.fromMs + 300),
    start: starter.start + 1,
    ppid: 700,
  });
  daemon.ppid = 701;
};

describe('a daemon whose starter stays for a moment', () => {
  it.each([
    ['H-B1', 400, false],
    ['H-B1', 900, false],
    ['H-B1', 1_700, false],
    ['H-B2', 900, true],
  ])('%s: is the service back, its starter there for %d ms (forked twice: %s)', (_, forMs, middle) => {
    const s = cleanLevel2();
    daemonizes(s, 'hermes', forMs, middle);
    const verdict = judged(s);
    expect(told(verdict)).toEqual([]);
    expect([verdict.verdict, verdict.fleet]).toEqual(['pass', 'restored']);
  });

  it.each([400, 700])('H-B2: is the broker back after the crash, its starter there for %d ms', (forMs) => {
    const s = cleanLevel2();
    daemonizes(s, 'principal', forMs);
    const verdict = judged(s);
    expect(told(verdict)).toEqual([]);
    expect(verdict.fleet).toBe('restored');
  });

  it('H-B1: is respawned where it comes while the halt stands', () => {
    const s = cleanLevel2();
    const starter = life('hermes', 'tesseract', 700, BACK + 1000, BACK + 1800);
    const daemon = life('hermes', 'tesseract', 702, BACK + 1020, RESUME + 90);
    s.lives.push(starter, { ...daemon, start: starter.start + 1, ppid: 700 });
    const { findings } = judged(s);
    expect(findings.some(({ code, message }) => code === 'respawned' && message.includes('702'))).toBe(true);
  });

  it('H-B1: has fallen where it ends too', () => {
    const s = cleanLevel2();
    daemonizes(s, 'hermes', 900);
    later(s, 'hermes').toMs = RESUME + 2_500;
    s.lives.push(life('hermes', 'tesseract', 703, RESUME + 2_700, FOREVER));
    expect(told(judged(s))).toEqual(['unrestored-service hermes']);
  });
});
