import { describe, expect, it } from 'vitest';
import { cleanLevel2, journalOf, T0 } from '../../../../test/judge/scenario.ts';
import type { Change } from '../../../../test/judge/scenarios/case.ts';
import { leftHalted } from '../../../../test/judge/scenarios/stops.ts';
import type { FindingCode, Subject } from '../../model/findings.ts';
import type { EntryBody } from '../../model/journal.ts';
import type { Finding, Footnote } from '../../model/verdict.ts';
import { openCase } from '../evidence/case-file.ts';
import { finding } from '../finding.ts';
import { type HeadlineFacts, headlineOf } from './headline.ts';

const halt: HeadlineFacts['halt'] = {
  acknowledged: true,
  withinMs: 5000,
  holdMs: 6000,
  heldMs: 7140,
  services: [],
};
const clean: HeadlineFacts = {
  verdict: 'pass',
  fleet: 'restored',
  findings: [],
  footnotes: [],
  targets: { declared: 4, proven: 4 },
  halt,
};

function headline(facts: Partial<HeadlineFacts>, change: Change = () => undefined): string {
  const s = cleanLevel2();
  change(s);
  return headlineOf(openCase(journalOf(s)), { ...clean, ...facts });
}

const hermes = { host: 'tesseract', service: 'hermes' };
const shiva = { host: 'tesseract', service: 'shiva' };
const horus = { host: 'knox', service: 'horus' };
const of = (code: FindingCode, subject: Subject = hermes, message = 'a message'): Finding =>
  finding(code, subject, message);
const failed = (...findings: readonly Finding[]): string => headline({ verdict: 'fail', findings });
const note = (id: string, findings: number): Footnote => ({
  id,
  title: 'about it',
  owner: 'operations',
  filed: '2026-11-01',
  fix: 'mend it',
  expires: '2026-12-01',
  findings,
});

describe('the headline of a pass', () => {
  it.each<[string, Partial<HeadlineFacts>, string]>([
    ['many targets', {}, 'PASS: 4 targets proven stopped for 7.14 s, and everything came back'],
    [
      'one target',
      { targets: { declared: 1, proven: 1 } },
      'PASS: 1 target proven stopped for 7.14 s, and everything came back',
    ],
    [
      'no target',
      { targets: { declared: 0, proven: 0 } },
      'PASS: the halt held for 7.14 s, and everything came back',
    ],
    ['a fleet that was not touched', { fleet: 'untouched' }, 'PASS: 4 targets proven stopped for 7.14 s'],
    [
      'issues that nothing leant on',
      { footnotes: [note('KI-001', 0)] },
      'PASS: 4 targets proven stopped for 7.14 s, and everything came back',
    ],
    [
      'one issue',
      { footnotes: [note('KI-001', 0), note('KI-002', 3)], targets: { declared: 4, proven: 3 } },
      'PASS with 1 known issue[^KI-002]: 3 of 4 targets proven',
    ],
    [
      'two issues',
      { footnotes: [note('KI-001', 1), note('KI-002', 3)] },
      'PASS with 2 known issues[^KI-001][^KI-002]: 4 of 4 targets proven',
    ],
  ])('counts %s', (_, facts, words) => {
    expect(headline(facts)).toBe(words);
  });

  it('names the asset where nothing else had to stop', () => {
    const ofOne: Change = (s) => {
      s.plan = { ...s.plan, asset: 'DOGE-USD' };
    };
    expect(headline({ targets: { declared: 0, proven: 0 } }, ofOne)).toBe(
      'PASS: the halt of DOGE-USD held for 7.14 s, and everything came back',
    );
  });

  it.each([
    [{ status: false }, ' (not covered: API status)'],
    [{ store: false }, ' (not covered: state store, history of incidents)'],
    [{}, ''],
  ])('says where %j leaves something uncovered', (sources, words) => {
    const change: Change = (s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, ...sources } };
    };
    expect(headline({}, change)).toBe(
      `PASS: 4 targets proven stopped for 7.14 s, and everything came back${words}`,
    );
    expect(headline({ footnotes: [note('KI-001', 1)] }, change)).toBe(
      `PASS with 1 known issue[^KI-001]: 4 of 4 targets proven${words}`,
    );
  });
});

describe('the headline of a failure', () => {
  it.each<[string, readonly Finding[]]>([
    ['hermes on tesseract still runs after the broker said stopped', [of('successful-no-op')]],
    [
      '2 services on tesseract still run after the broker said stopped',
      [of('successful-no-op'), of('successful-no-op', shiva)],
    ],
    ['a service still runs after the broker said stopped', [of('successful-no-op', {})]],
    ['hermes on tesseract did not stop wholly', [of('partial-stop')]],
    ['2 services did not stop wholly', [of('partial-stop'), of('partial-stop', horus)]],
    ['hermes on tesseract stopped after the deadline', [of('late-stop')]],
    ['hermes on tesseract came back while halted', [of('respawned')]],
    ['hermes on tesseract came back while halted, and went again', [of('flapped')]],
    ['horus on knox had to survive and was stopped', [of('collateral-stop', horus)]],
    [
      '2 services had to survive and were stopped',
      [of('collateral-stop', horus), of('collateral-stop', shiva)],
    ],
    ['horus on knox had to survive and was restarted', [of('survivor-restarted', horus)]],
    [
      '2 services had to survive and were restarted',
      [of('survivor-restarted', horus), of('survivor-restarted', shiva)],
    ],
    ['hermes on tesseract did not come back after the resume', [of('unrestored-service')]],
    ['trading did not go on after the resume', [of('unrestored-service', { ...horus, asset: 'DOGE-USD' })]],
    ['a step of the manual resume failed on knox', [of('manual-resume-failed', horus)]],
    [
      'a step of the manual resume failed',
      [of('manual-resume-failed', horus), of('manual-resume-failed', shiva)],
    ],
    ['the broker stopped itself', [of('self-halt', horus)]],
    ['the broker restarted and forgot the halt', [of('amnesia-restart', horus)]],
    ['API and store disagree (horus on knox)', [of('split-state', horus)]],
    ['API and store disagree', [of('split-state', {})]],
    ['API and store disagree (2 times)', [of('split-state', horus), of('split-state', shiva)]],
    ['the position is not flat (DOGE-USD)', [of('position-not-flat', { ...horus, asset: 'DOGE-USD' })]],
    ['a service came back as something else (hermes on tesseract)', [of('restored-differently')]],
    ['hermes on tesseract did not stop wholly; 1 more finding', [of('partial-stop'), of('late-stop', shiva)]],
    [
      'hermes on tesseract did not stop wholly; 2 more findings',
      [of('partial-stop'), of('late-stop', shiva), of('split-state', horus)],
    ],
    [
      'hermes on tesseract did not stop wholly',
      [of('partial-stop'), { ...of('late-stop', shiva), consequenceOf: 'partial-stop tesseract/hermes' }],
    ],
  ])('%s', (words, findings) => {
    expect(failed(...findings)).toBe(`FAIL: ${words}`);
  });

  it('begins with a primary finding, whatever comes first', () => {
    expect(
      failed({ ...of('false-claim'), consequenceOf: 'late-stop tesseract/shiva' }, of('late-stop', shiva)),
    ).toBe('FAIL: shiva on tesseract stopped after the deadline');
  });

  it('is about what was not accepted, and is no doubt', () => {
    const accepted = { ...of('successful-no-op'), knownIssue: 'KI-001' };
    expect(failed(accepted, of('blind-probe', horus), of('late-stop', shiva))).toBe(
      'FAIL: shiva on tesseract stopped after the deadline',
    );
  });

  it('does not count a doubt of the same code as one more of it', () => {
    const doubt = { ...of('late-stop', horus), severity: 'inconclusive' as const };
    expect(headline({ verdict: 'inconclusive', findings: [of('late-stop'), doubt] })).toBe(
      'INCONCLUSIVE: hermes on tesseract stopped after the deadline',
    );
  });

  it('is about the consequences where their cause is only a doubt', () => {
    const late = { ...of('late-stop', shiva), consequenceOf: 'blind-probe tesseract/-' };
    expect(failed(of('blind-probe', { host: 'tesseract' }), late)).toBe(
      'FAIL: shiva on tesseract stopped after the deadline',
    );
  });

  it('says so where no finding says why', () => {
    expect(failed()).toBe('FAIL: no finding says why');
  });
});

describe('the headline of a drill that could not tell', () => {
  it.each<[string, readonly Finding[]]>([
    ['knox could not be observed', [of('unreachable-host', { host: 'knox' })]],
    ['a host could not be observed', [of('unreachable-host', {})]],
    [
      '2 hosts could not be observed',
      [of('unreachable-host', { host: 'knox' }), of('unreachable-host', { host: 'tesseract' })],
    ],
    ['hermes was not as it must be before the trigger', [of('vacuous-target')]],
    ['something was not as it must be before the trigger', [of('vacuous-target', {})]],
    [
      '2 things were not as they must be before the trigger',
      [of('vacuous-target'), of('vacuous-target', shiva)],
    ],
    ['there was nothing to stop (DOGE-USD)', [of('vacuous-target', { asset: 'DOGE-USD' })]],
    [
      'hermes on tesseract stopped after the deadline',
      [{ ...of('successful-no-op', horus), knownIssue: 'KI-001' }, of('late-stop')],
    ],
  ])('%s', (words, findings) => {
    expect(headline({ verdict: 'inconclusive', findings })).toBe(`INCONCLUSIVE: ${words}`);
  });
});

const triggerless: Change = (s) => {
  s.triggered = false;
  s.crash = null;
  s.resumeAt = null;
  s.endMs = T0;
};
const noting =
  (...bodies: readonly EntryBody[]): Change =>
  (s) => {
    triggerless(s);
    for (const body of bodies) s.also.push({ atMs: T0 - 100, body });
  };
const stage = (text: string | null): EntryBody => ({
  kind: 'stage',
  stage: 'baseline',
  event: 'end',
  note: text,
});

describe('the headline of a drill that did not run', () => {
  const notRun = (change: Change, findings: readonly Finding[] = []): string =>
    headline({ verdict: 'not-run', fleet: 'untouched', findings }, change);

  it.each<[string, readonly Finding[]]>([
    ['knox: it would not survive', [of('interlock', horus, 'knox: it would not survive.')]],
    ['a. b', [of('interlock', horus, 'a. b')]],
    ['2 interlocks refused', [of('interlock', horus, 'a.'), of('interlock', shiva, 'b.')]],
  ])('%s', (words, findings) => {
    expect(notRun(triggerless, findings)).toBe(`NOT RUN: ${words}`);
  });

  it('says by what it was interrupted, before anything else', () => {
    const change: Change = (s) => {
      triggerless(s);
      s.interruptedAt = T0 - 50;
    };
    expect(notRun(change, [of('interlock', horus, 'a.')])).toBe(
      'NOT RUN: SIGINT, before anything was triggered',
    );
  });

  it.each([
    ['the last note of a stage', [stage('one'), stage('two'), stage(null)], 'two'],
    ['nothing more where there is no note', [stage(null)], 'nothing was triggered'],
    ['nothing more where there is no stage', [], 'nothing was triggered'],
  ] as const)('says %s', (_, bodies, words) => {
    expect(notRun(noting(...bodies))).toBe(`NOT RUN: ${words}`);
  });
});

describe('the headline of a drill that was broken off', () => {
  const interrupted: Change = (s) => {
    s.interruptedAt = T0 + 1000;
  };

  it.each<[string, Partial<HeadlineFacts>, Change, string]>([
    ['all is back', {}, interrupted, 'ABORTED: SIGINT; the fleet is restored'],
    ['nothing was touched', { fleet: 'untouched' }, interrupted, 'ABORTED: SIGINT'],
    ['nobody wrote down why', {}, () => undefined, 'ABORTED: interrupted; the fleet is restored'],
    [
      'it is still halted',
      { fleet: 'halted' },
      interrupted,
      'THE FLEET IS NOT PROVEN RESTORED; ABORTED: SIGINT',
    ],
    [
      'a rule left it halted',
      { fleet: 'halted' },
      (s) => leftHalted(s, T0 + 6500),
      'ABORTED: THE FLEET IS LEFT HALTED by the rule survivor-dies (then: hold): horus on knox (pid 120) has ended',
    ],
    [
      'a rule left it, and it is as it was',
      {},
      (s) => leftHalted(s, T0 + 6500),
      'ABORTED: SIGINT; the fleet is restored',
    ],
  ])('where %s', (_, facts, change, words) => {
    expect(headline({ verdict: 'aborted', ...facts }, change)).toBe(words);
  });

  it('is another one where the drill failed before the rule came true', () => {
    const findings = [of('late-stop')];
    expect(headline({ verdict: 'fail', fleet: 'halted', findings }, (s) => leftHalted(s, T0 + 6500))).toBe(
      'THE FLEET IS NOT PROVEN RESTORED; FAIL: hermes on tesseract stopped after the deadline',
    );
  });
});

it.each([
  ['halted', 'THE FLEET IS NOT PROVEN RESTORED; '],
  ['unknown', 'THE FLEET IS NOT PROVEN RESTORED; '],
  ['restored', ''],
  ['untouched', ''],
] as const)('a fleet that is %s begins the headline with "%s"', (fleet, words) => {
  expect(headline({ verdict: 'fail', fleet, findings: [of('self-halt')] })).toBe(
    `${words}FAIL: the broker stopped itself`,
  );
});

it('a lab says so before all else', () => {
  const inLab: Change = (s) => {
    s.plan = { ...s.plan, environment: 'lab:reference' };
  };
  expect(headline({ verdict: 'fail', fleet: 'halted', findings: [of('self-halt')] }, inLab)).toBe(
    'LAB (reference): THE FLEET IS NOT PROVEN RESTORED; FAIL: the broker stopped itself',
  );
});
