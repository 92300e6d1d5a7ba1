import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { Given, told } from './given.ts';
import {
  BACK,
  cleanLevel2,
  type FakeLife,
  FOREVER,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';

const judged = (s: Scenario): Verdict => new Given(s).verdict();
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

describe('a check by the same script, before the service', () => {
  /** A life with other arguments that ends then, so long before the one that comes back. */
  const checks = (s: Scenario, name: string, fingerprint: string, forMs: number, beforeMs = 100): void => {
    const service = later(s, name);
    const check = life(name, service.hosts[0] ?? '', 710, service.fromMs, service.fromMs + forMs);
    s.lives.push({ ...check, fingerprint });
    service.fromMs += forMs + beforeMs;
    service.start = check.start + 2 + forMs + beforeMs;
  };

  it('H-B3: has not fallen', () => {
    const s = cleanLevel2();
    checks(s, 'hermes', 'check', 700);
    expect([judged(s).verdict, told(judged(s))]).toEqual(['pass', []]);
  });

  it('H-B3: is no second death of the broker', () => {
    const s = cleanLevel2();
    // It answers 300 ms after it is there.
    checks(s, 'principal', 'check', 250, 10);
    expect(told(judged(s))).toEqual([]);
  });

  it.each([
    ['is the service itself', (s: Scenario) => checks(s, 'hermes', 'f', 700)],
    ['lasts longer than max-gap', (s: Scenario) => checks(s, 'hermes', 'check', 1_700)],
    ['is long over', (s: Scenario) => checks(s, 'hermes', 'check', 700, 1_700)],
  ])('H-B3: has fallen where it %s', (_, change) => {
    const s = cleanLevel2();
    change(s);
    if (_ === 'is the service itself') for (const one of livesOf(s, 'hermes')) one.fingerprint = 'f';
    expect(told(judged(s))).toEqual(['unrestored-service hermes']);
  });
});

describe('a stop tool that is the script of the service', () => {
  const tool = (fromMs: number, toMs: number, fingerprint = 'stop'): string[] => {
    const s = cleanLevel2();
    s.lives.push({ ...life('hermes', 'tesseract', 720, fromMs, toMs), fingerprint });
    return told(judged(s));
  };

  it('H-C1: is no return where it was there before the service was gone, and goes by the deadline', () => {
    expect(tool(T0 + 200, T0 + 1_500)).toEqual([]);
  });

  it('H-C1: is a second one of it where it has the same arguments', () => {
    const [own] = livesOf(cleanLevel2(), 'hermes');
    expect(tool(T0 + 200, T0 + 1_500, own?.fingerprint ?? 'f-hermes')).toContain('flapped hermes');
  });

  it.each([
    ['that comes after the service was gone', T0 + 900, T0 + 1_900],
    ['that goes after the deadline', T0 + 200, T0 + 5_900],
  ])('H-C1: is one %s', (_, fromMs, toMs) => {
    expect(tool(fromMs, toMs)).toContain('flapped hermes');
  });
});
