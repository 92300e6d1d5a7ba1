import type { IncidentRow } from '../../model/broker-state.ts';
import type { Interval } from '../../model/reading.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  brokerSubject,
  type CaseFile,
  endedMs,
  firstSeen,
  type HostSample,
  isHeld,
  isManualStart,
  isWayUp,
  isWhole,
  lateHalt,
  type ServiceLives,
  said,
  startedMs,
  stepsEndedMs,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';
import {
  finalRoots,
  isDoubt,
  isUndoSeen,
  isUnheard,
  type Return,
  returnOf,
  stillHalted,
  stillSilent,
  undoneMs,
  upMs,
} from '../proofs/index.ts';

/** Whether everything that was up before the trigger is up again, by itself, as it was, at work, and stays up; and nothing else. */
export function judgeRestoration(c: CaseFile): Finding[] {
  // What was left halted on purpose had nothing to come back to; and of what the journal does not reach, it says nothing.
  if (c.fired === null || isHeld(c) || !isUndoSeen(c)) return [];
  return [...c.services.values()]
    .flatMap((service) => {
      const state = returnOf(c, service);
      // What is not seen has neither come back nor stayed away.
      if (state.kind === 'unseen') return [];
      if ((isUnheard(c) || !isWhole(c)) && state.kind === 'gone') return [];
      return service.roots.length === 0 ? differently(service, state) : notRestored(c, service, state);
    })
    .concat(isUnheard(c) || !isWhole(c) ? [] : blockedAssets(c), stillHalting(c));
}

function blockedAssets(c: CaseFile): Finding[] {
  return stillSilent(c, upMs(c)).map(({ asset, ids, forMs, sure }) =>
    sure
      ? fault('unrestored-service', 'not traded', { ...brokerSubject(c), asset }, { forMs }, ids)
      : fault('undo-unseen', 'no order seen', { ...brokerSubject(c), asset }, { forMs }, ids),
  );
}

function stillHalting(c: CaseFile): Finding[] {
  const late = lateHalt(c);
  if (late === null || !late.isOpen) return [];
  return [fault('undo-unseen', 'command still runs', brokerSubject(c), {}, [late.id])];
}

function notRestored(c: CaseFile, service: ServiceLives, state: Return): Finding[] {
  const { name, host } = service.planned;
  if (state.kind === 'gone') {
    // A survivor that was stopped before is another judge's finding, and part of the fleet's state all the same.
    return [fault('unrestored-service', 'not up', { host, service: name }, {}, [lastOf(c, service)?.id])];
  }
  if (state.kind === 'ended') {
    return [fault('undo-unseen', 'ended in the halt', { host, service: name }, {}, [lastOf(c, service)?.id])];
  }
  const missing = [...badReturn(c, service), ...idle(service, state)];
  const found = missing.length > 0 ? missing : differently(service, state);
  if (found.length > 0) return found;
  return state.kind === 'unsettled' ? [unsettled(c, service)] : unrecognised(c, service);
}

function lastOf(c: CaseFile, { planned }: ServiceLives): HostSample | undefined {
  return c.hosts.get(planned.host)?.good.at(-1);
}

function idle({ planned: { name, host } }: ServiceLives, state: Return): Finding[] {
  if (state.kind !== 'idle') return [];
  const { sure, why, forMs, ids } = state;
  const subject = { host, service: name };
  return [
    sure
      ? fault('unrestored-service', 'not working', subject, { why, forMs }, ids)
      : fault('undo-unseen', 'not seen working', subject, { why }, ids),
  ];
}

function unsettled(c: CaseFile, service: ServiceLives): Finding {
  const { name, host } = service.planned;
  return fault('undo-unseen', 'not watched', { host, service: name }, { settleMs: c.plan.timing.settleMs }, [
    lastOf(c, service)?.id,
  ]);
}

/** What came back, and not as it had to: by the runner's hand, for a moment, or too late. */
function badReturn(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host, role } = service.planned;
  const subject = { host, service: name };
  if (role === 'bystander') return [];
  if (service.roots.every((life) => c.lives.death(life) === null)) return [];
  const helped = c.starts.filter((start) => start.intent.act.service === name && !isManualStart(c, start));
  if (helped.length > 0) {
    return [
      fault(
        'unrestored-service',
        'started by runner',
        subject,
        {},
        helped.map(({ intent }) => intent.id),
      ),
    ];
  }
  // A hand tool that a step of the manual resume runs may look like the service, and ends with the step.
  const startingMs = stepsEndedMs(c) ?? Number.NEGATIVE_INFINITY;
  const fallen = service.returned.filter((life) => {
    const death = c.lives.death(life);
    return death !== null && death.fromMs > startingMs && !isWayUp(c, service, life);
  });
  if (fallen.length > 0) {
    return [
      fault(
        'unrestored-service',
        'fell again',
        subject,
        { pids: fallen.map((life) => life.pid) },
        fallen.map((life) => c.lives.death(life)?.firstNot.id),
      ),
    ];
  }
  const { restoreWithinMs } = c.plan.timing;
  const asked = askedBack(c);
  const lateLife = service.returned.find(
    (life) =>
      asked !== null &&
      (firstSeen(life)?.sentMs ?? 0) > asked.toMs + restoreWithinMs + c.plan.timing.maxGapMs,
  );
  if (lateLife !== undefined && asked !== null) {
    return [
      fault(
        'unrestored-service',
        'seen late',
        subject,
        { afterMs: (firstSeen(lateLife)?.sentMs ?? 0) - asked.fromMs, allowedMs: restoreWithinMs },
        [firstSeen(lateLife)?.id],
      ),
    ];
  }
  return [];
}

// In a manual resume the services are started one after another; all have the same time from the last start.
function askedBack(c: CaseFile): Interval | null {
  const last = c.resumes.at(-1);
  if (c.plan.resume === 'manual') return { fromMs: undoneMs(c), toMs: undoneMs(c) };
  if (last === undefined) return null;
  return { fromMs: startedMs(last), toMs: endedMs(last) };
}

function differently({ planned: { name, host } }: ServiceLives, state: Return): Finding[] {
  if (state.kind !== 'different') return [];
  return [fault('restored-differently', state.says, { host, service: name }, state.figures, state.ids)];
}

// A look or two may fail; what cannot be recognised for longer may be something else by now.
function unrecognised(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host, role } = service.planned;
  if (role === 'bystander') return [];
  for (const life of finalRoots(c, service)) {
    if (service.roots.includes(life)) continue;
    const doubts = life.details.slice(life.details.findLastIndex((seen) => !isDoubt(seen, name)) + 1);
    const [first, last] = [doubts[0], doubts.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (last.sample.receivedMs - first.sample.sentMs <= c.plan.timing.maxGapMs) continue;
    const { reason } = last.detail.undecided.find((doubt) => doubt.service === name) ?? {};
    return [
      fault('blind-probe', 'no longer recognised', { host, service: name }, { pid: life.pid, reason }, [
        first.sample.id,
        last.sample.id,
      ]),
    ];
  }
  return [];
}

/** Whether the incident was closed by the undo, and its history left as it was. */
export function judgeIncidentAfter(c: CaseFile): Finding[] {
  if (c.fired === null) return [];
  const subject = brokerSubject(c);
  const findings: Finding[] = [];
  const left = stillHalted(c);
  if (left !== null && isUndoSeen(c) && !isUnheard(c) && !isHeld(c)) {
    findings.push(fault('incident-left-open', left.says, subject, left.figures, [left.id]));
  }
  const rewritten = rewrittenIncident(c);
  if (rewritten !== null) findings.push(rewritten);
  return findings;
}

// Everything but the resolution must stay as it was first read, and a resolution, once there, too.
function rewrittenIncident(c: CaseFile): Finding | null {
  const subject = brokerSubject(c);
  const known = new Map<string, { readonly row: IncidentRow; readonly id: string }>();
  for (const { id, value } of said(c.store)) {
    // A table that is gone takes its rows along.
    const now = new Map((value.incidents ?? []).map((row) => [row.id, row]));
    for (const [incident, earlier] of known) {
      const later = now.get(incident);
      const ids = [earlier.id, id];
      if (later === undefined) {
        return fault('incident-rewritten', 'gone from store', subject, { id: incident }, ids);
      }
      const changed = (['level', 'reason', 'openedAt'] as const).filter(
        (field) => earlier.row[field] !== later[field],
      );
      if (earlier.row.resolvedAt !== null && earlier.row.resolvedAt !== later.resolvedAt) {
        return fault('incident-rewritten', 'resolution changed', subject, { id: incident }, ids);
      }
      if (changed.length > 0) {
        return fault('incident-rewritten', 'changed', subject, { id: incident, fields: changed }, ids);
      }
    }
    for (const [incident, row] of now) known.set(incident, { row, id });
  }
  return null;
}
