import { readsStore, showsState } from '../../model/coverage.ts';
import { guardKind } from '../../model/guards.ts';
import {
  brokerSubject,
  type CaseFile,
  isTriggered,
  isWhole,
  servicesOf,
  type TriggeredCase,
} from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';
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
  return [
    ...stateUnseen(c),
    ...holdShort(c),
    ...crashMissing(c),
    ...guardsUntried(c),
    ...controlsMissing(c),
    ...undoUnheard(c),
    ...undoUnsaid(c),
    ...brokenOff(c),
  ];
}

/** What interrupted the drill, and the journal id of it: it may be why a proof is missing. */
function interruption({ interrupted: [first] }: CaseFile): {
  readonly interrupted: string | null;
  readonly ids: readonly string[];
} {
  return first === undefined ? { interrupted: null, ids: [] } : { interrupted: first.cause, ids: [first.id] };
}

function brokenOff(c: CaseFile): Fault[] {
  if (isWhole(c)) return [];
  return [fault('journal-broken', 'breaks off', {}, {}, [c.entries.at(-1)?.id])];
}

function stateUnseen(c: TriggeredCase): Fault[] {
  if (!showsState(c.plan) || stateVerifiedMs(c) !== null) return [];
  const { interrupted, ids } = interruption(c);
  const source = readsStore(c.plan) ? 'store' : 'API';
  const figures = { source, level: c.plan.expect.level, interrupted } as const;
  const unseen = fault('state-unseen', 'never shown', brokerSubject(c), figures, ids);
  return [spanning(unseen, c.trigger.deadlineMs, c.haltEndMs)];
}

function holdShort(c: TriggeredCase): Fault[] {
  const hold = holdOf(c);
  const { holdMs } = c.plan.timing;
  if (hold === null || hold.heldMs >= holdMs) return [];
  const all = servicesOf(c, 'target');
  const left = all
    .filter((service) => goneMs(c, service) === null)
    .map(({ planned }) => planned.name)
    .toSorted();
  const says = left.length === 0 ? 'all stopped' : left.length === all.length ? 'none stopped' : 'some left';
  const { heldMs, watchedMs } = hold;
  const { interrupted, ids } = interruption(c);
  const figures = { heldMs, holdMs, unvouchedOfMs: isUnvouched(c) ? watchedMs : null, left, interrupted };
  return [spanning(fault('hold-short', says, {}, figures, ids), hold.startMs, c.haltEndMs)];
}

function crashMissing(c: CaseFile): Fault[] {
  const { crash: name } = c.plan;
  if (name === null) return [];
  const service = c.services.get(name);
  const subject = { host: service?.planned.host ?? null, service: name };
  const { interrupted, ids } = interruption(c);
  const crash = crashSummary(c);
  if (!crash.done) {
    const { why } = crash;
    return [spanning(fault('crash-missing', 'not crashed', subject, { why, interrupted }, ids), c.haltEndMs)];
  }
  const life = service === undefined ? null : crashedLife(c, service);
  if (life !== null && diedBy(c, life, c.haltEndMs)) return [];
  const says = life === null ? 'another killed' : 'outlived';
  const figures = { pid: crash.killedPid, interrupted };
  return [spanning(fault('crash-missing', says, subject, figures, ids), c.haltEndMs)];
}

function guardsUntried(c: CaseFile): Fault[] {
  const untried = c.plan.guards.filter(
    (guard) => !c.guards.some((one) => one.guard === guard && !one.control),
  );
  if (untried.length === 0) return [];
  const { interrupted, ids } = interruption(c);
  const early = untried.some((guard) => guardKind(guard).when === 'before');
  return [
    spanning(
      fault('guard-untried', 'untried', brokerSubject(c), { guards: untried, interrupted }, ids),
      early ? Number.NEGATIVE_INFINITY : c.haltEndMs,
    ),
  ];
}

function controlsMissing(c: CaseFile): Fault[] {
  const { interrupted, ids } = interruption(c);
  return [...c.hosts.values()]
    .filter((host) => host.good.length > 0 && !controlsOf(c, host).finalSeen)
    .map(({ name }) => fault('control-missing', 'none vanished', { host: name }, { interrupted }, ids));
}

function undoUnheard(c: CaseFile): Fault[] {
  if (!isUnheard(c)) return [];
  const { interrupted, ids } = interruption(c);
  return [fault('undo-unseen', 'not heard', brokerSubject(c), { interrupted }, ids)];
}

/** Where nothing shows the state, only the reply to the resume says that the halt is lifted. */
function undoUnsaid(c: CaseFile): Fault[] {
  const reply = c.resumes.at(-1)?.done?.reply;
  if (showsState(c.plan) || c.resumes.length === 0) return [];
  if (reply?.kind === 'present' && reply.value.acknowledged) return [];
  const status = reply?.kind === 'present' ? reply.value.status : null;
  const { interrupted, ids } = interruption(c);
  const subject = c.broker === null ? {} : brokerSubject(c);
  return [fault('undo-unseen', 'not acknowledged', subject, { status, interrupted }, ids)];
}
