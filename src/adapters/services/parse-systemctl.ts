import type { Bite, ManagedService, Revival } from '../../drill/model/manager.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { slowest } from '../../drill/model/revival.ts';
import { parseTimespan } from './parse-timespan.ts';

const NOT_UNDERSTOOD = unreadable('the answer of systemctl could not be understood');

/**
 * `systemctl show` of one unit, and of each unit that can trigger it, as KEY=VALUE lines (systemctl(1), and
 * org.freedesktop.systemd1(5) for the properties).
 *
 * `NRestarts` counts the restarts that Restart= made and is set back by the next explicit start. `InvocationID` is new with
 * every activation. A unit that nothing refers to is forgotten once it is inactive, and then shows neither. Restart= does
 * nothing for a unit that was stopped by systemctl: such a one is `inactive`, one that waits for its restart `activating`. A timer,
 * socket or path unit starts what was stopped all the same.
 */
export function parseSystemctlShow(
  unit: string,
  triggers: readonly { readonly name: string; readonly text: string }[],
): Reading<ManagedService> {
  const shown = propertiesOf(unit);
  if (shown === null) return NOT_UNDERSTOOD;
  const one = (key: string): string | undefined =>
    shown.get(key)?.length === 1 ? shown.get(key)?.[0] : undefined;
  if (one('Id') === undefined || one('LoadState') === undefined) return NOT_UNDERSTOOD;
  if (one('LoadState') === 'not-found') return absent;
  const state = one('ActiveState');
  const pid = whole(one('MainPID'));
  const restarts = shown.has('NRestarts') ? whole(one('NRestarts')) : null;
  const invocation = one('InvocationID') ?? '';
  if (state === undefined || pid === undefined || restarts === undefined) return NOT_UNDERSTOOD;
  if (invocation !== '' && !/^[0-9a-f]{32}$/.test(invocation)) return NOT_UNDERSTOOD;
  const restart = one('Restart');
  const revivals: Revival[] = [];
  const bites: Bite[] = killModeOf(one('KillMode'));
  if (restart !== undefined && restart !== 'no' && state !== 'inactive' && state !== 'failed') {
    const delays = [one('RestartUSec') ?? '', one('RestartMaxDelayUSec') ?? 'infinity'];
    const [delayMs = null, mostMs = null] = delays.map(parseTimespan);
    revivals.push({
      withinMs: delayMs === null ? null : Math.max(delayMs, mostMs ?? 0),
      by: `Restart=${restart}`,
    });
  }
  for (const trigger of triggers) {
    const properties = propertiesOf(trigger.text);
    const revival =
      properties === null ? { withinMs: null, by: trigger.name } : triggered(trigger.name, properties);
    if (revival === null) continue;
    revivals.push(revival);
    bites.push({
      kind: 'revived',
      how: `${trigger.name} is active and starts it again, though it was stopped`,
    });
  }
  const file = one('UnitFileState') ?? '';
  if (/^enabled/.test(file))
    bites.push({
      kind: 'starts-at-boot',
      how: 'it is enabled, so that a reboot starts it and undoes the halt',
    });
  return present({
    pid: pid === 0 ? null : pid,
    runs: null,
    restarts,
    invocation: invocation === '' ? null : invocation,
    controlGroup: ownGroup(one('ControlGroup')),
    keepAlive: restart === undefined || restart === 'no' ? null : `Restart=${restart}`,
    comesBack: restart === undefined ? null : AFTER_KILL.has(restart),
    startsLeft: startsLeft(one),
    disabled: file === '' ? null : /^(?:disabled|masked)/.test(file),
    revives: slowest(revivals),
    bites,
  });
}

/** org.freedesktop.systemd1(5): the cgroup of the unit, empty while it has none. The root holds everybody. */
function ownGroup(path: string | undefined): string | null {
  return path?.startsWith('/') === true && path !== '/' ? path : null;
}

/** systemd.kill(5): `process` ends the main process alone, `none` no process; `mixed` and `control-group` end all of them. */
function killModeOf(mode: string | undefined): Bite[] {
  if (mode !== 'process' && mode !== 'none') return [];
  const what = mode === 'process' ? 'a stop ends its main process alone' : 'a stop ends no process of it';
  return [{ kind: 'leaves-children', how: `KillMode=${mode}, so that ${what}` }];
}

/** systemd.service(5), Restart=: the settings under which a process that a signal ended is started again. */
const AFTER_KILL: ReadonlySet<string> = new Set(['always', 'on-failure', 'on-abnormal', 'on-abort']);

/**
 * How many starts the limit of systemd.unit(5) (StartLimitBurst= within StartLimitIntervalSec=) allows at the least. Only the
 * number of restarts since the last explicit start is shown: where the present life is older than the interval, none of
 * them counts any more. Null where there is no limit, or it cannot be told.
 */
function startsLeft(one: (key: string) => string | undefined): number | null {
  const burst = whole(one('StartLimitBurst'));
  const intervalMs = parseTimespan(one('StartLimitIntervalUSec') ?? '');
  if (burst === undefined || burst === 0 || intervalMs === null || intervalMs === 0) return null;
  const began = whole(one('ExecMainStartTimestampMonotonic'));
  const now = whole(one('HaltdrillUptimeUSec'));
  if (began === undefined || now === undefined) return null;
  if (now - began > intervalMs * 1000) return burst;
  return Math.max(0, burst - (whole(one('NRestarts')) ?? 0) - 1);
}

function triggered(name: string, properties: Properties): Revival | null {
  const [active] = properties.get('ActiveState') ?? [];
  const [sub] = properties.get('SubState') ?? [];
  if (active === 'inactive' || active === 'failed' || sub === 'elapsed') return null;
  const unbounded = { withinMs: null, by: name };
  if (!name.endsWith('.timer')) return unbounded;
  const calendar = (properties.get('TimersCalendar') ?? []).some((value) => value !== '');
  const spans = (properties.get('TimersMonotonic') ?? []).map((value) =>
    /^\{ (On\w+)=([^;]+?) ; /.exec(value),
  );
  const late = ['AccuracyUSec', 'RandomizedDelayUSec'].map((key) =>
    parseTimespan(properties.get(key)?.[0] ?? '0'),
  );
  if (calendar || spans.length === 0) return unbounded;
  // What recurs fires at the earliest of its times; a timer that counts from boot alone, at its only one.
  const again = spans.filter((span) => span?.[1]?.startsWith('OnUnit'));
  const times = (again.length > 0 ? again : spans).map((span) => parseTimespan(span?.[2] ?? ''));
  const all = [...times, ...late];
  if (all.some((ms) => ms === null)) return unbounded;
  const known = times as number[];
  const most = again.length > 0 ? Math.min(...known) : Math.max(...known);
  return { withinMs: most + (late as number[]).reduce((sum, ms) => sum + ms, 0), by: name };
}

type Properties = ReadonlyMap<string, readonly string[]>;

// A property of which there may be several, as TimersMonotonic, has a line for each.
function propertiesOf(text: string): Properties | null {
  const found = new Map<string, string[]>();
  const lines = text.split('\n');
  if (lines.pop() !== '') return null;
  for (const line of lines) {
    const [, key, value] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return null;
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}

function whole(text: string | undefined): number | undefined {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;
}
