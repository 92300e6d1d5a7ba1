import type { Entry } from '../../src/drill/model/journal.ts';
import type { Finding } from '../../src/drill/model/verdict.ts';
import { missingClaims } from './oracle/claims.ts';
import { missingControls, vanished } from './oracle/controls.ts';
import { missingEffects, missingGuards } from './oracle/effects.ts';
import { type Evidence, evidenceOf } from './oracle/evidence.ts';
import { excuses } from './oracle/excuses.ts';
import { inWords, type Lack } from './oracle/lack.ts';
import { missingRestoration, provenAt } from './oracle/restored.ts';
import { backAt, missingState, verifiedAt } from './oracle/state.ts';
import { lastDeath, missingStop } from './oracle/stops.ts';
import { missingSurvival } from './oracle/survivors.ts';
import { missingClock, missingJournal, missingWatch } from './oracle/watch.ts';

/**
 * The whole proof (the design's section 2), looked for a second time in the raw journal, and said in words where it is missing. It
 * shares no code with the judge, knows no finding but those that were accepted, and is written to be compared with the design.
 * What was accepted excuses what is missing of the same subject, and no more.
 */
export function missingFromProof(entries: readonly Entry[], accepted: readonly Finding[] = []): string[] {
  const e = evidenceOf(entries);
  if (e === null) return ['nothing was triggered'];
  const targets = e.plan.services.filter(({ role }) => role === 'target');
  const survivors = e.plan.services.filter(({ role }) => role === 'survivor');
  const proven = provenAt(e);
  const lacks: Lack[] = [
    ...missingJournal(e),
    ...missingClock(e),
    ...missingWatch(e, proven),
    ...e.plan.hosts.flatMap(({ name }) => missingControls(e, name)),
    ...targets.flatMap((service) => missingStop(e, service)),
    ...survivors.flatMap((service) => missingSurvival(e, service, proven)),
    ...missingState(e),
    ...missingClaims(e),
    ...missingEffects(e),
    ...missingGuards(e),
    ...missingHold(e, accepted),
    ...missingRestoration(e),
  ];
  return inWords(lacks.filter((lack) => !accepted.some((finding) => excuses(finding, lack))));
}

/** The hold, from the last of what had to happen to the last of what vouches for it; what was accepted as not happening is not waited for. */
function missingHold(e: Evidence, accepted: readonly Finding[]): Lack[] {
  const excused = (lack: Lack): boolean => accepted.some((finding) => excuses(finding, lack));
  const begins: number[] = [e.t0];
  for (const service of e.plan.services.filter(({ role }) => role === 'target')) {
    if (missingStop(e, service).some(excused)) continue;
    begins.push(lastDeath(e, service) ?? Infinity);
  }
  const { store = true, status = true } = e.plan.sources;
  if ((store || status) && !missingState(e).some(excused)) begins.push(verifiedAt(e) ?? Infinity);
  const crashed = e.plan.services.find(({ name }) => name === e.plan.crash);
  // One that came back and does not answer is excused by what is missing of its state.
  if (crashed !== undefined && ![...missingSurvival(e, crashed, e.haltEnd), ...missingState(e)].some(excused))
    begins.push(backAt(e) ?? Infinity);
  const ends = e.plan.hosts.map(({ name }) => {
    const watched =
      e.good.get(name)?.findLast(({ receivedMs }) => receivedMs <= e.haltEnd)?.sentMs ?? -Infinity;
    const kills = vanished(e, name);
    // What lasts no longer than a gap may is not claimed; so much may pass between the last control and the undo.
    const last = Math.max(...kills.map(({ goneMs }) => goneMs));
    return Math.min(watched, last + e.plan.timing.maxGapMs);
  });
  const held = Math.min(...ends) - Math.max(...begins);
  return held >= e.plan.timing.holdMs ? [] : [{ part: 'hold', says: `the halt was held for ${held} ms` }];
}
