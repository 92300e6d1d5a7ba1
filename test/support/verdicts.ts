import type { BrokerState } from '../../src/drill/model/broker-state.ts';
import type { Finding, ServiceSummary, Verdict } from '../../src/drill/model/verdict.ts';

const TRADERS = ['foresight', 'shiva', 'hermes', 'leverage'] as const;

function state(level: number, incident: string | null, revision: number): BrokerState {
  const reason = incident === null ? null : 'haltdrill drill level-2-halt-trading nonce7f3a';
  return { level, incident, reason, revision, asset: null };
}

const target = (service: string, at: readonly [number, number], pid: number): ServiceSummary => ({
  service,
  host: 'tesseract',
  role: 'target',
  outcome: 'stopped',
  stoppedAfterMs: at,
  baselinePids: [pid],
  finalPids: [pid + 1000],
  counter: 'steady',
});

const principal: ServiceSummary = {
  service: 'principal',
  host: 'knox',
  role: 'survivor',
  outcome: 'kept',
  stoppedAfterMs: null,
  baselinePids: [4100],
  finalPids: [5100],
  counter: null,
};

/** A clean pass of level 2 on the reference lab. */
export const passed: Verdict = {
  schemaVersion: 1,
  drillId: '20261122T103000Z-level-2-k3x9',
  drill: 'level-2-halt-trading',
  title: 'Halt all trading',
  level: 2,
  verdict: 'pass',
  qualified: false,
  headline: 'LAB (reference): PASS: 4 targets proven stopped for 6.2 s, and everything came back',
  environment: 'lab:reference',
  runner: '0.1.0',
  inventory: {
    path: 'inventory.yaml',
    sha256: 'd7b1305a399ce07b60690b9315c7c39c2b6e53fb860841fa666e7e7cd6495870',
  },
  fleet: 'restored',
  exitCode: 0,
  startedAt: '2026-11-22T10:30:00.123Z',
  finishedAt: '2026-11-22T10:30:14.456Z',
  findings: [],
  footnotes: [],
  coverage: {
    hosts: { declared: 2, answered: 2 },
    targets: { declared: 4, proven: 4 },
    survivors: { declared: 1, proven: 1 },
  },
  halt: {
    acknowledged: true,
    withinMs: 5000,
    holdMs: 6000,
    heldMs: 6219,
    services: [
      target('foresight', [411.2, 619.5], 4201),
      target('shiva', [411.2, 619.5], 4202),
      target('hermes', [520, 731], 4203),
      target('leverage', [-12, 98], 4204),
      principal,
    ],
  },
  broker: {
    moments: [
      { moment: 'before', api: state(0, null, 6), store: state(0, null, 6) },
      { moment: 'halted', api: state(2, 'inc-7', 7), store: state(2, 'inc-7', 7) },
      { moment: 'after-crash', api: state(2, 'inc-7', 7), store: state(2, 'inc-7', 7) },
      { moment: 'after-resume', api: state(0, null, 8), store: state(0, null, 8) },
    ],
    crash: { done: true, killedPid: 4100, newPid: 5100, backAfterMs: 834 },
  },
  guards: [
    {
      guard: 'no-token',
      what: 'a halt without a token',
      outcome: 'refused',
      answer: 'HTTP 401',
      logged: true,
    },
  ],
  stopConditions: [{ condition: 'foreign-incident', action: 'hands-off', met: null }],
  effects: [
    {
      asset: 'DOGE-USD',
      expected: 'silent',
      ordersAtBaseline: 21,
      ordersAfterDeadline: 0,
      positionBefore: 12.5,
      positionAfter: 11,
      openAfter: 0,
    },
  ],
  controls: [
    { host: 'knox', samples: 140, longestGapMs: 131, latencyMs: { fromMs: 3, toMs: 108 }, held: true },
    { host: 'tesseract', samples: 138, longestGapMs: 204, latencyMs: { fromMs: 5, toMs: 121 }, held: true },
  ],
  claims: ['The broker acknowledged the stop of hermes on tesseract.'],
  notTested: ['Power loss: SIGKILL keeps the page cache.'],
};

const noOps: Finding[] = TRADERS.flatMap((service): Finding[] => [
  {
    code: 'successful-no-op',
    severity: 'fail',
    host: 'tesseract',
    service,
    message: `acknowledged, and pid 42 of ${service} still ran 5.1 s after the trigger`,
    evidence: ['e-41', 'e-97'],
    consequenceOf: null,
    knownIssue: null,
  },
  {
    code: 'false-claim',
    severity: 'fail',
    host: 'tesseract',
    service,
    message: `the audit log says that ${service} was stopped`,
    evidence: ['e-120'],
    consequenceOf: `successful-no-op tesseract/${service}`,
    knownIssue: null,
  },
]);

const unpersisted: Finding = {
  code: 'unpersisted-halt',
  severity: 'fail',
  host: 'knox',
  service: 'principal',
  message: 'the API says level 2, the store stayed at level 0',
  evidence: [],
  consequenceOf: null,
  knownIssue: null,
};

/** Level 2 of the fleet as it was found: four successful no-ops, and a halt that is only in memory. */
export const asFound: Verdict = {
  ...passed,
  verdict: 'fail',
  headline: 'LAB (as-found): FAIL: 4 services on tesseract still run after the broker said stopped',
  environment: 'lab:as-found',
  exitCode: 1,
  findings: [...noOps, unpersisted],
  coverage: { ...passed.coverage, targets: { declared: 4, proven: 0 } },
  halt: {
    ...passed.halt,
    heldMs: null,
    services: passed.halt.services.map((service) =>
      service.role === 'target'
        ? { ...service, outcome: 'running', stoppedAfterMs: null, finalPids: service.baselinePids }
        : service,
    ),
  },
  broker: {
    moments: [
      { moment: 'before', api: state(0, null, 0), store: state(0, null, 0) },
      { moment: 'halted', api: state(2, 'inc-1', 1), store: state(0, null, 0) },
      { moment: 'after-resume', api: { unreadable: 'HTTP 500 | oops' }, store: state(0, null, 0) },
    ],
    crash: { done: false, why: 'the stop is not proven' },
  },
  effects: passed.effects.map((effect) => ({ ...effect, ordersAfterDeadline: 37 })),
  claims: ['The broker acknowledged the stop of hermes on knox; hermes lives on tesseract.'],
};

/** The same with both bugs accepted, and a third issue that was filed and not seen. */
export const qualified: Verdict = {
  ...asFound,
  verdict: 'pass',
  qualified: true,
  headline: 'LAB (as-found): PASS with 2 known issues[^KI-001][^KI-002]: 0 of 4 targets proven',
  exitCode: 0,
  findings: asFound.findings.map((finding) => ({
    ...finding,
    knownIssue: finding.code === 'unpersisted-halt' ? 'KI-002' : 'KI-001',
  })),
  footnotes: [
    footnote('KI-001', 'Level 2 runs launchctl on knox for daemons that live on tesseract', 8),
    footnote('KI-002', 'Halt state lives in the memory of the broker', 1),
    footnote('KI-009', 'Hermes was slow.', 0),
  ],
};

function footnote(id: string, title: string, findings: number) {
  return {
    id,
    title,
    owner: 'operations',
    filed: '2026-11-01',
    fix: 'Mirror the ssh path',
    expires: '2099-12-31',
    findings,
  };
}

/** Keys whose values are words of ours; all other texts of a verdict came from somebody else. */
const OURS = [
  'code',
  'severity',
  'verdict',
  'fleet',
  'role',
  'outcome',
  'counter',
  'moment',
  'guard',
  'expected',
  'action',
  'consequenceOf',
];

/** A verdict with everything in it, in which `text` stands wherever somebody else's text can. */
export function hostileVerdict(text: string): Verdict {
  const spoilt = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return OURS.includes(key) ? value : text;
    if (Array.isArray(value)) return value.map((item) => spoilt(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, spoilt(item, name)]));
  };
  const full: Verdict = {
    ...qualified,
    gateSkipped: 'why',
    broker: { ...asFound.broker, crash: { done: false, why: 'why' } },
    stopConditions: [{ condition: 'a', action: 'resume', met: 'b' }],
    findings: [...qualified.findings, { ...unpersisted, host: null, service: null, asset: 'DOGE-USD' }],
  };
  return spoilt(full, '') as Verdict;
}
