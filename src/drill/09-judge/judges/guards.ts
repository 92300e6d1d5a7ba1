import type { FindingCode } from '../../model/findings.ts';
import { guardKind } from '../../model/guards.ts';
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
import { type Fault, finding, harmless, listed, seconds, spanning } from '../finding.ts';
import { ends } from '../proofs/index.ts';

/** A broker that ends within this time of a refusal ended by it: the drill does nothing else to it then. */
const SOON_MS = 200;

/** Whether what had to be refused was, with nothing changed by it, and what had to be harmless was. */
export function judgeGuards(c: CaseFile): Fault[] {
  const tries = c.guards.filter(({ control }) => !control);
  return [
    ...tries.flatMap((one) => (one.kind.must === 'be refused' ? unrefused(c, one) : changed(c, one))),
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

function unrefused(c: CaseFile, one: GuardTry): Finding[] {
  const effect = effectOf(c, one);
  const said = `${capital(one.kind.what)} was ${one.answer === 'unclear' ? 'not clearly answered' : one.answer} (${harmless(one.words, 200)})`;
  if (one.answer === 'accepted' || effect !== null) {
    const all = one.answer === 'accepted' ? '' : ', and took effect all the same';
    return [finding(one.kind.code, brokerSubject(c), `${said}${all}.`, [...one.ids, effect])];
  }
  if (one.answer === 'refused') return [];
  return [
    finding(
      'unreadable-broker',
      brokerSubject(c),
      `${said}, so that it is not known whether it is refused.`,
      one.ids,
    ),
  ];
}

/** A halt that is repeated, or asked for at a lower level, may be accepted; level and incident must stay. */
function changed(c: CaseFile, one: GuardTry): Fault[] {
  const found = [c.status, storedStates(c)].flatMap((reads) => changedIn(c, one, reads));
  // What API and store show alike is told once.
  const told = found.filter(
    ({ message }, index) => found.findIndex((other) => other.message === message) === index,
  );
  if (told.length > 0) return told;
  if (one.answer !== 'unclear') return [];
  return [
    finding(
      'unreadable-broker',
      brokerSubject(c),
      `${capital(one.kind.what)} was not clearly answered (${harmless(one.words, 200)}).`,
      one.ids,
    ),
  ];
}

function changedIn(c: CaseFile, one: GuardTry, reads: Parameters<typeof aroundTry>[1]): Fault[] {
  const states = aroundTry(one, reads);
  if (states === null || states.before.level !== c.plan.expect.level) return [];
  const { before, after, id } = states;
  const words = `After ${one.kind.what} (${harmless(one.words, 200)})`;
  const say = (code: FindingCode, what: string): Fault =>
    spanning(
      finding(code, brokerSubject(c), `${words} ${what}.`, [...one.ids, id]),
      one.startedMs,
      c.haltEndMs,
    );
  const lowered =
    after.level < before.level
      ? [say('silent-downgrade', `the level was ${after.level} instead of ${before.level}`)]
      : [];
  // Where no halt is known of any more, incident, reason and asset went with the level.
  if (after.level === 0) return lowered;
  const incident =
    before.incident !== null && after.incident !== before.incident
      ? [
          say(
            'duplicate-incident',
            `the incident was ${after.incident ?? 'none'} instead of ${before.incident}`,
          ),
        ]
      : [];
  const other = (['reason', 'asset'] as const).find((field) => before[field] !== after[field]);
  return [
    ...lowered,
    ...incident,
    ...(other === undefined ? [] : [say('guard-side-effect', `the ${other} of the halt was another`)]),
  ];
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
      const to = request.operation === 'message' ? request.service : 'another agent';
      return finding(
        'vacuous-target',
        brokerSubject(c),
        `A message to ${to}, which is not halted, did not get through either (${harmless(words, 200)}): that one to a halted agent was refused says nothing.`,
        ids,
      );
    });
}

/** What came of refusals besides: a process that ended, a state that is not what it was, a token that is no longer good. */
function sideEffects(c: CaseFile): Finding[] {
  const quiet = c.guards.filter(
    (one) => !one.control && one.answer === 'refused' && effectOf(c, one) === null,
  );
  if (c.guards.some((one) => one.kind.when === 'before' && !quiet.includes(one))) return [];
  const [first] = quiet.filter(({ kind }) => kind.when === 'before');
  const found: Finding[] = [];
  if (first !== undefined) {
    found.push(...endedBefore(c, first), ...stateMoved(c, first), ...shutOut(c, first));
  }
  return found.length > 0
    ? found
    : brokerEnded(
        c,
        quiet.filter(({ kind }) => kind.when === 'halted'),
      );
}

function endedBefore(c: CaseFile, first: GuardTry): Finding[] {
  return [...c.rootsAt(first.startedMs)].flatMap(([service, roots]) => {
    const deaths = roots.flatMap((life) => c.lives.death(life) ?? []);
    const death = deaths.find(({ toMs }) => c.trigger === null || toMs <= c.trigger.t0Ms);
    if (death === undefined) return [];
    const host = c.services.get(service)?.planned.host ?? null;
    const last = c.guards.findLast(({ startedMs }) => startedMs < death.toMs) ?? first;
    return [
      finding(
        'guard-side-effect',
        { host, service },
        `${service} ended ${seconds(Math.max(0, death.fromMs - last.startedMs))} to ${seconds(death.toMs - last.startedMs)} after ${last.kind.what} had been refused, before anything was triggered.`,
        [...last.ids, death.lastSeen.id, death.firstNot.id],
      ),
    ];
  });
}

function stateMoved(c: CaseFile, first: GuardTry): Finding[] {
  const untilMs = c.trigger?.t0Ms ?? Number.POSITIVE_INFINITY;
  for (const [from, reads] of [
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
      finding(
        'guard-side-effect',
        brokerSubject(c),
        `Though every request was refused, ${listed(fields)} of the ${from} changed, at level 0.`,
        [...first.ids, before.id, after.id],
      ),
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
    finding(
      'guard-side-effect',
      brokerSubject(c),
      `After ${first.kind.what} had been refused, the broker no longer answered to its own token: ${harmless(last.reading.reason, 200)}.`,
      [...first.ids, last.id],
    ),
  ];
}

function brokerEnded(c: CaseFile, held: readonly GuardTry[]): Finding[] {
  const [first] = held;
  if (first === undefined) return [];
  for (const life of c.rootsAt(first.startedMs).get(c.plan.broker) ?? []) {
    const death = c.lives.death(life);
    if (death === null || death.toMs > c.haltEndMs) continue;
    const after = held.find(
      ({ startedMs, endedMs }) => death.toMs > startedMs && death.fromMs <= endedMs + SOON_MS,
    );
    if (after === undefined) continue;
    return [
      finding(
        'guard-side-effect',
        brokerSubject(c),
        `${c.plan.broker} (pid ${life.pid}) ended right after ${after.kind.what} had been refused.`,
        [...after.ids, death.lastSeen.id, death.firstNot.id],
      ),
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
  const after = (one: GuardTry): string =>
    `was not read after ${one.kind.what}, so that it is not known what came of it.`;
  const sources = spans.flatMap(({ last, untilMs }) => {
    if (last === undefined) return [];
    const looked = (reads: readonly { sentMs: number; receivedMs: number; reading: { kind: string } }[]) =>
      reads.some(
        ({ sentMs, receivedMs, reading }) =>
          sentMs >= last.endedMs && receivedMs <= untilMs && reading.kind === 'present',
      );
    return [
      ...(looked(c.status)
        ? []
        : [finding('unreadable-broker', brokerSubject(c), `The API ${after(last)}`, last.ids)]),
      ...(looked(c.store)
        ? []
        : [finding('unreadable-store', brokerSubject(c), `The store ${after(last)}`, last.ids)]),
    ];
  });
  const table = unseenMessages(c).map((sent) =>
    finding('unreadable-store', brokerSubject(c), `The table of messages ${after(sent)}`, sent.ids),
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
    const names = listed(log.refused.map(({ guard }) => guardKind(guard).what));
    if (log.entries === null) {
      return [
        finding(
          'unreadable-store',
          brokerSubject(c),
          `The audit log could not be read after these had been refused: ${names}.`,
        ),
      ];
    }
    if (log.entries >= log.refused.length) return [];
    return [
      finding(
        'unlogged-refusal',
        brokerSubject(c),
        `${log.refused.length} ${log.refused.length === 1 ? 'request was' : 'requests were'} refused (${names}); the audit log has ${log.entries === 0 ? 'no entry' : `entries of only ${log.entries}`} of it.`,
        [...log.refused.flatMap(({ ids }) => ids.slice(-1)), log.id],
      ),
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

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
