import type { AuditEntry } from '../../model/broker-state.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  acknowledged,
  brokerSubject,
  type CaseFile,
  isTriggered,
  newAuditEntries,
  type ServiceLives,
  sameHost,
  servicesOf,
  stopClaims,
  stoppedWords,
  type TriggeredCase,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';
import { diedBy } from '../proofs/index.ts';

/** Whether what the broker claims in its reply and its audit log is what was seen, both ways. */
export function judgeClaims(c: CaseFile): Finding[] {
  if (!isTriggered(c)) return [];
  return [...wrongHosts(c), ...falseClaims(c), ...unlogged(c), ...falseSuccess(c)];
}

function wrongHosts(c: CaseFile): Finding[] {
  const claims = stopClaims(c);
  return [...c.services.values()].flatMap(({ planned }) => {
    const wrong = claims.flatMap(({ service, host, ...claim }) =>
      service === planned.name && host !== null && !sameHost(host, planned.host) ? [{ ...claim, host }] : [],
    );
    if (wrong.length === 0) return [];
    const places = [...new Set(wrong.map(({ host }) => host))];
    const sources = [...new Set(wrong.map(({ source }) => source))];
    return [
      fault(
        'wrong-host-stop',
        'another host',
        { host: planned.host, service: planned.name },
        { sources, places },
        wrong.map((claim) => claim.evidence),
      ),
    ];
  });
}

function falseClaims(c: TriggeredCase): Finding[] {
  const { deadlineMs } = c.trigger;
  const claims = stopClaims(c);
  return [...c.services.values()].flatMap((service) => {
    const { name, host } = service.planned;
    const own = claims.filter((claim) => claim.service === name);
    const alive = [...service.baseline, ...service.family, ...service.newcomers].find(
      (life) =>
        !diedBy(c, life, c.haltEndMs) &&
        life.seen.some(({ sample }) => sample.sentMs >= deadlineMs && sample.receivedMs <= c.haltEndMs),
    );
    // What claims a stop of a service that did end and was brought back is true as far as it goes, unless it had to stay down.
    const ended = service.roots.length > 0 && service.roots.every((life) => diedBy(c, life, c.haltEndMs));
    if (own.length === 0 || alive === undefined || (ended && service.planned.role !== 'target')) return [];
    const last = alive.seen.findLast(({ sample }) => sample.receivedMs <= c.haltEndMs)?.sample;
    return [
      fault(
        'false-claim',
        'still there',
        { host, service: name },
        {
          outcomes: own.map(({ outcome }) => outcome),
          pid: alive.pid,
          afterMs: (last?.sentMs ?? 0) - c.anchorMs,
        },
        [...own.map((claim) => claim.evidence), last?.id],
      ),
    ];
  });
}

function unlogged(c: CaseFile): Finding[] {
  const words = c.plan.sources.audit;
  const read = c.audit.findLast((r) => r.sentMs >= c.anchorMs && r.reading.kind === 'present');
  if (words === null || read === undefined) return [];
  const logged = new Set(newStops(c).map(({ subject }) => subject));
  return [...c.services.values()].flatMap((service) => {
    const { name, host } = service.planned;
    if (logged.has(name) || !wasStopped(c, service)) return [];
    if (c.brokerMustStop && name === c.plan.broker && saidToGo(c)) return [];
    return [fault('unlogged-halt', 'no entry', { host, service: name }, {}, [read.id])];
  });
}

/** Entries of the log since the trigger that say that something was stopped. */
function newStops(c: CaseFile): AuditEntry[] {
  const words = new Set<string | null>(stoppedWords(c));
  return newAuditEntries(c).flatMap(({ entry }) => (words.has(entry.outcome) ? [entry] : []));
}

// Nobody is left to log that the broker itself is gone: that it goes is what it can say. What it says later, once it is back,
// is such an intent only if it is of the same kind as the other stops.
function saidToGo(c: CaseFile): boolean {
  const stops = new Set(newStops(c).map(({ action }) => action));
  const inHalt = new Set(c.audit.filter((read) => read.receivedMs <= c.haltEndMs).map(({ id }) => id));
  return newAuditEntries(c).some(
    ({ id, entry }) => entry.subject === c.plan.broker && (inHalt.has(id) || stops.has(entry.action)),
  );
}

// The broker did not log what it did not do: what the drill itself crashed.
function wasStopped(c: CaseFile, service: ServiceLives): boolean {
  if (service.planned.role !== 'target' || service.roots.length === 0) return false;
  return service.roots.every((life) => diedBy(c, life, c.haltEndMs));
}

function falseSuccess(c: TriggeredCase): Finding[] {
  const { trigger } = c;
  return c.plan.hosts.flatMap(({ name }) => {
    const targets = servicesOf(c, 'target').filter(({ planned }) => planned.host === name);
    const names = targets.map(({ planned }) => planned.name).toSorted();
    const around = (c.hosts.get(name)?.samples ?? []).filter(
      (s) =>
        s.sentMs >= trigger.t0Ms &&
        s.sentMs <= Math.max(trigger.endedMs, trigger.t0Ms + c.plan.timing.maxGapMs),
    );
    const unreachable = around.length >= 2 && around.every((sample) => sample.trouble?.kind === 'unreadable');
    if (!unreachable || !names.every((target) => acknowledged(c, target))) return [];
    // The broker may have a way there that the runner has not: only a life that it said was over, and was not, convicts it.
    const [alive] = targets
      .flatMap((service) => service.baseline)
      .flatMap((life) => life.seen.find(({ sample }) => sample.sentMs >= trigger.endedMs) ?? [])
      .toSorted((a, b) => a.sample.sentMs - b.sample.sentMs);
    if (alive === undefined) return [];
    return [
      fault(
        'false-success',
        'not reached',
        { host: name, service: null },
        { services: names, reason: around[0]?.trouble?.reason },
        [trigger.outcomeId, around[0]?.id, around.at(-1)?.id, alive.sample.id],
      ),
    ];
  });
}

/** Whether every audit entry that was once there is still there, and the same. */
export function judgeAudit(c: CaseFile): Finding[] {
  const subject = brokerSubject(c);
  const known = new Map<number, { readonly entry: AuditEntry; readonly id: string }>();
  for (const { id, reading } of c.audit) {
    if (reading.kind === 'unreadable') continue;
    const now = new Map((reading.kind === 'present' ? reading.value : []).map((entry) => [entry.seq, entry]));
    for (const [seq, earlier] of known) {
      const later = now.get(seq);
      if (later !== undefined && same(earlier.entry, later)) continue;
      const says = later === undefined ? 'gone' : 'changed';
      return [fault('audit-tampered', says, subject, { seq }, [earlier.id, id])];
    }
    for (const [seq, entry] of now) if (!known.has(seq)) known.set(seq, { entry, id });
  }
  return [];
}

function same(a: AuditEntry, b: AuditEntry): boolean {
  const fields = ['at', 'actor', 'action', 'subject', 'host', 'outcome'] as const;
  return fields.every((field) => a[field] === b[field]);
}
