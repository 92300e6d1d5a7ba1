import { harmless, listed, seconds } from '../wording.ts';
import type { FindingKind } from './kind.ts';

/** Processes of the service, and when they were last seen, from T0. */
export interface StillRunning {
  readonly pids: readonly number[];
  readonly afterMs: number;
}

/** Something that could bring a service back: what its host would do by itself, or a process that its manager still runs for it. */
export type Reviver =
  | { readonly by: string; readonly withinMs: number | null }
  | { readonly pid: number; readonly manager: string | null };

/** How the counters of a manager show a life that no sample saw. */
export type Counted =
  | { readonly what: 'runs' | 'restarts'; readonly from: number; readonly to: number }
  | { readonly what: 'invocation' }
  | { readonly what: 'loaded again' };

/** Processes that it is about. */
interface Pids {
  readonly pids: readonly number[];
}

const common = { severity: 'fail', group: 'stopping', acceptable: true } as const;

/** What had to stop did not, or not wholly, or not for long. */
export const stoppingFindings = {
  'successful-no-op': {
    ...common,
    title: 'The broker acknowledged the stop; the same process still runs',
    meaning:
      'The halt was acknowledged, and after the deadline a life of the service that was there before the trigger is still there.',
    cause:
      'The stop command ran on another host, or for a label that the service manager there does not know, and returned success.',
    fix: 'Send the stop to the host where the service lives, and let the broker look for the process before it reports success.',
    says: {
      'same process': ({ host, service }, { pids, afterMs }: StillRunning) =>
        `The broker acknowledged the stop of ${service}; the same process (pid ${pids.join(', ')}) still ran on ${host} ${seconds(afterMs)} after T0.`,
    },
  },
  'wrong-host-stop': {
    ...common,
    title: 'The broker says it stopped the service on a host where it does not live',
    meaning: 'The reply or the audit log names another host than the inventory does.',
    cause: 'The list of daemons and the list of hosts in the broker have drifted apart.',
    fix: 'Give every daemon in the broker its host, and reach it there.',
    says: {
      'another host': (
        { host, service },
        {
          sources,
          places,
        }: { readonly sources: readonly ('reply' | 'audit')[]; readonly places: readonly string[] },
      ) =>
        `The broker's ${listed(sources.map((source) => (source === 'reply' ? 'reply' : 'audit log')))} ${sources.length > 1 ? 'say' : 'says'} that ${service} was stopped on ${listed(places)}; it lives on ${host}.`,
    },
  },
  'partial-stop': {
    ...common,
    title: 'Part of what had to stop still runs',
    meaning:
      'The halt was not acknowledged for this service, or some of its processes stopped and others did not.',
    cause: 'A failed stop that was not retried, or a service with more processes than the broker knows.',
    fix: 'Retry until every process is seen gone; report what is not.',
    says: {
      'some still run': ({ host, service }, { pids, afterMs, of }: StillRunning & { readonly of: number }) =>
        `${pids.length} of ${of} processes of ${service} still ran on ${host} ${seconds(afterMs)} after T0 (pid ${pids.join(', ')}).`,
      'not acknowledged': ({ host, service }, { pids, afterMs }: StillRunning) =>
        `The broker did not acknowledge the stop of ${service}, and it still ran on ${host} ${seconds(afterMs)} after T0 (pid ${pids.join(', ')}).`,
      'still answers': ({ service }, { afterMs }: { readonly afterMs: number }) =>
        `${service} had to be gone, and its API still answered ${seconds(afterMs)} after T0.`,
    },
  },
  'late-stop': {
    ...common,
    title: 'It stopped, but after the deadline',
    meaning: 'The last process of the service died wholly after T0 + within.',
    cause: 'Stops that run one after another, a long grace period, or a queue before the stopper.',
    fix: 'Stop hosts in parallel, shorten the grace period, or admit a longer deadline in the drill.',
    says: {
      late: (
        { host, service },
        {
          fromMs,
          toMs,
          withinMs,
        }: { readonly fromMs: number; readonly toMs: number; readonly withinMs: number },
      ) =>
        `${service} stopped on ${host} ${seconds(fromMs)} to ${seconds(toMs)} after T0; the deadline was ${seconds(withinMs)}.`,
    },
  },
  respawned: {
    ...common,
    title: 'It stopped and came back while halted',
    meaning:
      'After its processes were gone, a new life of the service appeared before the resume and stayed.',
    cause: 'KeepAlive, Restart=always, a timer, a socket or a sibling that starts it again.',
    fix: 'Disable the service in its manager for as long as the halt lasts, do not just kill it.',
    says: {
      'child took over': ({ service }, { pids, afterMs }: StillRunning) =>
        `${service} stopped, and a child of it took its place (pid ${pids.join(', ')}), seen ${seconds(afterMs)} after T0.`,
      'came back': ({ host, service }, { pids }: Pick<StillRunning, 'pids'>) =>
        `${service} came back on ${host} while halted (pid ${pids.join(', ')}) and was still there when the halt ended.`,
    },
  },
  'boot-resurrection': {
    ...common,
    title: 'Its host was rebooted while halted, and it came back with it',
    meaning:
      'The host was booted again between the trigger and the resume, and a life of the service appeared under the new boot and stayed.',
    cause:
      'The service is enabled at boot, or its supervisor is, and what starts it there asks nobody whether the fleet is halted.',
    fix: 'Have the halt disable the service at boot too (systemctl disable, launchctl disable), or have the service ask for the halt before it begins to work.',
    says: {
      'came back with host': ({ host, service }, { pids }: Pick<StillRunning, 'pids'>) =>
        `${host} was rebooted while halted, and ${service} came back with it (pid ${pids.join(', ')}) and was still there when the halt ended.`,
    },
  },
  flapped: {
    ...common,
    title: 'It came back while halted, and went again',
    meaning: 'A new life of the service was seen during the halt and had ended before the halt did.',
    cause: 'A manager that restarts it and a broker that stops it again, taking turns.',
    fix: 'Disable the service in its manager for as long as the halt lasts.',
    says: {
      'came and went': ({ host, service }, { pids }: Pick<StillRunning, 'pids'>) =>
        `${service} came back on ${host} while halted (pid ${pids.join(', ')}) and went again.`,
      'counted by manager': (
        { host, service },
        { manager, counted }: { readonly manager: string | null; readonly counted: Counted },
      ) =>
        `${manager ?? 'its manager'} on ${host} counted another life of ${service} while it was halted, too short for any sample: ${countedHow(counted)}.`,
    },
  },
  'orphaned-children': {
    ...common,
    title: 'The service stopped, its children did not',
    meaning:
      'Every root process is gone, and a process that descends from one still runs after the deadline.',
    cause: 'The stop signals one pid instead of the process group, session or cgroup.',
    fix: 'Stop the whole group, or declare legitimate helpers in `leaves:`.',
    says: {
      'descendants run': ({ service }, { pids, afterMs }: StillRunning) =>
        `${service} stopped, but processes that descend from it still ran ${seconds(afterMs)} after T0 (pid ${pids.join(', ')}).`,
    },
  },
  'renamed-survivor': {
    ...common,
    title: 'The process still runs under another name',
    meaning:
      'A baseline life is still there after the deadline, and its argv or executable no longer matches the service.',
    cause: 'A process that rewrites its title or calls exec on SIGTERM.',
    fix: 'Find processes by pid and start time, not by name.',
    says: {
      'another name': ({ service }, { pids, afterMs }: StillRunning) =>
        `Pid ${pids.join(', ')}, which was ${service} before the trigger, still ran under another name ${seconds(afterMs)} after T0.`,
    },
  },
  'frozen-not-stopped': {
    ...common,
    title: 'The process is frozen, not stopped',
    meaning: 'A baseline life is in state T: SIGCONT brings it back with everything it had in hand.',
    cause: 'SIGSTOP used as a halt, or a debugger attached.',
    fix: 'Terminate the process.',
    says: {
      frozen: ({ service }, { pids, afterMs }: StillRunning) =>
        `${service} is frozen, not stopped: pid ${pids.join(', ')} was in state T ${seconds(afterMs)} after T0.`,
    },
  },
  'duplicate-instance': {
    ...common,
    title: 'The service also runs somewhere else',
    meaning:
      'A process that matches the service was seen that is neither one of its baseline lives nor one of their descendants.',
    cause: 'A second copy on another host, or one started by hand.',
    fix: 'Stop it, or declare it in the inventory.',
    says: {
      'too many': ({ host, service }, { pids, declared }: Pids & { readonly declared: number }) =>
        `${pids.length} processes of ${service} ran on ${host} before the trigger; the inventory says ${declared} (pid ${pids.join(', ')}).`,
      'beside it': ({ host, service }, { pids, declared }: Pids & { readonly declared: number }) =>
        `Beside ${service} another process of it ran on ${host} (pid ${pids.join(', ')}); the inventory says ${declared}.`,
      elsewhere: ({ host, service }, { pids, home }: Pids & { readonly home: string }) =>
        `${service} lives on ${home}, and ${pids.length === 1 ? 'a process that matches it' : `${pids.length} processes that match it, one after another or beside each other,`} ran on ${host} (pid ${pids.join(', ')}).`,
    },
  },
  'hold-too-short': {
    ...common,
    severity: 'inconclusive',
    title: 'The hold is shorter than the time after which something revives the service',
    meaning:
      'A known restart delay, throttle or timer outlasts the hold, so that staying down for that long proves nothing.',
    cause: 'A long RestartSec, ThrottleInterval or timer.',
    fix: 'Lengthen `hold`, or disable the reviver during a halt.',
    says: {
      'may be revived': (
        { host, service },
        { revivers, watchedMs }: { readonly revivers: readonly Reviver[]; readonly watchedMs: number },
      ) =>
        `${service} on ${host} may still be brought back by ${listed(revivers.map(reviverName))}; it was watched for ${seconds(watchedMs)} after it stopped.`,
    },
  },
} as const satisfies Record<string, FindingKind>;

function countedHow(counted: Counted): string {
  switch (counted.what) {
    case 'runs':
    case 'restarts':
      return `its ${counted.what} went from ${counted.from} to ${counted.to}`;
    case 'invocation':
      return 'its invocation id changed';
    case 'loaded again':
      return 'it was loaded again and has run';
  }
}

function reviverName(reviver: Reviver): string {
  if ('pid' in reviver)
    return `pid ${reviver.pid}, which ${reviver.manager ?? 'its manager'} still runs for it`;
  const inTime = reviver.withinMs === null ? 'at no known time' : `within ${seconds(reviver.withinMs)}`;
  return `${harmless(reviver.by, 80)} (${inTime})`;
}
