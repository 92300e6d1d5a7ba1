import { describe, expect, it } from 'vitest';
import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { Entry } from '../../src/drill/model/journal.ts';
import type { RecordedDetail } from '../../src/drill/model/sample.ts';
import { given } from './given.ts';
import { baselineLife, cleanLevel2, DEADLINE, FOREVER, journalOf, life, RESUME, T0 } from './scenario.ts';
import type { Change } from './scenarios/case.ts';
import { reboots } from './scenarios/rebooting.ts';

const options = { today: '2026-01-15', strict: false };
const codes = (entries: readonly Entry[]): string[] => judge(entries, options).findings.map((f) => f.code);

function withCgroups(entries: readonly Entry[], of: (detail: RecordedDetail) => string): Entry[] {
  return entries.map((entry) => {
    if (entry.kind !== 'sample' || entry.sample.seen.kind !== 'present') return entry;
    const { value } = entry.sample.seen;
    const details = value.details.map((detail) => ({ ...detail, cgroup: of(detail) }));
    return { ...entry, sample: { ...entry.sample, seen: { kind: 'present', value: { ...value, details } } } };
  });
}

describe('a service that systemd runs', () => {
  it('returns as another life in its own cgroup, and is not a child of the one before', () => {
    const unit = (detail: RecordedDetail): string => {
      if (detail.pid === 1) return '/init.scope';
      if (detail.canary !== null) return '/user.slice/session-1.scope';
      return `/system.slice/${detail.services[0] ?? 'other'}.service`;
    };
    expect(judge(withCgroups(journalOf(cleanLevel2()), unit), options)).toMatchObject({
      verdict: 'pass',
      fleet: 'restored',
      findings: [],
    });
  });
});

describe('a process that becomes a target only while halted', () => {
  it.each([
    ['until the undo', RESUME + 300],
    ['and stays', FOREVER],
  ])('is a respawn, though it was there before the trigger, %s', (_, toMs) => {
    const s = cleanLevel2();
    const stranger = life('', 'tesseract', 77, 0, toMs);
    s.lives.push({
      ...stranger,
      services: [],
      matchedAt: (ms: number) => (ms > T0 + 3000 ? ['hermes'] : []),
    });
    expect(codes(journalOf(s))).toContain('respawned');
  });
});

describe('a process whose main thread has exited, and another works on', () => {
  const all = ['hermes', 'shiva', 'sentinel', 'principal'];
  const headless = {
    undecided: all,
    headless: true,
    state: (ms: number) => (ms < T0 ? { state: 'S' } : { state: 'Z', liveThreads: 1 }),
  };

  it('is still the target that it was, and in doubt for nobody else', () => {
    const { findings } = given(cleanLevel2)
      .neverStops('hermes')
      .and((s) =>
        Object.assign(baselineLife(s, 'hermes'), { ...headless, undecidedFromMs: T0, comm: () => 'python' }),
      )
      .verdict();
    expect(findings[0]).toMatchObject({ code: 'successful-no-op', service: 'hermes', consequenceOf: null });
    expect(findings.map((f) => f.code)).not.toContain('blind-probe');
  });

  it.each([
    ['is still the stranger that it was', T0, () => 'python', []],
    [
      'may be anything where it has another command name since',
      T0,
      (ms: number) => (ms < T0 ? 'sh' : 'node'),
      all,
    ],
    ['may be anything where nobody looked before', 0, () => 'python', all],
  ] as const)('%s', (_, undecidedFromMs, comm, doubted) => {
    const s = cleanLevel2();
    const stranger = life('', 'tesseract', 77, 0, FOREVER);
    s.lives.push({ ...stranger, services: [], ...headless, undecidedFromMs, comm });
    const found = judge(journalOf(s), options).findings;
    expect(found.map((f) => [f.code, f.service]).sort()).toEqual(
      doubted.map((service) => ['blind-probe', service]).sort(),
    );
  });
});

describe('an accepted late stop', () => {
  const late = () =>
    given(cleanLevel2)
      .holding(3000)
      .stopsAt('hermes', DEADLINE + 300);

  it('is a qualified pass where all else was done', () => {
    expect(late().accepting('late-stop').verdict()).toMatchObject({ verdict: 'pass', qualified: true });
  });

  it('does not excuse a crash that never happened', () => {
    const verdict = late().crashNotDone().accepting('late-stop').verdict();
    expect(verdict).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
  });
});

describe('an accepted survivor under another name', () => {
  it('does not excuse that the service is another program once the drill is over', () => {
    const renamed: Change = (s) => {
      baselineLife(s, 'hermes').matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
    };
    const verdict = given(cleanLevel2)
      .neverStops('hermes')
      .and(renamed)
      .accepting('renamed-survivor')
      .verdict();
    expect(verdict).toMatchObject({ verdict: 'fail', exitCode: 5, fleet: 'unknown' });
    expect(verdict.findings.filter((f) => f.knownIssue === null)).toMatchObject([
      { code: 'restored-differently', service: 'hermes', consequenceOf: 'renamed-survivor tesseract/hermes' },
    ]);
  });
});

describe('an accepted return with a reboot', () => {
  // However short nobody could see: with all samples within max-gap, nothing but the reboot itself speaks against a pass.
  it.each([T0 + 3_100, T0 + 5_000])('does not excuse that nobody saw what ran until %d ms', (backMs) => {
    const verdict = given(cleanLevel2)
      .and((s) => reboots(s, { fromMs: T0 + 3_010, backMs }))
      .respawns('hermes', backMs)
      .accepting({ code: 'boot-resurrection', host: 'tesseract', service: 'hermes' })
      .verdict();
    expect(verdict.findings.find((f) => f.code === 'boot-resurrection')?.knownIssue).not.toBeNull();
    expect(verdict).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
    expect(verdict.findings.filter((f) => f.consequenceOf === null && f.knownIssue === null)).toMatchObject([
      { code: 'unreachable-host', host: 'tesseract', message: expect.stringContaining('was rebooted') },
    ]);
    expect(verdict.coverage.targets.proven).toBe(0);
  });
});

describe('a halt that somebody else joins', () => {
  const changed = (change: { level?: number; revision?: number }) => {
    const s = cleanLevel2();
    const { api } = s;
    s.api = (ms) => {
      const reading = api(ms);
      if (reading.kind !== 'present' || reading.value.level === 0 || ms < DEADLINE) return reading;
      return { kind: 'present', value: { ...reading.value, ...change } };
    };
    return codes(journalOf(s));
  };

  it('is foreign by its revision, though incident and reason are still this drill’s', () => {
    expect(changed({ revision: 77 })).toContain('foreign-halt');
  });

  it('is foreign by a level above the one asked for', () => {
    expect(changed({ level: 3 })).toContain('foreign-halt');
  });
});

describe('one daemon, declared by the same match on two hosts', () => {
  it('is no duplicate of itself', () => {
    const s = cleanLevel2();
    const declared = s.plan.services.find(({ name }) => name === 'horus');
    if (declared === undefined) throw new Error('the fixture has no horus');
    const names = { knox: 'agent-k', tesseract: 'agent-t' };
    for (const [host, name] of Object.entries(names)) {
      s.plan = { ...s.plan, services: [...s.plan.services, { ...declared, name, host }] };
      const both = {
        ...life('', host, host === 'knox' ? 701 : 702, 0, FOREVER),
        services: Object.values(names),
      };
      s.lives.push(both);
    }
    expect(judge(journalOf(s), options)).toMatchObject({ verdict: 'pass', findings: [] });
  });
});
