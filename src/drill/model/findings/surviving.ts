import { seconds } from '../wording.ts';
import type { FindingKind } from './kind.ts';

interface Ended {
  readonly pids: readonly number[];
}

const common = { severity: 'fail', group: 'surviving', acceptable: true } as const;

/** What had to survive did not, or not unharmed. */
export const survivingFindings = {
  'collateral-stop': {
    ...common,
    title: 'A service that must survive was stopped',
    meaning: 'A life of a survivor ended during the halt and none took its place.',
    cause: 'A stop list that is too long, or a dependency that takes the service down with another.',
    fix: 'Take the service off the list of that level.',
    says: {
      'nothing follows': ({ host, service }, { pids, isExec }: Ended & { readonly isExec: boolean }) =>
        isExec
          ? `${service} must survive this level; its process on ${host} (pid ${pids.join(', ')}) called exec and was another program, and nothing took its place.`
          : `${service} must survive this level; it was stopped on ${host} (pid ${pids.join(', ')}), and nothing took its place.`,
    },
  },
  'survivor-restarted': {
    ...common,
    title: 'A service that must survive was restarted',
    meaning: 'Its baseline life ended during the halt and another took its place.',
    cause: 'It was on the stop list and its manager brought it back.',
    fix: 'Take the service off the list of that level.',
    says: {
      'process ended': (
        { host, service },
        {
          pids,
          by,
          isExec,
          next,
        }: Ended & {
          readonly by: 'halt' | 'undo';
          readonly isExec: boolean;
          readonly next: 'another' | 'itself' | 'nothing';
        },
      ) =>
        `${service} must survive this level; its process on ${host} (pid ${pids.join(', ')}) ${isExec ? 'called exec and was another program' : 'was ended'} ${by === 'halt' ? 'during the halt' : 'by the undo'}, and ${next === 'itself' ? 'is it again' : `${next} took its place`}.`,
      'ended after crash': ({ host, service }, { pids, isFirst }: Ended & { readonly isFirst: boolean }) =>
        `${isFirst ? 'After the one crash that the drill made' : 'After it had ended by itself'}, ${service} ended again on ${host} (pid ${pids.join(', ')}).`,
    },
  },
  'survivor-stale': {
    ...common,
    title: 'A survivor is alive but no longer at work',
    meaning: 'Its heartbeat stopped changing during the halt.',
    cause: 'It waits for something that was stopped.',
    fix: 'Make watchers independent of what they watch.',
    says: {
      frozen: (
        { service },
        {
          pid,
          state,
          forMs,
          isToTheEnd,
        }: {
          readonly pid: number;
          readonly state: string;
          readonly forMs: number;
          readonly isToTheEnd: boolean;
        },
      ) =>
        `${service} is there (pid ${pid}), but was frozen: in state ${state} for ${seconds(forMs)}${isToTheEnd ? ' until the drill ended' : ''}.`,
      'heartbeat stood still': (
        { host, service },
        { forMs, everyMs }: { readonly forMs: number; readonly everyMs: number },
      ) =>
        `The heartbeat of ${service} on ${host} stood still for ${seconds(forMs)}; it changes every ${seconds(everyMs)} when all is well.`,
    },
  },
  'collateral-halt': {
    ...common,
    names: 'asset',
    title: 'Assets that the halt must not reach stopped trading',
    meaning:
      'Orders that went on before the trigger did not go on after it for an asset that must stay active.',
    cause: 'A halt of one asset that stops the trader of all.',
    fix: 'Block the asset, not the process.',
    says: {
      'no orders': ({ asset }, { silenceMs }: { readonly silenceMs: number }) =>
        `${asset} must go on trading at this level; no order was accepted for ${seconds(silenceMs)} before the halt ended.`,
    },
  },
} as const satisfies Record<string, FindingKind>;
