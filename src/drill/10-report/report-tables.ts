import type { GuardSummary, Moment, Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape.ts';
import { section, table } from './table.ts';
import { between, latency, OUTCOMES, seconds, stateCell } from './words.ts';

const MOMENTS: Readonly<Record<Moment, string>> = {
  before: 'before',
  halted: 'halted',
  'after-crash': 'after the crash',
  'after-resume': 'after resume',
};

/** Host by service: role, outcome, and the interval after the trigger in which each stopped. */
export function servicesTable(verdict: Verdict): string {
  const pids = (list: readonly number[]): string => (list.length === 0 ? 'none' : list.join(' '));
  const rows = verdict.halt.services.map((service) => [
    escapeMarkdown(service.host, 80),
    escapeMarkdown(service.service, 80),
    service.role,
    loud(OUTCOMES[service.outcome], service.outcome === 'running' || service.outcome === 'changed'),
    service.stoppedAfterMs === null ? '' : between(service.stoppedAfterMs),
    pids(service.baselinePids),
    pids(service.finalPids),
  ]);
  return table(
    ['Host', 'Service', 'Role', 'Outcome', 'Stopped after', 'Pids before', 'Pids at the end'],
    rows.sort((a, b) => compare(a[0], b[0])),
  );
}

/** Bold where the eye has to stop. */
function loud(text: string, wrong: boolean): string {
  return wrong ? `**${text}**` : text;
}

function compare(a: string | undefined, b: string | undefined): number {
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1;
}

/** API and store side by side at each moment, and what became of the crash. */
export function brokerSection(verdict: Verdict): string {
  const { moments, crash } = verdict.broker;
  const order = Object.keys(MOMENTS) as Moment[];
  const rows = order.map((moment) => {
    const found = moments.find((m) => m.moment === moment);
    return [MOMENTS[moment], stateCell(found?.api ?? null), stateCell(found?.store ?? null)];
  });
  return section(
    'The broker’s state',
    table(['Moment', 'API (a claim)', 'Store (read without the broker)'], rows),
    crash.done ? crashSentence(crash) : `The broker was not killed: ${escapeMarkdown(crash.why)}`,
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
export function effectsTable(verdict: Verdict): string {
  if (verdict.effects.length === 0) {
    return 'Processes only: this drill looks at no independent system.';
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
      escapeMarkdown(effect.asset, 80),
      effect.expected,
      number(effect.ordersAtBaseline),
      number(effect.ordersAfterDeadline),
      number(effect.positionBefore),
      number(effect.positionAfter),
      number(effect.openAfter),
    ]),
  );
}

const GUARD_OUTCOMES: Readonly<Record<GuardSummary['outcome'], string>> = {
  refused: 'refused, and nothing came of it',
  harmless: 'accepted, and nothing came of it',
  'took effect': '**took effect**',
  unclear: '**not known**',
  'not tried': 'not tried',
};

/** What became of the requests that had to be refused, or to do nothing. */
export function guardsTable(verdict: Verdict): string {
  if (verdict.guards.length === 0) return 'This drill tries none.';
  const logged = { true: 'yes', false: '**no**', null: '' };
  return table(
    ['Request', 'What came of it', 'Answer', 'In the audit log'],
    verdict.guards.map((guard) => [
      `${escapeMarkdown(guard.what)} (\`${guard.guard}\`)`,
      GUARD_OUTCOMES[guard.outcome],
      guard.answer === null ? '' : escapeMarkdown(guard.answer, 120),
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
export function stopConditionsTable(verdict: Verdict): string {
  if (verdict.stopConditions.length === 0) return 'None were watched.';
  return table(
    ['Condition', 'Then', 'Came true'],
    verdict.stopConditions.map(({ condition, action, met }) => [
      escapeMarkdown(condition, 200),
      THEN[action],
      met === null ? 'no' : `**yes**: ${escapeMarkdown(met, 200)}`,
    ]),
  );
}

/** How well each host could be seen. */
export function controlsTable(verdict: Verdict): string {
  if (verdict.controls.length === 0) return 'No host was observed.';
  return table(
    ['Host', 'Samples', 'Longest gap', 'Probe saw a killed canary gone after', 'Controls held'],
    verdict.controls.map((control) => [
      escapeMarkdown(control.host, 80),
      String(control.samples),
      control.longestGapMs === null ? 'not known' : `${seconds(control.longestGapMs, Math.ceil)} s`,
      latency(control.latencyMs),
      control.held ? 'yes' : '**no**',
    ]),
  );
}
