import type { Bite, ManagedService, Revival } from '../../drill/model/manager.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { slowest } from '../../drill/model/revival.ts';

const NOT_UNDERSTOOD = unreadable('the answer of pm2 could not be understood');

/** States in which a process is there; in any other, pm2 goes on showing the pid of the last one. */
const WITH_PROCESS: ReadonlySet<string> = new Set(['online', 'launching', 'stopping']);
const STATES: ReadonlySet<string> = new Set([
  ...WITH_PROCESS,
  ...['stopped', 'waiting restart', 'errored', 'one-launch-status'],
]);
/** The most that `exp_backoff_restart_delay` grows to (pm2's God.js). */
const LONGEST_BACKOFF_MS = 15_000;

interface App {
  readonly name: string;
  readonly id: number;
  readonly pid: number | null;
  readonly status: string;
  readonly autorestart: boolean;
  readonly restarts: number | null;
  /** When it was last started, milliseconds; every start sets it, whoever asked for it. */
  readonly startedMs: number | null;
  readonly delayMs: number | null;
  readonly cron: boolean;
  readonly treekill: boolean;
}

/**
 * `pm2 jlist`: a JSON array of applications, and the names in dump.pm2, which `pm2 resurrect` starts at boot. A label is a name, of
 * which a cluster has several processes, or a `pm_id`.
 *
 * `restart_time` counts restarts since somebody started it. `pm_uptime` is the moment of its last start, and a stop leaves it
 * alone: it does what an invocation id does. `cron_restart` starts what was stopped all the same (pm2 forgets it only with `delete`).
 */
export function parsePm2(jlist: string, dump: readonly string[], label: string): Reading<ManagedService> {
  const apps = appsOf(jlist);
  if (apps === null) return NOT_UNDERSTOOD;
  const named = apps.filter(({ name }) => name === label);
  const own = named.length > 0 ? named : apps.filter(({ id }) => String(id) === label);
  if (own.length === 0) return absent;
  const counted = own.flatMap(({ restarts }) => restarts ?? []);
  const started = own.flatMap(({ startedMs }) => startedMs ?? []);
  const again = own.every(({ autorestart }) => autorestart);
  const saved = own.some(({ name }) => dump.includes(name));
  const bites: Bite[] = [];
  if (own.some(({ treekill }) => !treekill))
    bites.push({
      kind: 'leaves-children',
      how: 'treekill is off, so that a stop leaves the children of its process',
    });
  if (saved)
    bites.push({
      kind: 'starts-at-boot',
      how: 'it is saved in dump.pm2, which `pm2 resurrect` starts at boot',
    });
  return present({
    pid: own.find(({ pid }) => pid !== null)?.pid ?? null,
    runs: null,
    // One number for one process: a sum of several could stand in no answer of pm2's.
    restarts: own.length === 1 ? (counted[0] ?? null) : null,
    invocation: started.length === own.length ? started.join(',') : null,
    keepAlive: again ? 'autorestart' : null,
    comesBack: again,
    startsLeft: null,
    disabled: saved ? false : null,
    revives: slowest(own.flatMap(revivals)),
    bites,
  });
}

function revivals({ status, autorestart, delayMs, cron }: App): Revival[] {
  const found: Revival[] = [];
  if (status === 'waiting restart') found.push({ withinMs: delayMs, by: 'a restart that pm2 has put off' });
  else if (autorestart && WITH_PROCESS.has(status)) found.push({ withinMs: delayMs, by: 'autorestart' });
  if (cron) found.push({ withinMs: null, by: 'its cron_restart' });
  return found;
}

function appsOf(text: string): readonly App[] | null {
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(all)) return null;
  const apps = all.map(appOf);
  return apps.includes(null) ? null : (apps as App[]);
}

function appOf(one: unknown): App | null {
  const env = record(record(one)?.pm2_env);
  const { name, pid, pm_id: id } = record(one) ?? {};
  const { status, autorestart = true, restart_time: restarts, pm_uptime: startedMs } = env ?? {};
  if (typeof name !== 'string' || typeof status !== 'string' || !STATES.has(status)) return null;
  if (!isCount(id) || !isCount(pid) || typeof autorestart !== 'boolean') return null;
  const there = WITH_PROCESS.has(status);
  if (status === 'online' && pid === 0) return null;
  const delay = Number(env?.restart_delay ?? 0);
  const backoff = env?.exp_backoff_restart_delay ?? 0;
  return {
    name,
    id,
    status,
    autorestart,
    pid: there && pid > 0 ? pid : null,
    restarts: isCount(restarts) ? restarts : null,
    startedMs: isCount(startedMs) ? startedMs : null,
    delayMs:
      Number.isFinite(delay) && delay >= 0 ? Math.max(delay, backoff === 0 ? 0 : LONGEST_BACKOFF_MS) : null,
    cron: ![undefined, null, '', 0, '0', false].includes(env?.cron_restart as null),
    treekill: env?.treekill !== false,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
