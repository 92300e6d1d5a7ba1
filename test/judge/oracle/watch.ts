import type { HostPin } from '../../../src/drill/model/pin.ts';
import type { HostIdentity } from '../../../src/drill/model/sample.ts';
import { type Evidence, ofKind, tableOf } from './evidence.ts';
import type { Lack } from './lack.ts';

const PARTED_MS = 500;

/** Every host is one proven machine, watched without a break from the baseline until the undo is proven. */
export function missingWatch(e: Evidence, untilMs: number): Lack[] {
  return e.plan.hosts.flatMap(({ name }) => [
    ...missingIdentity(e, name),
    ...missingSamples(e, name, untilMs),
    ...partedUptime(e, name),
  ]);
}

function missingIdentity(e: Evidence, host: string): Lack[] {
  const lacks: Lack[] = [];
  const identities = ofKind(e.entries, 'host').filter((one) => one.host === host && one.atMs <= e.t0);
  if (!identities.some(({ identity }) => identity.kind === 'present'))
    lacks.push({ part: 'watch', host, says: 'nobody knows which machine it is' });
  const scopes = ofKind(e.entries, 'sample').flatMap(({ sample }) =>
    sample.host === host ? (tableOf(sample)?.scope ?? []) : [],
  );
  const named = identities.flatMap(({ identity }) => (identity.kind === 'present' ? identity.value : []));
  const pin = e.plan.hosts.find(({ name }) => name === host)?.pin;
  if (pin !== undefined && named.some((one) => isUnlike(pin, one)))
    lacks.push({ part: 'watch', host, says: 'it is not the machine that was pinned' });
  const machines = new Set([...scopes, ...named].map((one) => `${one.bootId} ${one.pidNamespace}`));
  if (machines.size > 1) lacks.push({ part: 'watch', host, says: 'it is not one machine' });
  return lacks;
}

function isUnlike(pin: HostPin, { machineId, hostname, hostKey }: HostIdentity): boolean {
  return pin.machineId !== machineId || pin.hostname !== hostname || pin.hostKey !== hostKey;
}

function missingSamples(e: Evidence, host: string, untilMs: number): Lack[] {
  const { baselineMs, maxGapMs } = e.plan.timing;
  const good = e.good.get(host) ?? [];
  const lacks: Lack[] = [];
  const [first] = good;
  if (first === undefined || first.sentMs > e.t0 - baselineMs + maxGapMs)
    lacks.push({ part: 'watch', host, says: 'it has no baseline' });
  for (const [index, sample] of good.entries()) {
    if (sample.sentMs >= untilMs) break;
    // A life may lie between the sending of one nonce and the arrival of the next table.
    const next = good[index + 1]?.receivedMs ?? Math.max(untilMs, sample.receivedMs);
    if (next - sample.sentMs > maxGapMs)
      lacks.push({ part: 'watch', host, says: `nobody looked from ${sample.sentMs} to ${next}` });
  }
  return lacks;
}

// How far the host's uptime is from the controller's clock lies between two bounds in each sample.
function partedUptime(e: Evidence, host: string): Lack[] {
  let [most, least] = [-Infinity, Infinity];
  const walls: number[] = [];
  let widest = 0;
  for (const sample of e.good.get(host) ?? []) {
    const { uptimeMs = null, hostWallMs = null } = tableOf(sample) ?? {};
    if (uptimeMs === null) continue;
    most = Math.max(most, uptimeMs - sample.receivedMs);
    least = Math.min(least, uptimeMs - sample.sentMs);
    widest = Math.max(widest, sample.receivedMs - sample.sentMs);
    if (hostWallMs !== null) walls.push(hostWallMs - uptimeMs);
  }
  const lacks: Lack[] = [];
  if (most - least > PARTED_MS) lacks.push({ part: 'clock', host, says: 'its uptime left our clock' });
  if (Math.max(...walls) - Math.min(...walls) > PARTED_MS + 2 * widest)
    lacks.push({ part: 'clock', host, says: 'its wall clock left its uptime' });
  return lacks;
}

/** The controller's own clocks. */
export function missingClock(e: Evidence): Lack[] {
  const offsets = e.entries.map(({ atMs, wall }) => msOfDay(wall) - atMs);
  const parted = Math.max(...offsets) - Math.min(...offsets) > PARTED_MS;
  return parted ? [{ part: 'clock', says: 'the controller’s clocks parted' }] : [];
}

// The journals of tests do not last over midnight.
function msOfDay(wall: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = wall.slice(11, -1).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** All was written down, and the drill ended by itself. */
export function missingJournal(e: Evidence): Lack[] {
  const bad = ['interrupted', 'failed', 'stop-condition', 'interlock'] as const;
  const said = bad.filter((kind) => e.entries.some((entry) => entry.kind === kind));
  const lacks: Lack[] = said.map((kind) => ({ part: 'journal', says: `there is a record: ${kind}` }));
  if (e.entries.at(-1)?.kind !== 'closed') lacks.push({ part: 'journal', says: 'it has no end' });
  if (e.undone === null) lacks.push({ part: 'journal', says: 'nothing was undone' });
  return lacks;
}
