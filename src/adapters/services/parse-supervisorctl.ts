import type { Bite, ManagedService, Revival } from '../../drill/model/manager.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { slowest } from '../../drill/model/revival.ts';
import { type ProgramSettings, settingsOf } from './supervisor-config.ts';

const NOT_UNDERSTOOD = unreadable('the answer of supervisorctl could not be understood');
const ROW = /^(\S+)\s+(STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)(?:\s+(.*))?$/;
const RUNNING = /^pid (\d{1,10}), uptime (?:\d+ days?, )?\d+:\d\d:\d\d$/;

/** supervisord looks after its processes about once a second. */
const TICK_MS = 1000;

interface Row {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
}

/**
 * `supervisorctl status` of everything, and the configuration that goes with it (http://supervisord.org/subprocess.html for the states).
 * A label is a process as supervisorctl names it, or `GROUP:*` for all of one group.
 *
 * Its counters are none: an uptime is not one. A process that was stopped by somebody is STOPPED and stays so; one that ended by itself
 * is EXITED, and started again as `autorestart` says; one that failed to start is tried again (BACKOFF) until it is FATAL. In
 * STARTING and STOPPING there is a process, whose pid is not shown.
 */
export function parseSupervisorctl(status: string, config: string, label: string): Reading<ManagedService> {
  const rows = rowsOf(status);
  if (rows === null) return NOT_UNDERSTOOD;
  const own = rows.filter(({ name }) =>
    label.endsWith(':*') ? name.startsWith(label.slice(0, -1)) : name === label,
  );
  if (own.length === 0) return absent;
  const each = own.map((row) => ({ row, settings: settingsOf(config, row.name) }));
  const back = each.map(({ settings }) => comesBack(settings));
  const starts = each.map(({ settings }) => settings?.autostart ?? null);
  const restart = [...new Set(each.map(({ settings }) => settings?.autorestart ?? null))];
  return present({
    pid: own.find(({ pid }) => pid !== null)?.pid ?? null,
    runs: null,
    restarts: null,
    invocation: null,
    keepAlive: restart.length === 1 && restart[0] !== null ? `autorestart=${restart[0]}` : null,
    comesBack: back.includes(null) ? null : back.every((one) => one === true),
    startsLeft: null,
    disabled: starts.includes(null) ? null : starts.every((one) => one === false),
    revives: slowest(each.flatMap(({ row, settings }) => revival(row, settings) ?? [])),
    bites: bitesOf(each.map(({ settings }) => settings)),
  });
}

// Nothing at all is no list: a supervisord without a single program is not the one that runs this fleet.
function rowsOf(status: string): readonly Row[] | null {
  const lines = status.split('\n');
  if (lines.pop() !== '' || lines.length === 0) return null;
  const rows: Row[] = [];
  for (const line of lines) {
    const [, name, state, words = ''] = ROW.exec(line.trimEnd()) ?? [];
    if (name === undefined || state === undefined) return null;
    const pid = RUNNING.exec(words)?.[1];
    if ((state === 'RUNNING') !== (pid !== undefined)) return null;
    if (rows.some((row) => row.name === name)) return null;
    rows.push({ name, state, pid: pid === undefined ? null : Number(pid) });
  }
  return rows;
}

/** A process that a signal ended is `unexpected`, whatever `exitcodes` says. */
function comesBack(settings: ProgramSettings | null): boolean | null {
  return settings?.autorestart == null ? null : settings.autorestart !== 'false';
}

function revival({ state }: Row, settings: ProgramSettings | null): Revival | null {
  const again = settings?.autorestart ?? null;
  switch (state) {
    case 'STOPPED':
    case 'STOPPING':
    case 'FATAL':
      return null;
    case 'RUNNING':
    case 'EXITED':
      return again === null || again === 'false' ? null : { withinMs: TICK_MS, by: `autorestart=${again}` };
    default: {
      const retries = settings?.startretries ?? null;
      const withinMs = state === 'BACKOFF' && retries !== null ? (retries + 1) * TICK_MS : null;
      return { withinMs, by: `a start that supervisord tries again (${state})` };
    }
  }
}

function bitesOf(all: readonly (ProgramSettings | null)[]): readonly Bite[] {
  const bites: Bite[] = [];
  if (all.some((one) => one?.stopasgroup === false))
    bites.push({
      kind: 'leaves-children',
      how: 'stopasgroup is not set, so that a stop reaches its main process alone and leaves that one’s children',
    });
  if (all.some((one) => one?.autostart === true))
    bites.push({
      kind: 'starts-at-boot',
      how: 'autostart is set, so that supervisord starts it whenever it starts',
    });
  return bites;
}
