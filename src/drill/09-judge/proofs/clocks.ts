import type { Interval } from '../../model/reading.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  type CaseFile,
  type HostSamples,
  instantMs,
  once,
  type SpeakingSample,
  scopeOf,
} from '../evidence/index.ts';
import { fault } from '../finding.ts';

/** How far two clocks may part before intervals across that are worthless (DESIGN: 500 ms). */
const MOST_DRIFT_MS = 500;

interface Offset extends Interval {
  readonly id: string;
}

/** Whether the controller's monotonic and wall clock kept pace with each other. */
export const controllerClockTrouble = once((c: CaseFile): readonly Finding[] => {
  const offsets: Offset[] = [];
  for (const entry of c.entries) {
    const wall = instantMs(entry.wall);
    if (wall === null) {
      return [fault('clock-unreliable', 'no wall clock', {}, {}, [entry.id])];
    }
    offsets.push({ id: entry.id, fromMs: wall - entry.atMs, toMs: wall - entry.atMs });
  }
  const parted = driftOf(offsets);
  if (parted === null) return [];
  return [fault('clock-unreliable', 'controller clocks parted', {}, { byMs: parted.byMs }, parted.ids)];
});

/**
 * Whether the host's uptime kept pace with the controller's monotonic clock, and its wall clock with its uptime. With a reboot the
 * uptime begins anew, so each boot is held against itself.
 */
export function hostClockTrouble(host: HostSamples): Finding[] {
  const spoken = host.samples.filter((sample): sample is SpeakingSample => sample.table !== null);
  const boots = new Set(spoken.map(({ table }) => scopeOf(table)));
  return [...boots].flatMap((boot) =>
    clockTrouble(
      host.name,
      spoken.filter(({ table }) => scopeOf(table) === boot),
    ),
  );
}

function clockTrouble(host: string, samples: readonly SpeakingSample[]): Finding[] {
  const uptimes: Offset[] = [];
  const walls: Offset[] = [];
  for (const { id, table, sentMs, receivedMs } of samples) {
    const { uptimeMs, hostWallMs } = table;
    if (uptimeMs === null) continue;
    uptimes.push({ id, fromMs: uptimeMs - receivedMs, toMs: uptimeMs - sentMs });
    if (hostWallMs === null) continue;
    const offset = hostWallMs - uptimeMs;
    const slack = receivedMs - sentMs;
    walls.push({ id, fromMs: offset - slack, toMs: offset + slack });
  }
  const uptime = driftOf(uptimes);
  const wall = driftOf(walls);
  const parted = uptime ?? wall;
  if (parted === null) return [];
  const which = uptime === null ? 'wall clock parted' : 'uptime parted';
  return [fault('clock-unreliable', which, { host }, { byMs: parted.byMs }, parted.ids)];
}

// Each offset is only known within an interval; clocks have parted for certain where two intervals lie apart.
function driftOf(
  offsets: readonly Offset[],
): { readonly byMs: number; readonly ids: readonly string[] } | null {
  const [first] = offsets;
  if (first === undefined) return null;
  let highestFloor = first;
  let lowestCeiling = first;
  for (const offset of offsets) {
    const up = offset.fromMs - highestFloor.fromMs;
    const down = lowestCeiling.toMs - offset.toMs;
    if (up > 0 || (up === 0 && isEarlier(offset, highestFloor))) highestFloor = offset;
    if (down > 0 || (down === 0 && isEarlier(offset, lowestCeiling))) lowestCeiling = offset;
  }
  const byMs = highestFloor.fromMs - lowestCeiling.toMs;
  return byMs > MOST_DRIFT_MS ? { byMs, ids: [lowestCeiling.id, highestFloor.id] } : null;
}

// Records of one instant may stand in any order, and the same ones must be named: ids are `e-` and a number.
function isEarlier(a: Offset, b: Offset): boolean {
  return Number(a.id.slice(2)) < Number(b.id.slice(2));
}
