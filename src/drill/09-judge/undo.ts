import type { IncidentRow, StoreSnapshot } from '../model/broker-state.ts';
import { asksStatus, readsStore, showsState } from '../model/coverage.ts';
import type { Interval } from '../model/reading.ts';
import type { Finding, FleetState } from '../model/verdict.ts';
import { endedMs, startedMs } from './acts.ts';
import { brokerSubject, type CaseFile, said } from './case-file.ts';
import { stillSilent } from './effects.ts';
import { finding, seconds } from './finding.ts';
import { diedBy } from './hold.ts';
import { type DetailSeen, detailAt, firstSeen, type Life } from './lives.ts';
import { isManualStart, stepsEndedMs } from './manual-resume.ts';
import { ownIncidents } from './ownership.ts';
import { isLasting, type ServiceLives } from './service-lives.ts';
import { isHeld } from './stop-conditions.ts';

/** When the undo had been asked for: the end of the last resume, manual step or start of a service, or of the trigger where none was. */
export function undoneMs(c: CaseFile): number {
  const ends = [...c.resumes, ...c.manualSteps, ...c.starts].map(endedMs);
  return Math.max(c.fired?.endedMs ?? 0, ...ends);
}

/** Root lives of a service that were there in the last good sample of its host. */
export function finalRoots(c: CaseFile, service: ServiceLives): Life[] {
  // A second instance that came to stay is one more than there was.
  const second = service.beside.filter((life) => isLasting(life, c.plan.timing.maxGapMs));
  return [...new Set([...service.roots, ...service.newcomers, ...service.returned, ...second])].filter(
    (life) => c.lives.death(life) === null,
  );
}

/**
 * Whether the broker, though a process of it was there, was not heard again from the first act of the undo on: no resume was
 * acknowledged and its API said nothing. What it then did not bring back, nobody could ask it for.
 */
export function isUnheard(c: CaseFile): boolean {
  if (c.trigger === null || c.plan.resume === 'manual') return false;
  const resumed = c.resumes.some(
    ({ done }) => done?.reply?.kind === 'present' && done.reply.value.acknowledged,
  );
  const asked = c.resumes.length + c.starts.length > 0;
  // Where nothing can be asked for the state, the reply to a resume is all that is ever heard.
  const heard = asksStatus(c.plan)
    ? said(c.status).some((read) => read.sentMs >= c.haltEndMs)
    : c.resumes.some(({ done }) => done?.reply?.kind === 'present');
  return asked && !resumed && !heard && c.broker !== null && finalRoots(c, c.broker).length > 0;
}

/** A halt command that was left running: how long it was seen to take, and whether nobody saw its end, before or after somebody took over. */
function lateHalt(
  c: CaseFile,
): { readonly tookMs: number; readonly isOpen: boolean; readonly id: string } | null {
  const left = c.entries.find((entry) => entry.kind === 'left-running');
  if (left?.kind !== 'left-running' || c.fired === null) return null;
  const end = c.entries.find((entry) => entry.kind === 'left-ended' && entry.intent === left.intent);
  // Whoever recovers a drill has been told to see to its end first.
  const isOpen = end === undefined && !c.entries.some(({ kind }) => kind === 'taken-over');
  const endMs = end?.kind === 'left-ended' ? end.endedMs : c.fired.endedMs;
  return { tookMs: endMs - c.fired.t0Ms, isOpen, id: left.id };
}

function stillHalting(c: CaseFile): Finding[] {
  const late = lateHalt(c);
  if (late === null || !late.isOpen) return [];
  const said =
    'The halt command had not ended when the drill was over, and nobody knows what it still does: see that it has ended, then run haltdrill recover.';
  return [finding('undo-unseen', brokerSubject(c), said, [late.id])];
}

type Return = 'back' | 'gone' | 'unsettled' | 'unseen';

/** Whether a service is up again as it was before, and was seen to stay up. */
function returnOf(c: CaseFile, service: ServiceLives): Return {
  const { instances, host } = service.planned;
  const last = c.hosts.get(host)?.good.at(-1);
  if (last === undefined || last.sentMs <= undoneMs(c) || !wasWatched(c, service)) return 'unseen';
  const roots = finalRoots(c, service);
  if (roots.length < Math.min(instances, service.roots.length)) return 'gone';
  const { settleMs, sampleEveryMs } = c.plan.timing;
  // What took so long to halt may still be at work for as long.
  const watchedMs = last.receivedMs - undoneMs(c) + 2 * sampleEveryMs;
  if (watchedMs < (lateHalt(c)?.tookMs ?? 0)) return 'unsettled';
  const settled = roots.every((life) => {
    const first = firstSeen(life);
    return (
      first !== null &&
      (first.receivedMs <= c.anchorMs || last.receivedMs - first.sentMs + 2 * sampleEveryMs >= settleMs)
    );
  });
  return settled ? 'back' : 'unsettled';
}

/** Whether everything that was up before the trigger is up again, by itself, as it was, and stays up. */
export function judgeRestoration(c: CaseFile): Finding[] {
  // What was left halted on purpose had nothing to come back to.
  if (c.fired === null || isHeld(c)) return [];
  return [...c.services.values()]
    .flatMap((service) => {
      if (service.planned.role === 'bystander' || service.roots.length === 0) return [];
      // What is not seen has neither come back nor stayed away.
      if (returnOf(c, service) === 'unseen') return [];
      if (isUnheard(c) && returnOf(c, service) === 'gone') return [];
      const missing = notRestored(c, service);
      return missing.length > 0 ? missing : differently(c, service);
    })
    .concat(isUnheard(c) ? [] : blockedAssets(c), stillHalting(c));
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

/** When the last of what came back was first seen, and the undo had been asked for. */
function upMs(c: CaseFile): number {
  const back = [...c.services.values()].flatMap((service) => finalRoots(c, service));
  return Math.max(undoneMs(c), ...back.map((life) => firstSeen(life)?.receivedMs ?? 0));
}

function notRestored(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  const subject = { host, service: name };
  const last = c.hosts.get(host)?.good.at(-1);
  const state = returnOf(c, service);
  if (state === 'gone') {
    // A survivor that was stopped before is another judge's finding, and part of the fleet's state all the same.
    return [
      finding('unrestored-service', subject, `${name} was not up on ${host} when the drill ended.`, [
        last?.id,
      ]),
    ];
  }
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
    return death !== null && death.fromMs > startingMs;
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
  const { restoreWithinMs, settleMs } = c.plan.timing;
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
  if (state === 'unsettled') {
    return [
      finding(
        'undo-unseen',
        subject,
        `${name} was up on ${host} when the drill ended, but was not watched for the ${seconds(settleMs)} that it must stay up.`,
        [last?.id],
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

function differently(c: CaseFile, service: ServiceLives): Finding[] {
  const { name, host } = service.planned;
  const roots = finalRoots(c, service);
  const subject = { host, service: name };
  const isDoubt = ({ detail }: DetailSeen): boolean =>
    detail.undecided.some((doubt) => doubt.service === name);
  if (roots.length !== service.roots.length) {
    return [
      finding(
        'restored-differently',
        subject,
        `${roots.length} processes of ${name} run on ${host} now; before the trigger it was ${service.roots.length}.`,
        roots.map((life) => firstSeen(life)?.id),
      ),
    ];
  }
  const before = new Set(service.roots.map((life) => detailAt(life, c.anchorMs)?.detail.fingerprint));
  // What it is now, whatever it was when it came back; a look that could not tell says nothing.
  const changed = roots.find((life) => {
    const told = life.details.findLast((seen) => !isDoubt(seen));
    return !before.has(told?.detail.fingerprint);
  });
  if (changed === undefined) {
    const returned = roots.filter((life) => !service.roots.includes(life));
    return unrecognised(c, returned, isDoubt, subject);
  }
  return [
    finding(
      'restored-differently',
      subject,
      `${name} runs on ${host} with another argv or executable than before the trigger (pid ${changed.pid}).`,
      [changed.details.at(-1)?.sample.id],
    ),
  ];
}

// A look or two may fail; what cannot be recognised for longer may be something else by now.
function unrecognised(
  c: CaseFile,
  returned: readonly Life[],
  isDoubt: (seen: DetailSeen) => boolean,
  subject: { readonly host: string; readonly service: string },
): Finding[] {
  for (const life of returned) {
    const doubts = life.details.slice(life.details.findLastIndex((seen) => !isDoubt(seen)) + 1);
    const [first, last] = [doubts[0], doubts.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (last.sample.receivedMs - first.sample.sentMs <= c.plan.timing.maxGapMs) continue;
    const { reason } = last.detail.undecided.find(({ service }) => service === subject.service) ?? {};
    return [
      finding(
        'blind-probe',
        subject,
        `It could not be told whether pid ${life.pid}, which came back as ${subject.service}, still is it: ${reason}.`,
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
  if (left !== null && !isUnheard(c) && !isHeld(c)) {
    findings.push(finding('incident-left-open', subject, `After the undo ${left.what}.`, [left.id]));
  }
  const rewritten = rewrittenIncident(c);
  if (rewritten !== null)
    findings.push(finding('incident-rewritten', subject, rewritten.what, rewritten.ids));
  return findings;
}

function stillHalted(c: CaseFile): { readonly what: string; readonly id: string } | null {
  const since = undoneMs(c);
  const api = said(c.status.filter((read) => read.sentMs >= since)).at(-1);
  if (api !== undefined && api.value.level > 0)
    return { what: `the API still says level ${api.value.level}`, id: api.id };
  if (api !== undefined && api.value.incident !== null && ownIncidents(c).has(api.value.incident)) {
    return { what: `the API still names incident ${api.value.incident}`, id: api.id };
  }
  const store = said(c.store.filter((read) => read.sentMs >= since)).at(-1);
  if (store === undefined) return null;
  if (store.value.state.level > 0)
    return { what: `the store still holds level ${store.value.state.level}`, id: store.id };
  const open = store.value.incidents?.find((row) => ownIncidents(c).has(row.id) && row.resolvedAt === null);
  return open === undefined ? null : { what: `incident ${open.id} is still open in the store`, id: store.id };
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

// Nothing shows the switch itself: that it is off is only ever said. Where a halt was refused and nothing fell, nothing had to be lifted.
function isSaidLifted(c: CaseFile): boolean {
  const reply = c.resumes.at(-1)?.done?.reply;
  if (reply?.kind === 'present') return reply.value.acknowledged;
  return c.resumes.length === 0 && c.fired?.reply?.acknowledged === false;
}

// Where steps taken by hand lift the halt, nobody but the store says that they closed its incident: a row that is gone does not.
function isResolved(c: CaseFile, { state, incidents }: StoreSnapshot): boolean {
  const own = ownIncidents(c);
  if (state.incident !== null && own.has(state.incident)) return false;
  const opened = said(c.store).flatMap(({ value }) => value.incidents ?? []);
  return opened
    .filter(({ id }) => own.has(id))
    .every(({ id }) => incidents?.some((row) => row.id === id && row.resolvedAt !== null) === true);
}

// What was down before the trigger need not come back; of what nobody looked at, nobody knows.
function wasWatched(c: CaseFile, { planned }: ServiceLives): boolean {
  return c.hosts.get(planned.host)?.good.some((sample) => sample.receivedMs <= c.anchorMs) === true;
}

/** Whether the fleet is proven to be as it was before the trigger. Anything that could not be looked at is `unknown`. */
export function fleetState(c: CaseFile): FleetState {
  if (c.fired === null) return 'untouched';
  const since = undoneMs(c);
  const returns = [...c.services.values()]
    .filter(
      (service) =>
        service.planned.role !== 'bystander' && (service.roots.length > 0 || !wasWatched(c, service)),
    )
    .map((service) => returnOf(c, service));
  const latest = said(c.status.filter((read) => read.sentMs >= since)).at(-1);
  const stored = said(c.store.filter((read) => read.sentMs >= since)).at(-1);
  const silent = stillSilent(c, upMs(c));
  const lastState = latest?.value ?? said(c.status).at(-1)?.value ?? null;
  if (
    silent.some(({ sure }) => sure) ||
    stillHalted(c) !== null ||
    returns.includes('gone') ||
    (latest === undefined && stored === undefined && (lastState?.level ?? 0) > 0)
  ) {
    return 'halted';
  }
  if (lateHalt(c)?.isOpen === true) return isHeld(c) ? 'halted' : 'unknown';
  const looked =
    silent.length === 0 &&
    (latest !== undefined || !asksStatus(c.plan)) &&
    (stored !== undefined || !readsStore(c.plan)) &&
    (showsState(c.plan) || isSaidLifted(c)) &&
    (c.plan.resume !== 'manual' || (stored !== undefined && isResolved(c, stored.value)));
  if (!looked || returns.some((state) => state !== 'back')) return isHeld(c) ? 'halted' : 'unknown';
  // Without any undo the halt may still be under way, unless it had its whole time, or was refused and touched nothing.
  const asked = c.resumes.length + c.manualSteps.length + c.starts.length > 0;
  const intact = [...c.services.values()].every(
    (s) => s.planned.role !== 'target' || s.roots.every((life) => !diedBy(c, life, c.endMs)),
  );
  const refused = c.fired.reply?.acknowledged === false;
  if (asked || c.endMs >= c.fired.deadlineMs || (intact && refused)) return 'restored';
  return isHeld(c) ? 'halted' : 'unknown';
}
