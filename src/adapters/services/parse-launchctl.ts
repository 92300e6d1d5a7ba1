import type { Bite, ManagedService, Revival } from '../../drill/model/manager.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { slowest } from '../../drill/model/revival.ts';

/** launchd.plist(5), ThrottleInterval: a job is not spawned more than once every 10 seconds unless it says otherwise. */
const THROTTLE_S = 10;

/**
 * `launchctl print` of one service, of macOS 10.10 and later or of the embedded lab. The format is nobody's promise
 * (launchctl(1) says so itself); this reads what captures of macOS 13 to 26 have in common: `NAME = {`, top-level `key = value`
 * lines behind one tab, blocks whose lines stand behind more, and `}`. Whatever does not fit makes it unreadable.
 *
 * `runs` counts spawns since the service was loaded, `pid` is there only while it runs, `minimum runtime` is ThrottleInterval
 * and `run interval` StartInterval. `keepalive` among the `properties` is an unconditional KeepAlive; a conditional one stands
 * under `semaphores`, and whether it applies shows in the state, `spawn scheduled`. Calendar times and other events stand under
 * `event triggers`. `pended nondemand spawn` says that a spawn is put off, for as long as the system likes.
 */
export function parseLaunchctlPrint(text: string): Reading<Omit<ManagedService, 'disabled'>> {
  const job = linesOf(text);
  if (job === null) return unreadable('the answer of launchctl could not be understood');
  const { keys, blocks } = job;
  const state = keys.get('state');
  const pid = whole(keys.get('pid'));
  const runs = whole(keys.get('runs'));
  const throttleS = decimal(keys.get('minimum runtime') ?? String(THROTTLE_S));
  const interval = keys.get('run interval');
  const intervalS = interval === undefined ? null : decimal(interval.replace(/ seconds?$/, ''));
  if (state === undefined || pid === 'odd' || runs === 'odd' || throttleS === null)
    return unreadable('the answer of launchctl could not be understood');
  if ((state === 'running') !== (pid !== null))
    return unreadable('launchctl contradicts itself about the pid');
  if (interval !== undefined && intervalS === null)
    return unreadable('the run interval in the answer of launchctl could not be understood');

  const properties = keys.get('properties')?.split(' | ') ?? [];
  const always = properties.includes('keepalive') || keys.get('keepalive') === 'true';
  const pended = keys.get('pended nondemand spawn');
  const revivals: Revival[] = [];
  if (always) revivals.push({ withinMs: throttleS * 1000, by: 'KeepAlive' });
  if (state === 'spawn scheduled')
    revivals.push({ withinMs: throttleS * 1000, by: 'a spawn that is scheduled' });
  if (intervalS !== null)
    revivals.push({ withinMs: intervalS * 1000, by: `its run interval of ${intervalS} s` });
  if (pended !== undefined && pended !== 'false')
    revivals.push({ withinMs: null, by: 'a spawn that launchd has put off' });
  if (blocks.has('event triggers')) revivals.push({ withinMs: null, by: 'a calendar time or another event' });
  if (blocks.has('sockets')) revivals.push({ withinMs: null, by: 'a socket that launchd listens on' });
  return present({
    pid,
    runs,
    restarts: null,
    invocation: null,
    keepAlive: always ? 'always' : conditional(job),
    comesBack: always ? true : afterKill(job, revivals.length > 0),
    startsLeft: null,
    revives: slowest(revivals),
    bites: [...(always || properties.includes('runatload') ? [atBoot(always)] : []), ...revivedBy(job)],
  });
}

function atBoot(always: boolean): Bite {
  const key = always ? 'KeepAlive' : 'RunAtLoad';
  return {
    kind: 'starts-at-boot',
    how: `${key} is set, so that a reboot or a login starts it and undoes the halt`,
  };
}

/** What starts a job that somebody stopped and left loaded. */
function revivedBy({ keys, blocks }: Job): Bite[] {
  const what = [
    ...(keys.has('run interval') ? ['its run interval'] : []),
    ...(blocks.has('event triggers') ? ['a calendar time or another event'] : []),
    ...(blocks.has('sockets') ? ['a socket that launchd listens on'] : []),
  ];
  return what.map((by) => ({ kind: 'revived', how: `${by} starts it again as long as it is loaded` }));
}

/**
 * `launchctl print-disabled`: labels and whether they are disabled. Older systems print `true` and `false`, newer ones
 * `disabled` and `enabled`. A line that does not fit says nothing.
 */
export function parseDisabled(text: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const line of text.split('\n')) {
    const [, label, word] = /^\s*"([^"]+)" => (true|false|disabled|enabled)$/.exec(line) ?? [];
    if (label !== undefined) found.set(label, word === 'true' || word === 'disabled');
  }
  return found;
}

interface Job {
  readonly keys: ReadonlyMap<string, string>;
  readonly blocks: ReadonlyMap<string, readonly string[]>;
}

// By tabs, not by braces: an argument may be a brace.
function linesOf(text: string): Job | null {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '}' || !/^\S.* = \{$/.test(lines.shift() ?? '')) return null;
  const keys = new Map<string, string>();
  const blocks = new Map<string, string[]>();
  let open: string[] | null = null;
  for (const line of lines) {
    if (line === '') continue;
    if (line === '\t}' && open !== null) {
      open = null;
      continue;
    }
    if (open !== null) {
      if (!line.startsWith('\t\t')) return null;
      open.push(line.trim());
      continue;
    }
    const [, key, value] = /^\t([^\t=][^=]*) = (.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return null;
    if (keys.has(key) || blocks.has(key)) return null;
    if (value === '{') {
      open = [];
      blocks.set(key, open);
    } else keys.set(key, value);
  }
  return open === null ? { keys, blocks } : null;
}

function conditional({ keys, blocks }: Job): string | null {
  const named = keys.get('keepalive');
  if (named !== undefined && named !== 'true' && named !== 'false') return named;
  return blocks.get('semaphores')?.join(', ') ?? null;
}

/**
 * Whether a job whose KeepAlive is not unconditional is spawned again after a SIGKILL (launchd.plist(5), KeepAlive): SuccessfulExit
 * false and Crashed true do so. Other conditions, and other things that spawn it, may; one with none of them is not.
 */
function afterKill(job: Job, revives: boolean): boolean | null {
  const words = conditional(job);
  if (words === null) return revives ? null : false;
  return /^unless successful exit$|\bsuccessful exit => 0|\b(?:after crash|crashed) => 1/.test(words)
    ? true
    : null;
}

function whole(text: string | undefined): number | null | 'odd' {
  if (text === undefined) return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'odd';
}

function decimal(text: string): number | null {
  return /^\d{1,12}(?:\.\d{1,6})?$/.test(text) ? Number(text) : null;
}
