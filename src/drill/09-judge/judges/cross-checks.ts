import type { Finding } from '../../model/verdict.ts';
import { type CaseFile, type HostSample, type SpeakingSample, speaksOf } from '../evidence/index.ts';
import { fault } from '../finding.ts';

/** How far before and after a cross-check samples are consulted: long enough for the slower of the two readers. */
const AROUND_MS = 1000;
/** A process that is gone is spoken of by full samples alone, of which there is one a second. */
const AROUND_GONE_MS = 2500;
/** Where the readers disagree, the second one is asked again within this time. */
const AGAIN_MS = 5000;

type Check = CaseFile['crossChecks'][number];
type Dispute = { readonly missed: boolean; readonly sample: HostSample };

/**
 * Whether the second reader of the process table saw what the probe saw. One that lists what the probe does not is how a
 * probe that hides a process gives itself away. Only a disagreement that persists is one.
 */
export function judgeCrossChecks(c: CaseFile): Finding[] {
  const disputed = new Map<string, Finding>();
  for (const check of c.crossChecks) {
    if (disputed.has(check.host)) continue;
    const again = c.crossChecks.filter(
      (later) =>
        later.host === check.host &&
        later.at.fromMs >= check.at.toMs &&
        later.at.fromMs - check.at.toMs <= AGAIN_MS,
    );
    for (const pid of check.asked) {
      const dispute = disputeOver(c, check, pid);
      if (dispute === null || dispute === 'none') continue;
      if (again.some((later) => disputeOver(c, later, pid) === 'none')) continue;
      const found = fault(
        'blind-probe',
        dispute.missed ? 'missed by probe' : 'missed by reader',
        { host: check.host },
        { pid, owner: ownerOf(c, check.host, pid) },
        [check.id, dispute.sample.id],
      );
      disputed.set(check.host, found);
      break;
    }
  }
  return [...disputed.values()];
}

/** `none` where both readers agree about the pid, null where it cannot be told. */
function disputeOver(c: CaseFile, check: Check, pid: number): Dispute | 'none' | null {
  if (check.listed.kind !== 'present' || !check.asked.includes(pid)) return null;
  const listed = check.listed.value.includes(pid);
  const aroundMs = listed ? AROUND_GONE_MS : AROUND_MS;
  const speaking = (c.hosts.get(check.host)?.good ?? []).filter(
    (s): s is SpeakingSample =>
      s.receivedMs >= check.at.fromMs - aroundMs && s.sentMs <= check.at.toMs + aroundMs && speaksOf(s, pid),
  );
  const before = speaking.find((s) => s.receivedMs <= check.at.fromMs);
  const after = speaking.some((s) => s.sentMs >= check.at.toMs);
  if (before === undefined || !after) return null;
  // A zombie is a row to the probe and a process to the other reader.
  const agrees = speaking.some((s) => (s.table.rows.some((row) => row.pid === pid) === true) === listed);
  return agrees ? 'none' : { missed: listed, sample: before };
}

/** The service that the process is known to be of, or null. */
function ownerOf(c: CaseFile, host: string, pid: number): string | null {
  const [owner] = [...c.services.values()].filter((service) =>
    [...service.baseline, ...service.family, ...service.newcomers].some(
      (life) => life.pid === pid && life.hosts.has(host),
    ),
  );
  return owner?.planned.name ?? null;
}
