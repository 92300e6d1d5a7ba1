import type { BrokerState } from '../model/broker-state.ts';
import { FINDINGS } from '../model/findings.ts';
import { plain } from '../model/harmless.ts';
import type { ServiceSummary, Verdict } from '../model/verdict.ts';
import type { Text } from './blocks.ts';
import { between, count, OUTCOMES, seconds } from './words.ts';

/** What this verdict proves, sentence by sentence. Accepted is not proven. */
export function provenLines(verdict: Verdict): string[] {
  const { targets, survivors } = verdict.coverage;
  const lines: string[] = [];
  if (targets.proven > 0) {
    lines.push(
      `${targets.proven} of ${targets.declared} targets stopped within ${seconds(verdict.halt.withinMs)} s of the trigger: ${names(verdict, 'stopped')}.`,
    );
  }
  if (verdict.halt.heldMs !== null) {
    lines.push(
      `The complete halt was watched without a break for ${seconds(verdict.halt.heldMs, Math.floor)} s (${seconds(verdict.halt.holdMs)} s were asked for).`,
    );
  }
  const counted = verdict.halt.services.filter(
    (service) => service.outcome === 'stopped' && service.counter === 'steady',
  );
  if (counted.length > 0) {
    lines.push(
      `Nor did they come back for a moment too short to be seen: their service managers counted no other life of ${placed(counted)}.`,
    );
  }
  if (survivors.proven > 0) {
    lines.push(
      `${survivors.proven} of ${survivors.declared} survivors kept: ${names(verdict, 'kept')}${verdict.broker.crash.done ? '; the broker in a new life, since the drill itself killed it' : ''}.`,
    );
  }
  if (haltSurvivedCrash(verdict)) {
    lines.push(
      'The halt was still there, in API and store, after the broker was killed with SIGKILL and came back.',
    );
  }
  const guarded = verdict.guards.filter(({ outcome }) => outcome === 'refused' || outcome === 'harmless');
  if (guarded.length > 0) {
    lines.push(
      `${guarded.length} of ${count(verdict.guards.length, 'request')} that must do nothing did nothing: ${guarded.map(({ what }) => what).join(', ')}.`,
    );
  }
  if (verdict.fleet === 'restored') lines.push('After the resume everything was back as it was before.');
  return lines;
}

/** What it does not prove though the drill asked for it. */
export function unprovenLines(verdict: Verdict): Text[] {
  const { hosts, targets } = verdict.coverage;
  const lines: Text[] = [];
  if (hosts.answered < hosts.declared) {
    lines.push(`${hosts.declared - hosts.answered} of ${count(hosts.declared, 'host')} did not answer.`);
  }
  for (const service of verdict.halt.services) {
    const proven = service.role === 'target' ? 'stopped' : 'kept';
    if (service.role === 'bystander' || service.outcome === proven) continue;
    lines.push(
      `${plain(service.service, 80)} on ${plain(service.host, 80)} ${service.role === 'target' ? 'had to stop' : 'had to survive'}: ${unprovenOutcome(service)}.`,
    );
  }
  if (verdict.halt.heldMs === null && targets.declared > 0) {
    lines.push('The halt was never seen complete, so that nothing is known about how long it holds.');
  }
  if (!verdict.broker.crash.done) {
    lines.push(`The broker was not killed while halted: ${plain(verdict.broker.crash.why)}`);
  } else if (!haltSurvivedCrash(verdict)) {
    lines.push('That the halt outlives the broker: see what API and store said after the crash.');
  }
  if (verdict.fleet === 'halted' || verdict.fleet === 'unknown') {
    lines.push('That the fleet is as it was before the drill.');
  }
  for (const finding of verdict.findings) {
    if (finding.severity === 'inconclusive' && finding.consequenceOf === null) {
      lines.push([`It could not be told: ${plain(finding.message)} (`, { code: finding.code }, ')']);
    }
  }
  if (lines.length === 0 && verdict.findings.length > 0) lines.push('What the findings below speak of.');
  return lines;
}

function unprovenOutcome(service: ServiceSummary): string {
  const outcome = OUTCOMES[service.outcome];
  return service.stoppedAfterMs === null
    ? outcome
    : `${outcome} (its last process went ${between(service.stoppedAfterMs)} after the trigger)`;
}

function names(verdict: Verdict, outcome: ServiceSummary['outcome']): string {
  return placed(verdict.halt.services.filter((service) => service.outcome === outcome));
}

function placed(services: readonly ServiceSummary[]): string {
  return services.map((service) => `${plain(service.service, 80)} on ${plain(service.host, 80)}`).join(', ');
}

/** Only where both sources were read at both moments, say the same halt, and no judge found anything wrong with the state. */
export function haltSurvivedCrash(verdict: Verdict): boolean {
  if (!verdict.broker.crash.done || verdict.broker.crash.newPid === null) return false;
  if (verdict.findings.some((finding) => FINDINGS[finding.code].group === 'state')) return false;
  const states = verdict.broker.moments
    .filter(({ moment }) => moment === 'halted' || moment === 'after-crash')
    .flatMap(({ api, store }) => [api, store]);
  const first = states[0];
  return (
    states.length === 4 &&
    isState(first) &&
    states.every((s) => isState(s) && s.level === first.level && s.incident === first.incident) &&
    first.level > 0
  );
}

function isState(
  state: BrokerState | { readonly unreadable: string } | null | undefined,
): state is BrokerState {
  return state !== null && state !== undefined && !('unreadable' in state);
}
