import type { BrokerState } from '../broker-state.ts';
import { describe, differ, listed, seconds } from '../wording.ts';
import { type Answered, afterGuard } from './guard-words.ts';
import type { FindingKind } from './kind.ts';

const CLAIMANT = { api: 'its API', store: 'its store', reply: 'its reply to the halt' } as const;

const common = { severity: 'fail', group: 'state', acceptable: true } as const;

/** What the broker knows of the halt, by its API and in its store. */
export const stateFindings = {
  'amnesia-restart': {
    ...common,
    title: 'The broker restarted and forgot the halt',
    meaning:
      'A new life of the broker reports no halt, where the one before it was halted and nobody resumed.',
    cause: 'Halt state is kept in memory.',
    fix: 'Write level, incident and reason to durable storage before the first stop, and read them at start.',
    says: {
      forgotten: (
        { service },
        {
          was,
          by,
          is,
        }: { readonly was: BrokerState; readonly by: keyof typeof CLAIMANT; readonly is: BrokerState },
      ) =>
        `${service} was halted (${describe(was)}, by ${CLAIMANT[by]}); restarted, it reports ${describe(is)}.`,
    },
  },
  'partial-amnesia': {
    ...common,
    names: 'field',
    title: 'The broker restarted and forgot part of the halt',
    meaning:
      'A new life of the broker is halted, but its level, incident, reason or asset differ from before.',
    cause: 'Only part of the halt state is persisted.',
    fix: 'Persist level, incident, reason and asset in one transaction.',
    says: {
      'reports another': (
        { service, field },
        { was, is }: { readonly was: BrokerState; readonly is: BrokerState },
      ) =>
        `${service} was halted (${describe(was)}); restarted, it reports ${describe(is)}: ${field} differs.`,
      'stores another': (
        { service, field },
        { was, is }: { readonly was: BrokerState; readonly is: BrokerState | null },
      ) =>
        `Before ${service} restarted, its store held ${describe(was)}; afterwards it holds ${is === null ? 'no state at all' : describe(is)}: ${field} differs.`,
    },
  },
  'unpersisted-halt': {
    ...common,
    title: 'The halt is not in the store',
    meaning:
      "The API says halted; the broker's database, read without it, did not change with the halt, or later than the reply said that it had.",
    cause: 'Halt state is kept in memory, or written later.',
    fix: 'Write the halt before replying.',
    says: {
      'not in store': (
        { service },
        { said, level }: { readonly said: BrokerState; readonly level: number | null },
      ) =>
        `${service} says ${describe(said)}; its store, read without it, still holds what it held before the trigger (level ${level ?? 'none'}).`,
      'not in lone store': (
        { service },
        { afterMs, level }: { readonly afterMs: number; readonly level: number | null },
      ) =>
        `${seconds(afterMs)} after T0 the store of ${service} held what it had held before the trigger (level ${level ?? 'none'}), and where ${service} must be gone nothing else knows of the halt.`,
    },
  },
  'wrong-asset': {
    ...common,
    title: 'The broker halted another asset than it was asked to',
    meaning:
      'While halted, API, store or reply name an asset that is not the one the drill asked for, or name one where everything had to halt.',
    cause: 'A default for the asset, a mapping of symbols, or a request that was merged with an older one.',
    fix: 'Take the asset from the request as it is, and refuse one that is not known.',
    acceptable: false,
    says: {
      'names another': (
        { service },
        {
          asked,
          source,
          named,
        }: {
          readonly asked: string | null;
          readonly source: 'reply' | 'API' | 'store';
          readonly named: string;
        },
      ) =>
        `The drill asked for a halt of ${asked ?? 'everything'}, and the ${source} of ${service} names ${named}.`,
    },
  },
  'split-state': {
    ...common,
    names: 'field',
    title: 'API and store disagree',
    meaning: 'What the API says of level, incident or reason differs from the store, and stays so.',
    cause: 'A cached status, or a store that another process writes.',
    fix: 'Answer status from the store.',
    says: {
      disagree: (
        _,
        {
          forMs,
          api,
          store,
          fields,
        }: {
          readonly forMs: number;
          readonly api: BrokerState;
          readonly store: BrokerState;
          readonly fields: readonly string[];
        },
      ) =>
        `For ${seconds(forMs)} and more the API said ${describe(api)} and the store ${describe(store)}: ${differ(fields)}.`,
    },
  },
  'self-halt': {
    ...common,
    title: 'The broker stopped itself',
    meaning:
      'The life of the broker that took the trigger ended before the drill crashed or resumed anything.',
    cause: 'The broker is in the list of daemons that it stops.',
    fix: 'Take the broker off its own list.',
    says: {
      ended: (
        { service },
        { pid, fromMs, toMs }: { readonly pid: number; readonly fromMs: number; readonly toMs: number },
      ) =>
        `${service}, which took the trigger as pid ${pid}, ended ${seconds(fromMs)} to ${seconds(toMs)} after it; the drill had not touched it.`,
    },
  },
  'broker-down': {
    ...common,
    title: 'The broker does not answer while halted',
    meaning:
      'It must stay up at this level, and no process of it, or no answer, was there at the end of the hold.',
    cause: 'It was stopped or crashed, and nothing brought it back.',
    fix: 'Give the broker a restart policy, and take it off its own list.',
    says: {
      'not there': ({ service }) =>
        `${service} ended during the halt, and no process of it was there when the halt ended.`,
      'not answering': ({ service }, { forMs }: { readonly forMs: number }) =>
        `${service} came back as a process and did not answer for ${seconds(forMs)}.`,
      'back late': (
        { service },
        { afterMs, allowedMs }: { readonly afterMs: number; readonly allowedMs: number },
      ) =>
        `${service} answered again only ${seconds(afterMs)} after it ended; ${seconds(allowedMs)} are allowed.`,
    },
  },
  'silent-downgrade': {
    ...common,
    title: 'The level changed during the halt though nobody resumed',
    meaning:
      'The broker reported another level than the drill demands, within one life of it, before the resume.',
    cause: 'A timeout that lifts the halt, or a lower request that lowers it.',
    fix: 'Lift a halt only by an explicit, conditional resume.',
    says: {
      'shows lower': (
        _,
        {
          source,
          level,
          expected,
          afterMs,
        }: {
          readonly source: 'API' | 'store';
          readonly level: number | null;
          readonly expected: number;
          readonly afterMs: number;
        },
      ) =>
        `Its ${source} showed ${level === null ? `no state at all instead of level ${expected}` : `level ${level} instead of ${expected}`} ${seconds(afterMs)} after T0, and nobody had resumed.`,
      'store gave up': (
        _,
        {
          level,
          expected,
          afterMs,
        }: { readonly level: number | null; readonly expected: number; readonly afterMs: number },
      ) =>
        `The store showed ${level === null ? 'no state at all' : `level ${level}`} instead of level ${expected} ${seconds(afterMs)} after T0, and nobody had resumed.`,
      'lowered by guard': (
        _,
        { is, was, ...one }: Answered & { readonly is: number; readonly was: number },
      ) => `${afterGuard(one)} the level was ${is} instead of ${was}.`,
    },
  },
  'missing-incident': {
    ...common,
    title: 'There is no open incident for the halt',
    meaning:
      'The broker is halted, and neither API nor store has an open incident for it: there never was one, or it was resolved with the halt still in force.',
    cause: 'The halt and the incident are written in separate steps.',
    fix: 'Open the incident in the transaction that records the halt, and resolve it in the one that ends it.',
    says: {
      'resolved early': (
        _,
        {
          ids,
          afterMs,
          level,
        }: { readonly ids: readonly string[]; readonly afterMs: number; readonly level: number },
      ) =>
        `Incident ${listed(ids)} was resolved in the store ${seconds(afterMs)} after T0, with level ${level} still in force and nobody having resumed.`,
      'none open': ({ service }, { level }: { readonly level: number }) =>
        `${service} is at level ${level}, and neither its API nor its store has an open incident.`,
      'none with nonce': ({ service }, { level }: { readonly level: number }) =>
        `The store of ${service} holds level ${level}, and no open incident that carries this drill's nonce.`,
    },
  },
  'duplicate-incident': {
    ...common,
    title: 'One trigger opened more than one incident',
    meaning: 'More than one incident opened after the intent, without a second trigger.',
    cause: 'Retries that are not idempotent.',
    fix: 'Make the halt idempotent on its level and holder.',
    says: {
      several: (_, { ids }: { readonly ids: readonly string[] }) =>
        `One trigger opened ${ids.length} incidents: ${listed(ids)}.`,
      'another by guard': (
        _,
        { is, was, ...one }: Answered & { readonly is: string | null; readonly was: string },
      ) => `${afterGuard(one)} the incident was ${is ?? 'none'} instead of ${was}.`,
    },
  },
} as const satisfies Record<string, FindingKind>;
