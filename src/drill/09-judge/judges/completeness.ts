import { readsStore, showsState } from '../../model/coverage.ts';
import { guardKind } from '../../model/guards.ts';
import { harmless, listed, seconds } from '../../model/wording.ts';
import {
  brokerSubject,
  type CaseFile,
  isTriggered,
  isWhole,
  servicesOf,
  type TriggeredCase,
} from '../evidence/index.ts';
import { type Fault, finding, spanning } from '../finding.ts';
import {
  controlsOf,
  crashedLife,
  crashSummary,
  diedBy,
  goneMs,
  holdOf,
  isUnheard,
  isUnvouched,
  stateVerifiedMs,
} from '../proofs/index.ts';

/**
 * Whether every proof that the verdict needs is there: the state seen, the hold in full, the crash, the guards, a last control on
 * each host, the undo heard, the journal whole. Each that is missing is a finding of its own, since each may have another cause.
 */
export function judgeCompleteness(c: CaseFile): Fault[] {
  if (!isTriggered(c)) return [];
  const missing = [
    ...stateUnseen(c),
    ...holdShort(c),
    ...crashMissing(c),
    ...guardsUntried(c),
    ...controlsMissing(c),
    ...undoUnheard(c),
    ...undoUnsaid(c),
  ];
  return [...missing.map((fault) => afterInterruption(c, fault)), ...brokenOff(c)];
}

function afterInterruption({ interrupted: [first] }: CaseFile, fault: Fault): Fault {
  if (first === undefined) return fault;
  const message = `${fault.message} The drill was interrupted: ${harmless(first.cause, 300)}.`;
  return { ...fault, message, evidence: [...new Set([...fault.evidence, first.id])] };
}

function brokenOff(c: CaseFile): Fault[] {
  if (isWhole(c)) return [];
  return [
    finding('journal-broken', {}, 'The journal breaks off: what was done and seen after it is not known.', [
      c.entries.at(-1)?.id,
    ]),
  ];
}

function stateUnseen(c: TriggeredCase): Fault[] {
  if (!showsState(c.plan) || stateVerifiedMs(c) !== null) return [];
  const source = readsStore(c.plan) ? 'store' : 'API';
  const message = `The ${source} never showed level ${c.plan.expect.level} between the trigger and the undo.`;
  return [spanning(finding('state-unseen', brokerSubject(c), message), c.trigger.deadlineMs, c.haltEndMs)];
}

function holdShort(c: TriggeredCase): Fault[] {
  const hold = holdOf(c);
  const { holdMs } = c.plan.timing;
  if (hold === null || hold.heldMs >= holdMs) return [];
  const all = servicesOf(c, 'target');
  const left = all.filter((service) => goneMs(c, service) === null).map(({ planned }) => planned.name);
  const observed = isUnvouched(c)
    ? `observed for ${seconds(hold.watchedMs)}, and for ${seconds(hold.heldMs)} of it, not ${seconds(holdMs)}, vouches a control that vanished later`
    : `observed for ${seconds(hold.heldMs)}, not ${seconds(holdMs)}`;
  const message =
    left.length === 0
      ? `The complete halt was ${observed}.`
      : left.length === all.length
        ? `Nothing was held: ${listed(left.toSorted())} ${left.length === 1 ? 'was' : 'were'} there when the halt ended.`
        : `The halt of whatever had stopped was ${observed}; ${listed(left.toSorted())} ${left.length === 1 ? 'was' : 'were'} there when it ended.`;
  return [spanning(finding('hold-short', {}, message), hold.startMs, c.haltEndMs)];
}

function crashMissing(c: CaseFile): Fault[] {
  const { crash: name } = c.plan;
  if (name === null) return [];
  const service = c.services.get(name);
  const subject = { host: service?.planned.host ?? null, service: name };
  const lack = (why: string): Fault[] => [
    spanning(finding('crash-missing', subject, `${name} ${why}.`), c.haltEndMs),
  ];
  const crash = crashSummary(c);
  if (!crash.done) return lack(`was not crashed: ${harmless(crash.why, 300)}`);
  const life = service === undefined ? null : crashedLife(c, service);
  if (life === null)
    return lack(
      `was not crashed: what was killed was pid ${crash.killedPid}, which no sample shows to be it`,
    );
  return diedBy(c, life, c.haltEndMs) ? [] : lack(`(pid ${crash.killedPid}) outlived its crash`);
}

function guardsUntried(c: CaseFile): Fault[] {
  const untried = c.plan.guards.filter(
    (guard) => !c.guards.some((one) => one.guard === guard && !one.control),
  );
  if (untried.length === 0) return [];
  const names = listed(untried.map((guard) => guardKind(guard).what));
  const early = untried.some((guard) => guardKind(guard).when === 'before');
  return [
    spanning(
      finding('guard-untried', brokerSubject(c), `Not tried: ${names}.`),
      early ? Number.NEGATIVE_INFINITY : c.haltEndMs,
    ),
  ];
}

function controlsMissing(c: CaseFile): Fault[] {
  return [...c.hosts.values()]
    .filter((host) => host.good.length > 0 && !controlsOf(c, host).finalSeen)
    .map(({ name }) =>
      finding('control-missing', { host: name }, `No final control was seen to vanish on ${name}.`),
    );
}

function undoUnheard(c: CaseFile): Fault[] {
  if (!isUnheard(c)) return [];
  return [
    finding(
      'undo-unseen',
      brokerSubject(c),
      `${c.plan.broker} was not heard again, so nothing shows whether the halt can be lifted.`,
    ),
  ];
}

/** Where nothing shows the state, only the reply to the resume says that the halt is lifted. */
function undoUnsaid(c: CaseFile): Fault[] {
  const reply = c.resumes.at(-1)?.done?.reply;
  if (showsState(c.plan) || c.resumes.length === 0) return [];
  if (reply?.kind === 'present' && reply.value.acknowledged) return [];
  const said = reply?.kind === 'present' ? `it was answered with ${reply.value.status}` : 'no answer came';
  return [
    finding(
      'undo-unseen',
      c.broker === null ? {} : brokerSubject(c),
      `The resume was not acknowledged (${said}), and nothing else shows whether the halt is lifted.`,
    ),
  ];
}
