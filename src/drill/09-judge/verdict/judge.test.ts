import { describe, expect, it } from 'vitest';
import {
  asFoundLevel2,
  asFoundLevel2Held,
  asFoundLevel3,
  cleanLevel2,
  journalOf,
  life,
  RESUME,
  type Scenario,
  T0,
} from '../../../../test/judge/scenario.ts';
import type { Entry, Judging } from '../../model/journal.ts';
import type { KnownIssue } from '../../model/known-issue.ts';
import { type Finding, findingKey, type Verdict } from '../../model/verdict.ts';
import { openCase } from '../evidence/case-file.ts';
import { askAll } from '../judges/index.ts';
import { judge, judgeJournal, withoutPass } from './judge.ts';

const options = { today: '2026-11-22', strict: false };
const traders = ['foresight', 'shiva', 'hermes', 'leverage'];

function issue(id: string, code: string, level: number, host: string, services: string[]): KnownIssue {
  return {
    id,
    code,
    level,
    host,
    services,
    title: `about ${code}`,
    owner: 'operations',
    filed: '2026-11-01',
    fix: 'mend it',
    expires: '2026-11-22',
  };
}

const accepted = [
  issue('KI-001', 'successful-no-op', 2, 'tesseract', traders),
  issue('KI-002', 'unpersisted-halt', 2, 'knox', ['principal']),
  issue('KI-003', 'self-halt', 3, 'knox', ['principal']),
  issue('KI-004', 'amnesia-restart', 3, 'knox', ['principal']),
  issue('KI-005', 'wrong-host-stop', 2, 'tesseract', traders),
  issue('KI-007', 'unpersisted-halt', 3, 'knox', ['principal']),
];

const of = (s: Scenario, strict = false) => judge(journalOf(s), { ...options, strict });
const primaries = (findings: readonly Finding[]): string[] =>
  findings
    .filter((f) => f.consequenceOf === null)
    .map((f) => `${f.code} ${f.service ?? '-'}@${f.host ?? '-'}`);

describe('a clean level 2', () => {
  it('passes with every target proven and everything back', () => {
    const verdict = of(cleanLevel2(), true);
    expect(verdict.findings).toEqual([]);
    expect(verdict).toMatchObject({
      verdict: 'pass',
      qualified: false,
      exitCode: 0,
      fleet: 'restored',
      headline: 'PASS: 4 targets proven stopped for 7.14 s, and everything came back',
      coverage: {
        hosts: { declared: 2, answered: 2 },
        targets: { declared: 4, proven: 4 },
        survivors: { declared: 3, proven: 3 },
      },
    });
    expect(verdict.halt.services.find((s) => s.service === 'hermes')).toMatchObject({
      outcome: 'stopped',
      stoppedAfterMs: [200, 420],
      baselinePids: [202],
      finalPids: [302],
    });
    expect(verdict.broker.moments.map((m) => m.moment)).toEqual([
      'before',
      'halted',
      'after-crash',
      'after-resume',
    ]);
    expect(verdict.controls).toMatchObject([
      { host: 'knox', held: true, longestGapMs: 220 },
      { host: 'tesseract', held: true },
    ]);
  });
});

describe('the fleet as it was found, level 2', () => {
  it('fails with one primary finding a cause', () => {
    const verdict = of(asFoundLevel2());
    expect(verdict).toMatchObject({ verdict: 'fail', exitCode: 1, fleet: 'restored' });
    expect(verdict.headline).toBe(
      'LAB (as-found): FAIL: 4 services on tesseract still run after the broker said stopped; 1 more finding',
    );
    expect(primaries(verdict.findings).sort()).toEqual(
      [
        ...traders.map((name) => `successful-no-op ${name}@tesseract`),
        'unpersisted-halt principal@knox',
      ].sort(),
    );
    const codes = new Set(verdict.findings.map((f) => f.code));
    expect([...codes].sort()).toEqual([
      'control-missing',
      'crash-missing',
      'false-claim',
      'hold-short',
      'order-after-halt',
      'split-state',
      'state-unseen',
      'successful-no-op',
      'unpersisted-halt',
      'wrong-host-stop',
    ]);
    expect(verdict.claims).toContain(
      'The broker acknowledged the stop of hermes on knox; hermes lives on tesseract.',
    );
  });

  it('is a qualified pass with 0 targets proven once all that the bugs show themselves by is accepted, and refused by --strict', () => {
    const s = asFoundLevel2Held();
    const verdict = of(s);
    expect(verdict).toMatchObject({
      verdict: 'pass',
      qualified: true,
      exitCode: 0,
      coverage: { targets: { declared: 4, proven: 0 } },
    });
    expect(verdict.headline).toBe(
      'LAB (as-found): PASS with 4 known issues[^KI-001][^KI-002][^KI-005][^KI-006]: 0 of 4 targets proven',
    );
    expect(verdict.footnotes.map((note) => note.id)).toEqual(['KI-001', 'KI-002', 'KI-005', 'KI-006']);
    expect(of(s, true).exitCode).toBe(1);
  });

  it('is not covered by issues that have expired, nor by three services of four', () => {
    const expired = of({
      ...asFoundLevel2(),
      knownIssues: accepted.map((one) => ({ ...one, expires: '2026-11-21' })),
    });
    expect(expired).toMatchObject({ verdict: 'fail', footnotes: [] });
    expect(expired.findings.find((f) => f.code === 'unpersisted-halt')?.message).toContain(
      'KI-002 expired on 2026-11-21',
    );
    const three = accepted.map((one) => ({
      ...one,
      services: one.services.filter((name) => name !== 'hermes'),
    }));
    expect(of({ ...asFoundLevel2(), knownIssues: three })).toMatchObject({ verdict: 'fail', exitCode: 1 });
  });
});

describe('the fleet as it was found, level 3', () => {
  it('fails with self-halt and amnesia-restart, and proves the targets all the same', () => {
    const verdict = of(asFoundLevel3());
    expect(primaries(verdict.findings)).toEqual([
      'amnesia-restart principal@knox',
      'self-halt principal@knox',
    ]);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      exitCode: 1,
      fleet: 'restored',
      coverage: { targets: { proven: 4 } },
    });
    const [before, halted, after] = verdict.broker.moments;
    expect(before?.api).toMatchObject({ level: 0, incident: null });
    expect(halted?.api).toMatchObject({ level: 3, incident: 'i-1' });
    expect(after).toMatchObject({ moment: 'after-crash', api: { level: 0, incident: null } });
  });

  it('takes what was claimed from the reply where the broker died before it could be asked', () => {
    const s = asFoundLevel3();
    const api = s.api;
    s.api = (ms) => (ms > 4990 && ms < 5900 ? { kind: 'unreadable', reason: 'refused' } : api(ms));
    const verdict = of(s);
    expect(primaries(verdict.findings)).toEqual([
      'amnesia-restart principal@knox',
      'self-halt principal@knox',
    ]);
    expect(verdict.broker.moments[1]?.api).toMatchObject({ level: 3, incident: 'i-1' });
  });

  it('is a qualified pass once all three are accepted', () => {
    const verdict = of({ ...asFoundLevel3(), knownIssues: accepted });
    expect(verdict.headline).toBe(
      'LAB (as-found): PASS with 3 known issues[^KI-003][^KI-004][^KI-007]: 4 of 4 targets proven',
    );
    expect(verdict).toMatchObject({ verdict: 'pass', qualified: true, exitCode: 0 });
  });
});

describe('known issues', () => {
  it('leave a footnote when they are no longer seen, and cover nothing unacceptable', () => {
    const verdict = of({ ...cleanLevel2(), knownIssues: accepted });
    expect(verdict).toMatchObject({ verdict: 'pass', qualified: false });
    expect(verdict.footnotes.map((note) => [note.id, note.findings])).toEqual([
      ['KI-001', 0],
      ['KI-002', 0],
      ['KI-005', 0],
    ]);
    const s = cleanLevel2();
    s.audit = (ms) => (ms < 9000 ? cleanLevel2().audit(ms) : { kind: 'present', value: [] });
    const bent = of({ ...s, knownIssues: [issue('KI-9', 'audit-tampered', 2, 'knox', ['principal'])] });
    expect(bent).toMatchObject({ verdict: 'fail' });
  });
});

describe('a drill that did not run, or was cut short', () => {
  it('is not-run without a trigger intent, and the fleet untouched', () => {
    const s = cleanLevel2();
    Object.assign(s, { triggered: false, crash: null, resumeAt: null, endMs: 5000 });
    s.canaries = s.canaries.map((canary) => ({ ...canary, killedMs: null, goneMs: 1_000_000 }));
    s.lives = s.lives.filter((one) => !one.services.includes('hermes'));
    const verdict = of(s);
    expect(verdict).toMatchObject({ verdict: 'not-run', exitCode: 3, fleet: 'untouched' });
    expect(primaries(verdict.findings)).toEqual(['vacuous-target hermes@tesseract']);
    expect(verdict.headline).toContain('NOT RUN: hermes');
  });

  it('leans on no known issue but the one that covers what was found', () => {
    const s = cleanLevel2();
    Object.assign(s, { triggered: false, crash: null, resumeAt: null, endMs: 5000 });
    s.lives.push(life('hermes', 'tesseract', 701, 0, 1_000_000));
    s.knownIssues = [issue('KI-5', 'duplicate-instance', 2, 'tesseract', ['hermes']), ...accepted];
    const verdict = of(s);
    expect(verdict).toMatchObject({ verdict: 'not-run', findings: [{ knownIssue: 'KI-5' }] });
    expect(verdict.footnotes.map(({ id, findings }) => [id, findings])).toEqual([['KI-5', 1]]);
  });

  it('is aborted after an interruption, with its findings kept, exit 4', () => {
    const s = cleanLevel2();
    s.interruptedAt = 8000;
    s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 60_000 } };
    const verdict = of(s);
    expect(verdict).toMatchObject({ verdict: 'aborted', exitCode: 4, fleet: 'restored' });
    expect(verdict.findings.map((f) => f.code)).toEqual(['hold-short']);
    expect(verdict.findings[0]?.message).toMatch(/ The drill was interrupted: .+\.$/);
  });

  it('presumes a trigger without outcome to have fired', () => {
    const verdict = of({ ...cleanLevel2(), withOutcome: false });
    expect(verdict.verdict).not.toBe('not-run');
    expect(verdict.halt.acknowledged).toBeNull();
  });

  it('exits 5 whatever else it finds when the fleet did not come back', () => {
    const s = asFoundLevel2();
    s.knownIssues = accepted;
    const hermes = s.lives.find((one) => one.services.includes('hermes'));
    if (hermes !== undefined) hermes.toMs = 16_000;
    expect(of(s)).toMatchObject({ exitCode: 5, fleet: 'halted' });
  });
});

describe('a drill that failed inside', () => {
  const failed = (s: Scenario): Verdict => {
    const body = { kind: 'failed', why: 'the disk is full' } as const;
    return of({ ...s, also: [{ atMs: s.endMs + 50, body }] });
  };

  it('passes in nothing, and the headline keeps what stands before the word', () => {
    const failing = 'INCONCLUSIVE: the drill ended with an internal error, so its evidence may not be whole';
    expect(failed(cleanLevel2())).toMatchObject({ verdict: 'inconclusive', exitCode: 70, headline: failing });
    expect(failed(asFoundLevel2Held())).toMatchObject({
      verdict: 'inconclusive',
      qualified: false,
      exitCode: 70,
      headline: `LAB (as-found): ${failing}`,
    });
  });

  it('keeps another verdict', () => {
    const bare = ({ findings, headline, exitCode }: Verdict) => [
      findings.map(findingKey),
      headline,
      exitCode,
    ];
    expect(bare(failed(asFoundLevel2()))).toEqual(bare(of(asFoundLevel2())));
  });

  it('keeps the exit code of a fleet that is not restored', () => {
    const verdict = of(cleanLevel2());
    expect(withoutPass({ ...verdict, exitCode: 5 })).toMatchObject({ verdict: 'inconclusive', exitCode: 5 });
    expect(withoutPass({ ...verdict, headline: 'PASS,\nin two lines' }).headline).not.toContain('lines');
  });
});

describe('what no judge says', () => {
  const unjudged = (change: (s: Scenario) => void) => {
    const s = cleanLevel2();
    change(s);
    return judge(journalOf(s), options, []);
  };
  const silent = (s: Scenario): void => {
    s.sampling = (_, ms) => (ms < 9000 ? 'kept' : 'failed');
  };
  const unproven = (verdict: Verdict): string[] =>
    verdict.findings.flatMap((f) => (f.code === 'judge-failed' ? [`${f.service}@${f.host}`] : []));

  it('is nothing where all is proven', () => {
    expect(unjudged(() => undefined)).toMatchObject({ verdict: 'pass', findings: [], fleet: 'restored' });
  });

  it('is no pass where a service is not proven to be as the drill demands', () => {
    const verdict = unjudged((s) => {
      // It was down before the trigger.
      s.lives = s.lives.filter((one) => one.pid !== 202);
      for (const one of s.lives) if (one.services.includes('horus')) one.toMs = T0 + 400;
    });
    expect(verdict.verdict).toBe('inconclusive');
    expect(unproven(verdict)).toEqual(['horus@knox', 'hermes@tesseract']);
    expect(verdict.findings[1]?.message).toBe(
      'What the drill demands of hermes is not proven, and no judge says why.',
    );
  });

  it('is no pass where the fleet is not proven to be restored', () => {
    const verdict = unjudged((s) => {
      s.api = (ms) => (ms < RESUME ? cleanLevel2().api(ms) : { kind: 'unreadable', reason: 'no route' });
    });
    expect(verdict).toMatchObject({ verdict: 'inconclusive', fleet: 'unknown', exitCode: 5 });
    expect(verdict.findings).toMatchObject([
      { code: 'undo-unseen', message: 'It is not proven that the fleet was restored.' },
    ]);
  });

  it('is said by the interruption where there was one', () => {
    const verdict = unjudged((s) => {
      silent(s);
      s.interruptedAt = 8000;
    });
    expect(verdict).toMatchObject({ verdict: 'aborted', fleet: 'unknown' });
    expect(verdict.findings.map(({ code }) => code)).not.toContain('undo-unseen');
    expect(unproven(verdict)).toHaveLength(7);
  });

  it('is nothing where nothing was triggered', () => {
    const s = cleanLevel2();
    Object.assign(s, { triggered: false, crash: null, resumeAt: null, endMs: 5000 });
    expect(judge(journalOf(s), options, [])).toMatchObject({ verdict: 'not-run', findings: [] });
  });
});

describe('a journal', () => {
  const [opening, ...rest] = journalOf(asFoundLevel2Held());
  if (opening?.kind !== 'opened') throw new Error('no plan');
  const by = (judging: Judging): Entry[] => [
    { ...opening, judging, gateSkipped: 'the level below is drilled next week' },
    ...rest,
  ];

  it('is judged as it was asked for when the drill began', () => {
    expect(judgeJournal(by({ today: '2026-11-22', strict: true })).exitCode).toBe(1);
    expect(judgeJournal(by({ today: '2026-11-22', strict: false })).exitCode).toBe(0);
    expect(judgeJournal(by({ today: '2026-11-23', strict: false })).verdict).toBe('fail');
  });

  it('is judged otherwise where that is asked for', () => {
    expect(judgeJournal(by({ today: '2026-11-22', strict: false }), { strict: true }).exitCode).toBe(1);
    expect(judgeJournal(by({ today: '2026-11-22', strict: true }), { today: '2026-11-23' })).toMatchObject({
      verdict: 'fail',
    });
  });

  it('cannot be judged without the record that holds the plan', () => {
    expect(() => judgeJournal(rest)).toThrow('no `opened` record');
  });

  it('gives the verdict its times, and why a gate was skipped', () => {
    const s = cleanLevel2();
    const [first, last] = [journalOf(s)[0], journalOf(s).at(-1)];
    expect(of(s)).toMatchObject({ startedAt: first?.wall, finishedAt: last?.wall });
    expect(of(s)).not.toHaveProperty('gateSkipped');
    expect(judgeJournal(by(options)).gateSkipped).toBe('the level below is drilled next week');
  });
});

describe('the judges', () => {
  it('turn an error into an inconclusive finding', () => {
    const c = openCase(journalOf(cleanLevel2()));
    const [only] = askAll(c, [
      {
        name: 'teapots',
        judge: () => {
          throw new TypeError('short and stout');
        },
      },
    ]);
    expect(only).toMatchObject({
      code: 'judge-failed',
      severity: 'inconclusive',
      message: 'The judge of teapots failed: short and stout.',
    });
  });

  it('give the same verdict whatever the order of hosts and services', () => {
    const s = asFoundLevel2();
    const there = of(s);
    s.plan = { ...s.plan, hosts: [...s.plan.hosts].reverse(), services: [...s.plan.services].reverse() };
    s.lives.reverse();
    const back = of(s);
    const bare = (findings: readonly Finding[]) => findings.map(({ evidence: _, ...rest }) => rest);
    expect(bare(back.findings)).toEqual(bare(there.findings));
    expect([back.verdict, back.headline, back.exitCode]).toEqual([
      there.verdict,
      there.headline,
      there.exitCode,
    ]);
  });

  it('refuse a journal without a plan', () => {
    expect(() => judge([], options)).toThrow('no `opened` record');
  });
});
