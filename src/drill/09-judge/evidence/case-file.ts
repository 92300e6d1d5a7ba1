import {
  type AuditEntry,
  type BrokerReply,
  type BrokerState,
  type ExchangeBook,
  type MessageRow,
  ofFile,
  type StoreSnapshot,
} from '../../model/broker-state.ts';
import type {
  ActDone,
  CanaryEvent,
  CrossCheck,
  Entry,
  ManagerRead,
  Opened,
  StopConditionMet,
} from '../../model/journal.ts';
import type { Plan, PlannedService } from '../../model/plan.ts';
import type { Interval, Reading, Timed } from '../../model/reading.ts';
import {
  type DoneAct,
  type DoneStart,
  type DoneStep,
  doneActs,
  endedMs,
  idsOf,
  isManualStep,
  isStart,
  startedMs,
} from './acts.ts';
import { endedHalt, type GuardTry, guardTryOf, touchingTry } from './guard-tries.ts';
import { type HostSamples, samplesByHost } from './host-samples.ts';
import { type Life, Lives } from './lives.ts';
import { once } from './once.ts';
import { livesOfService, type ServiceLives } from './service-lives.ts';

/** A reading with the id of its journal entry. */
export type Read<T> = Timed<T> & { readonly id: string };

/** The trigger and the instants that follow from it, on the controller's monotonic clock. */
export interface Trigger {
  readonly ids: readonly string[];
  /** Of the record that says how it ended; of its intent where none does. */
  readonly outcomeId: string;
  readonly t0Ms: number;
  readonly deadlineMs: number;
  /** When its outcome was known; T0 where it never was. */
  readonly endedMs: number;
  readonly reply: BrokerReply | null;
  /** Why there is no reply. */
  readonly noReply: string | null;
}

/** A drill that did trigger its halt. */
export type TriggeredCase = CaseFile & { readonly trigger: Trigger };

export function isTriggered(c: CaseFile): c is TriggeredCase {
  return c.trigger !== null;
}

/** The whole journal, indexed; every judge reads this and nothing else. */
export interface CaseFile {
  readonly opened: Opened;
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly hosts: ReadonlyMap<string, HostSamples>;
  readonly lives: Lives;
  readonly services: ReadonlyMap<string, ServiceLives>;
  /** Null where the kill switch is no service of the fleet, but a command. */
  readonly broker: ServiceLives | null;
  readonly status: readonly Read<BrokerState>[];
  readonly store: readonly Read<StoreSnapshot>[];
  readonly audit: readonly Read<readonly AuditEntry[]>[];
  readonly exchange: readonly Read<ExchangeBook>[];
  readonly messages: readonly Read<readonly MessageRow[]>[];
  readonly canaries: readonly (CanaryEvent & { readonly id: string })[];
  readonly crossChecks: readonly (CrossCheck & { readonly id: string })[];
  readonly managers: readonly (ManagerRead & { readonly id: string })[];
  /** Null where no trigger was ever intended: the drill did not run. */
  readonly trigger: Trigger | null;
  /** The trigger or, where there was none, a guard that may have done what a trigger does. */
  readonly fired: Trigger | null;
  /** Requests that had to be refused, or to do nothing, in order. */
  readonly guards: readonly GuardTry[];
  /** Root lives of every service but bystanders at that time, by service. */
  readonly rootsAt: (ms: number) => ReadonlyMap<string, readonly Life[]>;
  readonly crash: DoneAct | null;
  readonly resumes: readonly DoneAct[];
  readonly starts: readonly DoneStart[];
  readonly manualSteps: readonly DoneStep[];
  readonly interrupted: readonly Extract<Entry, { kind: 'interrupted' }>[];
  /** Conditions on which the drill ended early, or kept its hands off, in order. */
  readonly stops: readonly StopConditionMet[];
  /** T0, or that of the guard that did what a trigger does, or the end of the journal where nothing was fired. */
  readonly anchorMs: number;
  /**
   * The drill demands that the broker itself be gone, in a halt that no API call lifts. Then its silence is what it must be,
   * its process has to be proven stopped like any other target's, and only the store is left to say that the fleet is halted.
   */
  readonly brokerMustStop: boolean;
  /** The first intent to resume, to take a step of the manual resume or to start a service; the last evidence where there is none. */
  readonly haltEndMs: number;
  readonly endMs: number;
}

/** Indexes a journal. Throws where its first record, which holds the plan, is missing. */
export function openCase(entries: readonly Entry[]): CaseFile {
  const opened = openedIn(entries);
  const { plan } = opened;
  const names = plan.hosts.map((host) => host.name);
  const hosts = samplesByHost(names, entries);
  const acts = doneActs(entries);
  const trigger = triggerOf(acts, plan, ({ act }) => act.act === 'trigger');
  const guards = acts.flatMap((act) => guardTryOf(act) ?? []);
  const status = reads(entries.filter((entry) => entry.kind === 'status'));
  const store = ofOneFile(reads(entries.filter((entry) => entry.kind === 'store')));
  const watched = [...[...hosts.values()].map(({ samples }) => samples), status, store];
  const endMs = Math.max(...watched.map((all) => all.at(-1)?.receivedMs ?? 0), trigger?.endedMs ?? 0);
  const stored = store.map(({ reading, ...read }) => ({ ...read, reading: stateIn(reading) }));
  // A resume that had to be refused and was not is one all the same: with it the halt is over.
  const resuming = new Set(guards.filter((one) => endedHalt(one, [status, stored])).map(({ ids }) => ids[0]));
  const undo = undoOf(acts, resuming, trigger);
  const lives = new Lives(hosts);
  const haltEndMs = Math.min(endMs, ...undo.acts.map(({ intent }) => intent.atMs));
  const records = recordsIn(entries);
  const sorting = {
    haltEndMs,
    canaries: plantedOn(records.canaries),
    groups: groupsOf(entries, haltEndMs),
  };
  const rootsAt = (ms: number) => rootsOf(plan, livesOfService(plan, lives, { anchorMs: ms, ...sorting }));
  const touched = (): Trigger | null => {
    const reasons = reasonsIn(status, store);
    const roots = (ms: number): Life[] => [...rootsAt(ms).values()].flat();
    const touching = touchingTry(guards, reasons, opened.nonce, roots, lives);
    return touching && triggerOf(acts, plan, ({ id }) => id === touching.ids[0]);
  };
  const fired = trigger ?? touched();
  const anchorMs = fired?.t0Ms ?? endMs;
  const livesAtAnchor = livesOfService(plan, lives, { anchorMs, ...sorting });
  const services = new Map(plan.services.map((planned) => [planned.name, livesAtAnchor(planned)]));
  return {
    opened,
    plan,
    entries,
    hosts,
    lives,
    services,
    broker: services.get(plan.broker) ?? null,
    status,
    store,
    ...records,
    trigger,
    fired,
    guards,
    rootsAt,
    crash: acts.find(({ intent }) => intent.act.act === 'crash') ?? null,
    resumes: undo.acts.filter(undo.isResume),
    starts: undo.acts.filter(isStart),
    manualSteps: undo.acts.filter(isManualStep),
    brokerMustStop: mustBrokerStop(plan),
    anchorMs,
    haltEndMs,
    endMs,
  };
}

function openedIn(entries: readonly Entry[]): Opened {
  const opened = entries.find((entry) => entry.kind === 'opened');
  if (opened === undefined)
    throw new Error('the journal has no `opened` record, so there is no plan to judge by');
  return opened;
}

/** The root lives of every service that a drill makes demands on. */
function rootsOf(plan: Plan, sort: (planned: PlannedService) => ServiceLives): Map<string, readonly Life[]> {
  const demanded = plan.services.filter(({ role }) => role !== 'bystander');
  return new Map(demanded.map((planned) => [planned.name, sort(planned).roots]));
}

/** What the undo did, in order: only what came after the trigger, where there was one. */
function undoOf(
  acts: readonly DoneAct[],
  resuming: ReadonlySet<string | undefined>,
  trigger: Trigger | null,
) {
  const isResume = ({ intent }: DoneAct): boolean => intent.act.act === 'resume' || resuming.has(intent.id);
  const isUndo = (act: DoneAct): boolean => isResume(act) || UNDOING.has(act.intent.act.act);
  const isAfter = ({ intent }: DoneAct): boolean => trigger === null || intent.atMs >= trigger.t0Ms;
  return { acts: acts.filter((act) => isUndo(act) && isAfter(act)), isResume };
}

/** What needs no more than to be told apart. */
function recordsIn(entries: readonly Entry[]) {
  return {
    audit: reads(entries.filter((entry) => entry.kind === 'audit')),
    exchange: reads(entries.filter((entry) => entry.kind === 'exchange')),
    messages: reads(entries.filter((entry) => entry.kind === 'messages')),
    canaries: entries.filter((entry) => entry.kind === 'canary'),
    crossChecks: entries.filter((entry) => entry.kind === 'cross-check'),
    managers: entries.filter((entry) => entry.kind === 'manager'),
    interrupted: entries.filter((entry) => entry.kind === 'interrupted'),
    stops: entries.filter((entry) => entry.kind === 'stop-condition'),
  };
}

function mustBrokerStop({ resume, services, broker }: Plan): boolean {
  return resume === 'manual' && services.some(({ name, role }) => name === broker && role === 'target');
}

/** Every reason that API or store gave for a halt, or has on record. */
function reasonsIn(
  status: readonly Read<BrokerState>[],
  store: readonly Read<StoreSnapshot>[],
): (string | null)[] {
  const snapshots = said(store).map(({ value }) => value);
  return [
    ...said(status).map(({ value }) => value.reason),
    ...snapshots.map(({ state }) => state.reason),
    ...snapshots.flatMap(({ incidents }) => (incidents ?? []).map(({ reason }) => reason)),
  ];
}

const UNDOING: ReadonlySet<string> = new Set(['start-service', 'manual-step']);

function stateIn(reading: Reading<StoreSnapshot>): Reading<BrokerState> {
  return reading.kind === 'present' ? { kind: 'present', value: reading.value.state } : reading;
}

function triggerOf(
  acts: readonly DoneAct[],
  plan: Plan,
  isIt: (intent: DoneAct['intent']) => boolean,
): Trigger | null {
  const act = acts.find(({ intent }) => isIt(intent));
  if (act === undefined) return null;
  const { intent, done } = act;
  const t0Ms = startedMs(act);
  const reply = done?.reply ?? null;
  return {
    ids: idsOf(act),
    outcomeId: done?.id ?? intent.id,
    t0Ms,
    deadlineMs: t0Ms + plan.timing.withinMs,
    endedMs: endedMs(act),
    reply: reply?.kind === 'present' ? reply.value : null,
    noReply: replyTrouble(done),
  };
}

function replyTrouble(done: ActDone | null): string | null {
  if (done === null) return 'the journal has no outcome of it';
  if (done.reply === null || done.reply.kind === 'absent') return 'there was none';
  return done.reply.kind === 'unreadable' ? done.reply.reason : null;
}

function reads<T>(entries: readonly { readonly id: string; readonly read: Timed<T> }[]): Read<T>[] {
  return entries
    .map(({ id, read }) => ({ id, ...read }))
    .sort((a, b) => a.sentMs - b.sentMs || a.receivedMs - b.receivedMs);
}

function ofOneFile(all: readonly Read<StoreSnapshot>[]): Read<StoreSnapshot>[] {
  const first = all.find(({ reading }) => reading.kind === 'present')?.reading;
  const inode = first?.kind === 'present' ? first.value.inode : null;
  return all.map((read) => ({ ...read, reading: ofFile(read.reading, inode) }));
}

/** Readings taken wholly within a stretch of time. */
export function within<T>(all: readonly Read<T>[], span: Interval): Read<T>[] {
  return all.filter((read) => read.sentMs >= span.fromMs && read.receivedMs <= span.toMs);
}

/** A reading that said something, with what it said. */
export interface Said<T> {
  readonly id: string;
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly value: T;
}

export function said<T>(all: readonly Read<T>[]): readonly Said<T>[] {
  return spoken(all) as readonly Said<T>[];
}

const spoken = once((all: readonly Read<unknown>[]): readonly Said<unknown>[] =>
  all.flatMap(({ id, sentMs, receivedMs, reading }) =>
    reading.kind === 'present' ? [{ id, sentMs, receivedMs, value: reading.value }] : [],
  ),
);

/** Whether the journal has its last record: without it the runner, or its disk, was lost while the drill went on. */
export function isWhole(c: CaseFile): boolean {
  return c.entries.some(({ kind }) => kind === 'closed' || kind === 'failed');
}

/** The broker, as what a finding is about. */
export function brokerSubject(c: CaseFile): { readonly host: string | null; readonly service: string } {
  return { host: c.broker?.planned.host ?? null, service: c.plan.broker };
}

export function servicesOf(c: CaseFile, role: PlannedService['role']): ServiceLives[] {
  return [...c.services.values()].filter(({ planned }) => planned.role === role);
}

function plantedOn(canaries: readonly CanaryEvent[]): ReadonlyMap<string, ReadonlySet<string>> {
  const planted = new Map<string, Set<string>>();
  for (const { event, host, tag } of canaries)
    if (event === 'planted') planted.set(host, (planted.get(host) ?? new Set()).add(tag));
  return planted;
}

/** By service, the cgroups that its manager called its own until the halt ended. */
function groupsOf(entries: readonly Entry[], untilMs: number): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const entry of entries) {
    if (entry.kind !== 'manager' || entry.read.receivedMs > untilMs) continue;
    const said = entry.read.reading.kind === 'present' ? entry.read.reading.value : [];
    for (const { service, reading } of said) {
      const group = reading.kind === 'present' ? reading.value.controlGroup : null;
      if (group != null) groups.set(service, (groups.get(service) ?? new Set()).add(group));
    }
  }
  return groups;
}
