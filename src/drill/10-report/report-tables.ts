import { plain } from '../model/harmless.ts';
import type { GuardSummary, Moment, ServiceSummary, Verdict } from '../model/verdict.ts';
import { type Block, paragraph, type Section, section, type Text, table } from './blocks.ts';
import { between, latency, OUTCOMES, seconds, stateCell } from './words.ts';

const MOMENTS: Readonly<Record<Moment, string>> = {
  before: 'before',
  halted: 'halted',
  'after-crash': 'after the crash',
  'after-resume': 'after resume',
};

/** Host by service: role, outcome, and the interval after the trigger in which each stopped. */
export function servicesTable(verdict: Verdict): Block {
  const pids = (list: readonly number[]): string => (list.length === 0 ? 'none' : list.join(' '));
  const rows = [...verdict.halt.services]
    .sort(byHost)
    .map((service) => [
      plain(service.host, 80),
      plain(service.service, 80),
      service.role,
      loud(OUTCOMES[service.outcome], service.outcome === 'running' || service.outcome === 'changed'),
      service.stoppedAfterMs === null ? '' : between(service.stoppedAfterMs),
      pids(service.baselinePids),
      pids(service.finalPids),
    ]);
  return table(
    ['Host', 'Service', 'Role', 'Outcome', 'Stopped after', 'Pids before', 'Pids at the end'],
    rows,
  );
}

/** Bold where the eye has to stop. */
function loud(text: string, wrong: boolean): Text {
  return wrong ? [{ bold: text }] : text;
}

function byHost(a: ServiceSummary, b: ServiceSummary): number {
  return a.host === b.host ? 0 : a.host < b.host ? -1 : 1;
}

/** API and store side by side at each moment, and what became of the crash. */
export function brokerSection(verdict: Verdict): Section {
  const { moments, crash } = verdict.broker;
  const order = Object.keys(MOMENTS) as Moment[];
  const rows = order.map((moment) => {
    const found = moments.find((m) => m.moment === moment);
    const cell = (state: Parameters<typeof stateCell>[0], source: string): Text =>
      state === null && verdict.notCovered?.includes(source) === true ? 'not covered' : stateCell(state);
    return [
      MOMENTS[moment],
      cell(found?.api ?? null, 'API status'),
      cell(found?.store ?? null, 'state store'),
    ];
  });
  return section(
    'The broker’s state',
    table(['Moment', 'API (a claim)', 'Store (read without the broker)'], rows),
    paragraph(crash.done ? crashSentence(crash) : `The broker was not killed: ${plain(crash.why)}`),
  );
}

function crashSentence(crash: Extract<Verdict['broker']['crash'], { done: true }>): string {
  const killed = `Killed with SIGKILL while halted: pid ${crash.killedPid}.`;
  if (crash.newPid === null) return `${killed} It was not seen to come back.`;
  const after =
    crash.backAfterMs === null ? '' : ` and answered after ${seconds(crash.backAfterMs, Math.ceil)} s`;
  return `${killed} It came back as pid ${crash.newPid}${after}.`;
}

/** What the independent system showed, by asset. */
export function effectsTable(verdict: Verdict): Block {
  if (verdict.effects.length === 0) {
    return paragraph('Processes only: this drill looks at no independent system.');
  }
  const number = (n: number | null): string => (n === null ? 'not known' : String(n));
  return table(
    [
      'Asset',
      'Expected',
      'Orders at baseline',
      'Orders after the deadline',
      'Position before',
      'after',
      'Open orders after',
    ],
    verdict.effects.map((effect) => [
      plain(effect.asset, 80),
      effect.expected,
      number(effect.ordersAtBaseline),
      number(effect.ordersAfterDeadline),
      number(effect.positionBefore),
      number(effect.positionAfter),
      number(effect.openAfter),
    ]),
  );
}

const GUARD_OUTCOMES: Readonly<Record<GuardSummary['outcome'], Text>> = {
  refused: 'refused, and nothing came of it',
  harmless: 'accepted, and nothing came of it',
  'took effect': [{ bold: 'took effect' }],
  unclear: [{ bold: 'not known' }],
  'not tried': 'not tried',
};

/** What became of the requests that had to be refused, or to do nothing. */
export function guardsTable(verdict: Verdict): Block {
  if (verdict.guards.length === 0) return paragraph('This drill tries none.');
  const logged = { true: 'yes', false: [{ bold: 'no' }], null: '' };
  return table(
    ['Request', 'What came of it', 'Answer', 'In the audit log'],
    verdict.guards.map((guard) => [
      [`${plain(guard.what)} (`, { code: guard.guard }, ')'],
      GUARD_OUTCOMES[guard.outcome],
      guard.answer === null ? '' : plain(guard.answer, 120),
      logged[`${guard.logged}`],
    ]),
  );
}

const THEN: Readonly<Record<Verdict['stopConditions'][number]['action'], string>> = {
  resume: 'end and resume',
  hold: 'leave the fleet halted',
  'hands-off': 'touch nothing more',
};

/** What would have ended the drill early, and what did. */
export function stopConditionsTable(verdict: Verdict): Block {
  if (verdict.stopConditions.length === 0) return paragraph('None were watched.');
  return table(
    ['Condition', 'Then', 'Came true'],
    verdict.stopConditions.map(({ condition, action, met }) => [
      plain(condition, 200),
      THEN[action],
      met === null ? 'no' : [{ bold: 'yes' }, `: ${plain(met, 200)}`],
    ]),
  );
}

/** How well each host could be seen. */
export function controlsTable(verdict: Verdict): Block {
  if (verdict.controls.length === 0) return paragraph('No host was observed.');
  return table(
    ['Host', 'Samples', 'Longest gap', 'Probe saw a killed canary gone after', 'Controls held'],
    verdict.controls.map((control) => [
      plain(control.host, 80),
      String(control.samples),
      control.longestGapMs === null ? 'not known' : `${seconds(control.longestGapMs, Math.ceil)} s`,
      latency(control.latencyMs),
      loud(control.held ? 'yes' : 'no', !control.held),
    ]),
  );
}
