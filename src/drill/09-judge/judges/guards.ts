import type { GuardKind } from '../../model/guards.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  aroundTry,
  brokerSubject,
  type CaseFile,
  endedHalt,
  type GuardTry,
  markOf,
  said,
} from '../evidence/index.ts';
import { type Fault, fault, spanning } from '../finding.ts';
import { ends } from '../proofs/index.ts';

/** A broker that ends within this time of a refusal ended by it: the drill does nothing else to it then. */
const SOON_MS = 200;

/** Whether what had to be refused was, with nothing changed by it, and what had to be harmless was. */
export function judgeGuards(c: CaseFile): Fault[] {
  const tries = c.guards.filter(({ control }) => !control);
  return [
    ...tries.flatMap((one) =>
      one.kind.must === 'be refused' ? unrefused(c, one, one.kind.code) : changed(c, one),
    ),
    ...deafControl(c),
    ...sideEffects(c),
    ...unseen(c),
  ];
}

/** What shows that a request did what it asked for, whatever was answered: its journal id, or null. */
export function effectOf(c: CaseFile, one: GuardTry): string | null {
  const { request } = one;
  if (request.operation === 'resume') {
    const sources = [c.status, storedStates(c)];
    if (!endedHalt(one, sources)) return null;
    const ids = sources.map((reads) => aroundTry(one, reads)).filter((states) => states?.after.level === 0);
    return ids[0]?.id ?? null;
  }
  if (request.operation === 'message') {
    const row = said(c.messages).find(({ value }) =>
      value.some(({ recipient, body }) => recipient === request.service && body.includes(c.opened.nonce)),
    );
    return row?.id ?? null;
  }
  const mark = markOf(one.guard, c.opened.nonce);
  const api = said(c.status).find(({ value }) => value.reason?.includes(mark));
  const store = said(c.store).find(
    ({ value }) =>
      value.state.reason?.includes(mark) || value.incidents?.some(({ reason }) => reason?.includes(mark)),
  );
  return api?.id ?? store?.id ?? null;
}

function storedStates(c: CaseFile) {
  return c.store.map(({ reading, ...read }) => ({
    ...read,
    reading:
      reading.kind === 'present' ? ({ kind: 'present', value: reading.value.state } as const) : reading,
  }));
}

type RefusalCode = Extract<GuardKind, { must: 'be refused' }>['code'];

function unrefused(c: CaseFile, one: GuardTry, code: RefusalCode): Finding[] {
  const effect = effectOf(c, one);
  const { guard, words, answer } = one;
  const ids = [...one.ids, effect];
  if (answer === 'accepted') return [fault(code, 'accepted', brokerSubject(c), { guard, words }, ids)];
  if (effect !== null) {
    return [fault(code, 'took effect', brokerSubject(c), { guard, words, answer }, ids)];
  }
  if (answer === 'refused') return [];
  return [fault('unreadable-broker', 'refusal unclear', brokerSubject(c), { guard, words }, one.ids)];
}

/** A halt that is repeated, or asked for at a lower level, may be accepted; level and incident must stay. */
function changed(c: CaseFile, one: GuardTry): Fault[] {
  const { guard, words } = one;
  const found = [c.status, storedStates(c)].flatMap((reads) => changedIn(c, one, reads));
  // What API and store show alike is told once.
  const told = found.filter(
    ({ message }, index) => found.findIndex((other) => other.message === message) === index,
  );
  if (told.length > 0) return told;
  if (one.answer !== 'unclear') return [];
  return [fault('unreadable-broker', 'answer unclear', brokerSubject(c), { guard, words }, one.ids)];
}

function changedIn(c: CaseFile, one: GuardTry, reads: Parameters<typeof aroundTry>[1]): Fault[] {
  const states = aroundTry(one, reads);
  if (states === null || states.before.level !== c.plan.expect.level) return [];
  const { before, after, id } = states;
  const { guard, words } = one;
  const [about, evidence] = [brokerSubject(c), [...one.ids, id]];
  const lowered =
    after.level < before.level
      ? [
          fault(
            'silent-downgrade',
            'lowered by guard',
            about,
            { guard, words, is: after.level, was: before.level },
            evidence,
          ),
        ]
      : [];
  const since = (all: readonly Fault[]): Fault[] => all.map((f) => spanning(f, one.startedMs, c.haltEndMs));
  // Where no halt is known of any more, incident, reason and asset went with the level.
  if (after.level === 0) return since(lowered);
  const incident =
    before.incident !== null && after.incident !== before.incident
      ? [
          fault(
            'duplicate-incident',
            'another by guard',
            about,
            { guard, words, is: after.incident, was: before.incident },
            evidence,
          ),
        ]
      : [];
  const other = (['reason', 'asset'] as const).find((field) => before[field] !== after[field]);
  const rest =
    other === undefined
      ? []
      : [fault('guard-side-effect', 'halt changed', about, { guard, words, field: other }, evidence)];
  return since([...lowered, ...incident, ...rest]);
}

/** When a guard that had to be harmless changed the halt; from then on it is no longer what the trigger made it. */
export function guardChangeMs(c: CaseFile): number {
  const breaking = c.guards.find((one) => one.kind.must === 'be harmless' && changed(c, one).length > 0);
  return breaking?.startedMs ?? Number.POSITIVE_INFINITY;
}

/** Where nobody gets through to anybody, a refusal says nothing about halted agents. */
function deafControl(c: CaseFile): Finding[] {
  return c.guards
    .filter(({ control, answer }) => control && answer !== 'accepted')
    .map(({ ids, words, request }) => {
      const to = request.operation === 'message' ? request.service : null;
      return fault('vacuous-target', 'deaf control', brokerSubject(c), { to, words }, ids);
    });
}

/**
 * What came of refusals besides: a process that ended, a state that is not what it was, a token that is no longer good. A guard that
 * did something, or of which that is not known, has effects of its own: only what came before it is the refusals' doing.
 */
function sideEffects(c: CaseFile): Finding[] {
  const quiet = c.guards.filter(
    (one) => !one.control && one.answer === 'refused' && effectOf(c, one) === null,
  );
  const before = c.guards.filter(({ kind }) => kind.when === 'before');
  const loud = before.findIndex((one) => !quiet.includes(one));
  const untilMs = before[loud]?.startedMs ?? c.trigger?.t0Ms ?? Number.POSITIVE_INFINITY;
  const refused = loud < 0 ? before : before.slice(0, loud);
  const [first] = refused;
  const found: Finding[] = [];
  if (first !== undefined) {
    found.push(...endedBefore(c, refused, untilMs), ...stateMoved(c, first, untilMs));
    if (loud < 0) found.push(...shutOut(c, first));
  }
  if (loud >= 0) return found;
  return found.length > 0
    ? found
    : brokerEnded(
        c,
        quiet.filter(({ kind }) => kind.when === 'halted'),
      );
}

function endedBefore(c: CaseFile, refused: readonly GuardTry[], untilMs: number): Finding[] {
  const [first] = refused;
  if (first === undefined) return [];
  return [...c.rootsAt(first.startedMs)].flatMap(([service, roots]) => {
    const deaths = roots.flatMap((life) => c.lives.death(life) ?? []);
    const death = deaths.find(({ toMs }) => toMs <= untilMs);
    if (death === undefined) return [];
    const host = c.services.get(service)?.planned.host ?? null;
    const last = refused.findLast(({ startedMs }) => startedMs < death.toMs) ?? first;
    return [
      fault(
        'guard-side-effect',
        'ended at level 0',
        { host, service },
        {
          guard: last.guard,
          fromMs: Math.max(0, death.fromMs - last.startedMs),
          toMs: death.toMs - last.startedMs,
        },
        [...last.ids, death.lastSeen.id, death.firstNot.id],
      ),
    ];
  });
}

function stateMoved(c: CaseFile, first: GuardTry, untilMs: number): Finding[] {
  for (const [source, reads] of [
    ['API', c.status],
    ['store', storedStates(c)],
  ] as const) {
    const before = said(reads).findLast(({ receivedMs }) => receivedMs <= first.startedMs);
    const after = said(reads).findLast(
      ({ sentMs, receivedMs }) => sentMs >= first.endedMs && receivedMs <= untilMs,
    );
    if (before === undefined || after === undefined || before.value.level > 0 || after.value.level > 0)
      continue;
    const fields = (['incident', 'reason', 'revision', 'asset'] as const).filter(
      (field) => before.value[field] !== after.value[field],
    );
    if (fields.length === 0) continue;
    return [
      fault('guard-side-effect', 'state changed', brokerSubject(c), { source, fields }, [
        ...first.ids,
        before.id,
        after.id,
      ]),
    ];
  }
  return [];
}

function shutOut(c: CaseFile, first: GuardTry): Finding[] {
  if (c.trigger !== null) return [];
  const before = c.status.findLast(({ receivedMs }) => receivedMs <= first.startedMs);
  const last = c.status.at(-1);
  if (before?.reading.kind !== 'present' || last?.reading.kind !== 'unreadable') return [];
  if (last.sentMs < first.endedMs) return [];
  return [
    fault(
      'guard-side-effect',
      'shut out',
      brokerSubject(c),
      { guard: first.guard, reason: last.reading.reason },
      [...first.ids, last.id],
    ),
  ];
}

function brokerEnded(c: CaseFile, held: readonly GuardTry[]): Finding[] {
  const [first] = held;
  if (first === undefined) return [];
  for (const life of c.rootsAt(first.startedMs).get(c.plan.broker) ?? []) {
    // A command of the broker's own script that runs beside it ends when it is done.
    if (c.broker?.beside.includes(life) === true) continue;
    const death = c.lives.death(life);
    if (death === null || death.toMs > c.haltEndMs) continue;
    const after = held.find(
      ({ startedMs, endedMs }) => death.toMs > startedMs && death.fromMs <= endedMs + SOON_MS,
    );
    if (after === undefined) continue;
    return [
      fault('guard-side-effect', 'broker ended', brokerSubject(c), { guard: after.guard, pid: life.pid }, [
        ...after.ids,
        death.lastSeen.id,
        death.firstNot.id,
      ]),
    ];
  }
  return [];
}

/** Nobody can say that a refusal changed nothing who did not look afterwards. */
function unseen(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  const spans = [
    { last: c.guards.findLast(({ kind }) => kind.when === 'before'), untilMs: c.trigger.t0Ms },
    { last: c.guards.findLast(({ kind }) => kind.when === 'halted'), untilMs: c.endMs },
  ];
  const subject = brokerSubject(c);
  const sources = spans.flatMap(({ last, untilMs }) => {
    if (last === undefined) return [];
    const { guard, ids } = last;
    const looked = (reads: readonly { sentMs: number; receivedMs: number; reading: { kind: string } }[]) =>
      reads.some(
        ({ sentMs, receivedMs, reading }) =>
          sentMs >= last.endedMs && receivedMs <= untilMs && reading.kind === 'present',
      );
    return [
      ...(looked(c.status) ? [] : [fault('unreadable-broker', 'after guard', subject, { guard }, ids)]),
      ...(looked(c.store)
        ? []
        : [fault('unreadable-store', 'after guard', subject, { source: 'store', guard }, ids)]),
    ];
  });
  const table = unseenMessages(c).map(({ guard, ids }) =>
    fault('unreadable-store', 'after guard', subject, { source: 'table of messages', guard }, ids),
  );
  return [...sources, ...table];
}

/** Messages to halted agents after which the table of messages was not read, where there is one. */
function unseenMessages(c: CaseFile): GuardTry[] {
  if (c.plan.messages?.table !== true) return [];
  return c.guards.filter(
    (one) =>
      one.guard === 'message-to-halted' &&
      !one.control &&
      !said(c.messages).some(({ sentMs }) => sentMs >= one.endedMs),
  );
}

/** Whether refused halts and resumes are in the audit log. Entries are counted: not every log says what was refused. */
export function judgeRefusalLog(c: CaseFile): Finding[] {
  return (['before', 'halted'] as const).flatMap((when) => {
    const log = refusalLog(c, when);
    if (log === null) return [];
    const guards = log.refused.map(({ guard }) => guard);
    if (log.entries === null) {
      return [fault('unreadable-store', 'log of refusals', brokerSubject(c), { guards })];
    }
    if (log.entries >= log.refused.length) return [];
    return [
      fault('unlogged-refusal', 'too few entries', brokerSubject(c), { guards, entries: log.entries }, [
        ...log.refused.flatMap(({ ids }) => ids.slice(-1)),
        log.id,
      ]),
    ];
  });
}

/**
 * Refused halts and resumes of one phase, and how many new entries of a refusal the log then had. Null where nothing was refused,
 * or the log does not say so of anything.
 */
export function refusalLog(
  c: CaseFile,
  when: 'before' | 'halted',
): {
  readonly refused: readonly GuardTry[];
  readonly entries: number | null;
  readonly id: string | null;
} | null {
  const refused = c.guards.filter(
    ({ kind, answer, request }) =>
      kind.when === when && answer === 'refused' && request.operation !== 'message',
  );
  const span = ends(refused);
  if (c.plan.sources.refused === null || span === null) return null;
  const [first, last] = span;
  const logs = said(c.audit);
  const known = logs.findLast(({ receivedMs }) => receivedMs <= first.startedMs);
  const after = logs.find(({ sentMs }) => sentMs >= last.endedMs);
  if (known === undefined || after === undefined) return { refused, entries: null, id: null };
  const old = new Set(known.value.map(({ seq }) => seq));
  const words = new Set<string | null>(c.plan.sources.refused);
  const entries = after.value.filter(
    ({ seq, action, outcome }) => !old.has(seq) && (words.has(action) || words.has(outcome)),
  );
  return { refused, entries: entries.length, id: after.id };
}
