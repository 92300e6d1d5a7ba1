import type { Finding } from '../model/verdict.ts';
import type { CaseFile } from './case-file.ts';
import { finding } from './finding.ts';
import { speaksOf } from './lives.ts';

/** How far before and after a cross-check samples are consulted: long enough for the slower of the two readers. */
const AROUND_MS = 1000;

/** Whether the second reader of the process table saw what the probe saw. */
export function judgeCrossChecks(c: CaseFile): Finding[] {
  const disputed = new Map<string, Finding>();
  for (const check of c.crossChecks) {
    if (check.listed.kind !== 'present' || disputed.has(check.host)) continue;
    const around = (c.hosts.get(check.host)?.good ?? []).filter(
      (s) => s.receivedMs >= check.at.fromMs - AROUND_MS && s.sentMs <= check.at.toMs + AROUND_MS,
    );
    const listed = new Set(check.listed.value);
    for (const pid of check.asked) {
      const speaking = around.filter((sample) => speaksOf(sample, pid));
      const before = speaking.some((s) => s.receivedMs <= check.at.fromMs);
      const after = speaking.some((s) => s.sentMs >= check.at.toMs);
      if (!before || !after) continue;
      // A zombie is a row to the probe and a process to the other reader.
      const shown = speaking.map((sample) => sample.table?.rows.some((row) => row.pid === pid) === true);
      const missed = listed.has(pid) && shown.every((is) => !is);
      const invented = !listed.has(pid) && shown.every((is) => is);
      if (!missed && !invented) continue;
      const message = missed
        ? `A second reader listed pid ${pid} on ${check.host}, which the probe did not see.`
        : `The probe saw pid ${pid} on ${check.host}, which a second reader did not list.`;
      disputed.set(
        check.host,
        finding('blind-probe', { host: check.host }, message, [check.id, speaking[0]?.id]),
      );
      break;
    }
  }
  return [...disputed.values()];
}
