import type { BrokerReply, BrokerState } from '../../model/broker-state.ts';
import { asksStatus } from '../../model/coverage.ts';
import type {
  BrokerSummary,
  ControlSummary,
  HaltSummary,
  Moment,
  ServiceSummary,
} from '../../model/verdict.ts';
import {
  brokerAnswers,
  type CaseFile,
  endedMs,
  haltAcknowledged,
  type Read,
  type ServiceLives,
  sameHost,
  stopClaims,
  within,
} from '../evidence/index.ts';
import {
  brokerDeaths,
  controlsOf,
  countersOf,
  crashSummary,
  finalRoots,
  firstLifeSpan,
  type HaltedState,
  haltedState,
  hasGone,
  holdOf,
  isHaltComplete,
  longestGap,
  proveKept,
  proveStop,
  troubleOf,
  undoneMs,
} from '../proofs/index.ts';

/** What the halt did, service by service. Milliseconds after T0. */
export function haltSummary(c: CaseFile): HaltSummary {
  const hold = holdOf(c);
  const services = [...c.services.values()].map((service) => serviceSummary(c, service));
  return {
    acknowledged: c.trigger?.reply == null ? null : haltAcknowledged(c),
    withinMs: c.plan.timing.withinMs,
    holdMs: c.plan.timing.holdMs,
    heldMs: hold === null || !isHaltComplete(c) ? null : Math.round(hold.heldMs),
    services,
  };
}

function serviceSummary(c: CaseFile, service: ServiceLives): ServiceSummary {
  const { name, host, role } = service.planned;
  const proof = proveStop(c, service);
  const died = role === 'target' || c.trigger === null ? proof.died : null;
  return {
    service: name,
    host,
    role,
    outcome: outcomeOf(c, service),
    stoppedAfterMs:
      died === null || c.trigger === null
        ? null
        : [Math.max(0, Math.round(died[0] - c.trigger.t0Ms)), Math.round(died[1] - c.trigger.t0Ms)],
    baselinePids: service.roots.map((life) => life.pid),
    finalPids: finalRoots(c, service).map((life) => life.pid),
    counter: role === 'target' && c.trigger !== null ? countersOf(c, service).kind : null,
  };
}

function outcomeOf(c: CaseFile, service: ServiceLives): ServiceSummary['outcome'] {
  const { role } = service.planned;
  if (role === 'bystander') return 'watched';
  if (c.trigger === null) return 'unknown';
  if (role === 'target') {
    if (proveStop(c, service).proven) return 'stopped';
    const { deadlineMs } = c.trigger;
    const running = [...service.baseline, ...service.family, ...service.newcomers].some((life) =>
      life.seen.some(({ sample }) => sample.sentMs >= deadlineMs && sample.receivedMs <= c.haltEndMs),
    );
    return running ? 'running' : 'unknown';
  }
  if (proveKept(c, service)) return 'kept';
  const changed = service.roots.some((life) => hasGone(c, service, life));
  return changed ? 'changed' : 'unknown';
}

/** What API and store said at each moment. */
export function brokerSummary(c: CaseFile): BrokerSummary {
  const first = firstLifeSpan(c);
  const lastDeath = brokerDeaths(c).at(-1);
  const backMs = lastDeath?.death.toMs ?? null;
  const undo = c.resumes.map(endedMs);
  if (c.plan.resume === 'manual' && c.manualSteps.length + c.starts.length > 0) undo.push(undoneMs(c));
  const spans: { moment: Moment; fromMs: number; toMs: number }[] = [
    { moment: 'before', fromMs: Number.NEGATIVE_INFINITY, toMs: c.anchorMs },
  ];
  if (c.trigger !== null) {
    spans.push({ moment: 'halted', ...first });
    if (backMs !== null && !c.brokerMustStop)
      spans.push({ moment: 'after-crash', fromMs: backMs, toMs: c.haltEndMs });
    spans.push({
      moment: 'after-resume',
      fromMs: undo.length > 0 ? Math.max(...undo) : c.haltEndMs,
      toMs: Number.POSITIVE_INFINITY,
    });
  }
  return {
    moments: spans.map(({ moment, fromMs, toMs }) => {
      const api = stateAt(brokerAnswers(c), fromMs, toMs, (value) => value);
      const store = stateAt(c.store, fromMs, toMs, (value) => value.state);
      const halted = moment === 'halted' ? haltedState(c) : null;
      if (c.brokerMustStop && moment === 'halted') return { moment, api: lastWords(c, halted), store };
      // A broker that ended before it could be asked has said what it says in its reply.
      const fromReply =
        halted?.source === 'reply' &&
        // Exit code 0 alone names no state.
        (asksStatus(c.plan) || c.trigger?.reply?.state != null) &&
        (api === null || 'unreadable' in api || api.level === 0);
      return { moment, api: fromReply ? halted.state : api, store };
    }),
    crash: crashSummary(c),
  };
}

/** What the API of a broker that must be gone said of the halt before it went; else how it failed to answer, last of all. */
function lastWords(
  c: CaseFile,
  halted: HaltedState | null,
): BrokerState | { readonly unreadable: string } | null {
  if (halted !== null && halted.source !== 'store') return halted.state;
  const last = within(c.status, { fromMs: c.anchorMs, toMs: c.haltEndMs }).at(-1);
  return last === undefined ? null : stateAt([last], last.sentMs, last.receivedMs, (value) => value);
}

function stateAt<T>(
  reads: readonly Read<T>[],
  fromMs: number,
  toMs: number,
  pick: (value: T) => BrokerState,
): BrokerState | { readonly unreadable: string } | null {
  const inside = reads.filter((read) => read.sentMs >= fromMs && read.receivedMs <= toMs);
  const spoken = inside.findLast((read) => read.reading.kind === 'present') ?? inside.at(-1);
  if (spoken === undefined) return null;
  if (spoken.reading.kind === 'present') return pick(spoken.reading.value);
  return { unreadable: spoken.reading.kind === 'unreadable' ? spoken.reading.reason : 'nothing was there' };
}

/** How well each host was watched. */
export function controlSummaries(c: CaseFile): ControlSummary[] {
  return [...c.hosts.values()].map((host) => {
    const controls = controlsOf(c, host);
    const gap = longestGap(c, host);
    return {
      host: host.name,
      samples: host.good.length,
      longestGapMs: gap === null ? null : Math.round(gap.toMs - gap.fromMs),
      latencyMs: controls.latencyMs,
      held: controls.findings.length === 0 && controls.finalSeen && troubleOf(c, host.name).length === 0,
    };
  });
}

function codeOf({ by, status }: BrokerReply): string {
  return `${by === 'command' ? 'exit code' : 'status'} ${status}`;
}

/** What the broker claimed, in sentences. */
export function claimSentences(c: CaseFile): string[] {
  if (c.trigger === null) return [];
  const { reply, noReply } = c.trigger;
  const sentences: string[] = [];
  if (reply === null) sentences.push(`The broker gave no clear reply to the halt: ${noReply}.`);
  else if (!reply.acknowledged) sentences.push(`The broker answered the halt with ${codeOf(reply)}.`);
  else {
    const level = reply.state?.level;
    sentences.push(
      `The broker acknowledged the halt (${codeOf(reply)}${level === undefined ? '' : `, level ${level}`}).`,
    );
    if (reply.recorded !== null)
      sentences.push(`It said that the halt was ${reply.recorded ? '' : 'not '}recorded.`);
  }
  for (const claim of stopClaims(c)) {
    const home = c.services.get(claim.service)?.planned.host;
    const place = claim.host === null ? '' : ` on ${claim.host}`;
    const lives =
      home === undefined
        ? `; the inventory has no service ${claim.service}`
        : claim.host !== null && !sameHost(claim.host, home)
          ? `; ${claim.service} lives on ${home}`
          : '';
    sentences.push(
      claim.source === 'reply'
        ? `The broker acknowledged the stop of ${claim.service}${place}${lives}.`
        : `Its audit log says "${claim.outcome}" of ${claim.service}${place}${lives}.`,
    );
  }
  return [...new Set(sentences)];
}
