import type { Commands } from '../command/types.ts';
import type { Broker } from '../parts.ts';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/**
 * Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Everything is read
 * from the broker at the moment of the question; nothing is kept here.
 */
export function metricsText(broker: Broker, commands: Commands, now: number): string {
  const { level, incident, recorded, incomplete, holders } = broker.status();
  const agents = commands.agents();
  const totals = commands.totals();
  const age = incident === null ? 0 : Math.max(0, (now - Date.parse(incident.openedAt)) / 1000);
  const each = (value: (agent: (typeof agents)[number]) => number): Sample[] =>
    agents.map((agent) => [{ agent: agent.name }, value(agent)]);
  return [
    ...metric('principal_halt_level', 'gauge', 'Level of the halt in force; 0 in normal operation.', [
      [{}, level],
    ]),
    ...metric('principal_incident_age_seconds', 'gauge', 'Age of the open incident; 0 without one.', [
      [{}, age],
    ]),
    ...metric('principal_halt_holders', 'gauge', 'Holders of the halt in force.', [[{}, holders.length]]),
    ...metric(
      'principal_halt_incomplete',
      'gauge',
      'Services that the halt demands down and that were not seen down.',
      [[{}, incomplete.length]],
    ),
    ...metric('principal_state_recorded', 'gauge', '1 where the halt state in force is on disk.', [
      [{}, recorded ? 1 : 0],
    ]),
    ...metric(
      'principal_messages_queued',
      'gauge',
      'Messages accepted for an agent and not acknowledged.',
      each((one) => one.queued),
    ),
    ...metric(
      'principal_messages_kept',
      'gauge',
      'Messages that a past halt held and nobody decided about.',
      each((one) => one.kept),
    ),
    ...metric(
      'principal_agent_halted',
      'gauge',
      '1 where the agent is halted.',
      each((one) => (one.halted ? 1 : 0)),
    ),
    ...metric(
      'principal_messages_total',
      'counter',
      'Messages since the broker came up, by what became of them.',
      [
        [{ event: 'accepted' }, totals.accepted],
        [{ event: 'delivered' }, totals.delivered],
        [{ event: 'acknowledged' }, totals.acknowledged],
        [{ event: 'refused' }, totals.refused],
      ],
    ),
    ...metric('principal_message_writes_total', 'counter', 'Synchronous writes of messages.', [
      [{}, totals.writes],
    ]),
    ...latencies(broker),
    '',
  ].join('\n');
}

/** Stops of this process, from the request to the process seen gone: the last some hundreds. */
function latencies(broker: Broker): string[] {
  const name = 'principal_stop_latency_seconds';
  const byHost = new Map<string, number[]>();
  for (const { host, ms } of broker.stopLatencies())
    byHost.set(host, [...(byHost.get(host) ?? []), ms / 1000]);
  const lines = head(
    name,
    'gauge',
    'From the request of a halt to the process seen gone: quantiles of the latest stops.',
  );
  for (const [host, seconds] of byHost) {
    const sorted = seconds.toSorted((a, b) => a - b);
    for (const quantile of [0.5, 0.9, 0.99, 1]) {
      const value = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
      lines.push(line(name, { host, quantile: String(quantile) }, value));
    }
  }
  return lines;
}

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string[] {
  return [...head(name, type, help), ...samples.map(([labels, value]) => line(name, labels, value))];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
