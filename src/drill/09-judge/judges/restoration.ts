import type { IncidentRow } from '../../model/broker-state.ts';
import type { Interval } from '../../model/reading.ts';
import type { Finding } from '../../model/verdict.ts';
import { seconds } from '../../model/wording.ts';
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
import { finding } from '../finding.ts';
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
      ? finding(
          'unrestored-service',
          { ...brokerSubject(c), asset },
          `In ${asset} nothing was traded for ${seconds(forMs)} after the undo, so it still seems to be halted.`,
          ids,
        )
      : finding(
          'undo-unseen',
          { ...brokerSubject(c), asset },
          `${asset} was watched for ${seconds(forMs)} after the undo, and no order was seen: it is not known whether it is traded again.`,
          ids,
        ),
  );
}

function stillHalting(c: CaseFile): Finding[] {
  const late = lateHalt(c);
  if (late === null || !late.isOpen) return [];
  const said =
    'The halt command had not ended when the drill was over, and nobody knows what it still does: see that it has ended, then run haltdrill recover.';
  return [finding('undo-unseen', brokerSubject(c), said, [late.id])];
}

function notRestored(c: CaseFile, service: ServiceLives, state: Return): Finding[] {
  const { name, host } = service.planned;
  if (state.kind === 'gone') {
    // A survivor that was stopped before is another judge's finding, and part of the fleet's state all the same.
    return [
      finding(
        'unrestored-service',
        { host, service: name },
        `${name} was not up on ${host} when the drill ended.`,
        [lastOf(c, service)?.id],
      ),
    ];
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
  const message = sure
    ? `${name} is up on ${host} and does not work: ${why}, for ${seconds(forMs)} until the drill ended.`
    : `${name} was up on ${host} when the drill ended, and was not seen at work: ${why}.`;
  return [finding(sure ? 'unrestored-service' : 'undo-unseen', { host, service: name }, message, ids)];
}

function unsettled(c: CaseFile, service: ServiceLives): Finding {
  const { name, host } = service.planned;
  return finding(
    'undo-unseen',
    { host, service: name },
    `${name} was up on ${host} when the drill ended, but was not watched for the ${seconds(c.plan.timing.settleMs)} that it must stay up.`,
    [lastOf(c, service)?.id],
  );
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
      finding(
        'unrestored-service',
        subject,
        `${name} came back on ${host} only because the runner started it there.`,
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
      finding(
        'unrestored-service',
        subject,
        `${name} came back on ${host} and did not stay up (pid ${fallen.map((life) => life.pid).join(', ')}).`,
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
      finding(
        'unrestored-service',
        subject,
        `${name} was first seen on ${host} ${seconds((firstSeen(lateLife)?.sentMs ?? 0) - asked.fromMs)} after the resume; ${seconds(restoreWithinMs)} are allowed.`,
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
  return [finding('restored-differently', { host, service: name }, state.what, state.ids)];
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
      finding(
        'blind-probe',
        { host, service: name },
        `It could not be told whether pid ${life.pid}, which came back as ${name}, still is it: ${reason}.`,
        [first.sample.id, last.sample.id],
      ),
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
    findings.push(finding('incident-left-open', subject, `After the undo ${left.what}.`, [left.id]));
  }
  const rewritten = rewrittenIncident(c);
  if (rewritten !== null)
    findings.push(finding('incident-rewritten', subject, rewritten.what, rewritten.ids));
  return findings;
}

// Everything but the resolution must stay as it was first read, and a resolution, once there, too.
function rewrittenIncident(c: CaseFile): { readonly what: string; readonly ids: string[] } | null {
  const known = new Map<string, { readonly row: IncidentRow; readonly id: string }>();
  for (const { id, value } of said(c.store)) {
    // A table that is gone takes its rows along.
    const now = new Map((value.incidents ?? []).map((row) => [row.id, row]));
    for (const [incident, earlier] of known) {
      const later = now.get(incident);
      if (later === undefined)
        return { what: `Incident ${incident} is gone from the store.`, ids: [earlier.id, id] };
      const changed = (['level', 'reason', 'openedAt'] as const).filter(
        (field) => earlier.row[field] !== later[field],
      );
      if (earlier.row.resolvedAt !== null && earlier.row.resolvedAt !== later.resolvedAt) {
        return {
          what: `Incident ${incident} was resolved, and its resolution was changed.`,
          ids: [earlier.id, id],
        };
      }
      if (changed.length > 0)
        return {
          what: `The ${changed.join(' and ')} of incident ${incident} changed.`,
          ids: [earlier.id, id],
        };
    }
    for (const [incident, row] of now) known.set(incident, { row, id });
  }
  return null;
}
