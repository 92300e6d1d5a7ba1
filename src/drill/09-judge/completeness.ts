import { readsStore, showsState } from '../model/coverage.ts';
import { guardKind } from '../model/guards.ts';
import type { Finding } from '../model/verdict.ts';
import { crashSummary } from './broker-memory.ts';
import { type CaseFile, servicesOf } from './case-file.ts';
import { controlsOf } from './controls.ts';
import { finding, harmless, listed, seconds } from './finding.ts';
import { diedBy, holdOf, stateVerifiedMs } from './hold.ts';
import { crashedLife } from './survivors.ts';
import { isUnheard } from './undo.ts';

/** Whether every stage that the verdict needs was carried through: state verified, hold in full, crash, final control. */
export function judgeCompleteness(c: CaseFile): Finding[] {
  if (c.trigger === null) return [];
  const reasons = [
    ...interruption(c),
    ...unclosed(c),
    ...shortHold(c),
    ...missingCrash(c),
    ...missingGuards(c),
    ...missingControls(c),
    ...unheardUndo(c),
    ...unsaidUndo(c),
  ];
  if (reasons.length === 0) return [];
  return [
    finding(
      'cut-short',
      {},
      `The drill did not do all that its verdict needs: ${reasons.join('; ')}.`,
      c.interrupted.map(({ id }) => id),
    ),
  ];
}

function interruption(c: CaseFile): string[] {
  return c.interrupted.slice(0, 1).map(({ cause }) => `it was interrupted (${harmless(cause, 300)})`);
}

function unclosed(c: CaseFile): string[] {
  return isWhole(c) || c.interrupted.length > 0 ? [] : ['its journal breaks off'];
}

/** Whether the journal has its last record. What is missing after one that breaks off has no cause that could be accepted. */
export function isWhole(c: CaseFile): boolean {
  return c.entries.some(({ kind }) => kind === 'closed' || kind === 'failed');
}

function shortHold(c: CaseFile): string[] {
  const hold = holdOf(c);
  const reasons: string[] = [];
  if (showsState(c.plan) && stateVerifiedMs(c) === null)
    reasons.push(`the ${readsStore(c.plan) ? 'store' : 'API'} never showed level ${c.plan.expect.level}`);
  if (hold === null) {
    const all = servicesOf(c, 'target');
    const left = all.filter(({ baseline, family, newcomers }) =>
      [...baseline, ...family, ...newcomers].some((life) => !diedBy(c, life, c.haltEndMs)),
    );
    reasons.push(
      `the halt never was complete (${left.length} of ${all.length} targets were there when it ended), so nothing was held`,
    );
  } else if (hold.heldMs < c.plan.timing.holdMs) {
    reasons.push(
      `the complete halt was observed for ${seconds(hold.heldMs)}, not ${seconds(c.plan.timing.holdMs)}`,
    );
  }
  return reasons;
}

function missingCrash(c: CaseFile): string[] {
  if (c.plan.crash === null) return [];
  const crash = crashSummary(c);
  if (!crash.done) return [`${c.plan.crash} was not crashed (${crash.why})`];
  const service = c.services.get(c.plan.crash);
  const life = service === undefined ? null : crashedLife(c, service);
  if (life === null)
    return [`the crash killed pid ${crash.killedPid}, which no sample shows to be ${c.plan.crash}`];
  return diedBy(c, life, c.haltEndMs) ? [] : [`${c.plan.crash} (pid ${crash.killedPid}) outlived its crash`];
}

function missingGuards(c: CaseFile): string[] {
  const missing = c.plan.guards.filter(
    (guard) => !c.guards.some((one) => one.guard === guard && !one.control),
  );
  return missing.length === 0 ? [] : [`not tried: ${listed(missing.map((guard) => guardKind(guard).what))}`];
}

function unheardUndo(c: CaseFile): string[] {
  return isUnheard(c)
    ? [`${c.plan.broker} was not heard again, so nothing shows whether the halt can be lifted`]
    : [];
}

/** Where nothing shows the state, only the reply to the resume says that the halt is lifted. */
function unsaidUndo(c: CaseFile): string[] {
  const reply = c.resumes.at(-1)?.done?.reply;
  if (showsState(c.plan) || c.resumes.length === 0) return [];
  if (reply?.kind === 'present' && reply.value.acknowledged) return [];
  const said = reply?.kind === 'present' ? `it was answered with ${reply.value.status}` : 'no answer came';
  return [`the resume was not acknowledged (${said}), and nothing else shows whether the halt is lifted`];
}

function missingControls(c: CaseFile): string[] {
  const without = [...c.hosts.values()].filter(
    (host) => host.good.length > 0 && !controlsOf(c, host).finalSeen,
  );
  return without.length === 0
    ? []
    : [`no final control was seen to vanish on ${listed(without.map((host) => host.name).sort())}`];
}
