import { guardKind } from '../model/guards.ts';
import type { Plan } from '../model/plan.ts';

/** What the stages allow besides the drill's own timing: `HostLink.open`, and the patience of baseline, trigger, hold and undo. */
const OPEN_MS = 15_000;
const BASELINE_PATIENCE_MS = 10_000;
const REPLY_GRACE_MS = 5_000;
/** The undo waits at least so long for the end of a halt command that is late, or for twice the deadline. */
const LATE_HALT_MS = 60_000;
const LOOK_AFTER_GUARD_MS = 3_000;
/** Asking whether a token is accepted. */
const TOKEN_MS = 5_000;
/** A last look through every host, and a last control that must be seen, killed, and seen to vanish. */
const END_OF_HOLD_MS = 15_000;
const RESUME_REPLY_MS = 15_000;
const RESUME_ATTEMPTS = 3;
const COMMAND_MS = 30_000;
const STATE_MS = 2_000;
/** How many beats may be missed before a heartbeat has stopped, and how long it may take to look. */
const BEATS = 3;
const LOOK_MS = 3_000;
/** Every process is opened once more at the end. */
const LAST_LOOK_MS = 5_000;
/** The undo is done once more where what it undid comes back. */
const ROUNDS = 2;

/**
 * The longest that a drill can take from its first connection to the proven undo, milliseconds: everything that may be late is
 * late, the resume is asked for again, and every service has to be started by hand, twice. Most drills take a fraction of it.
 */
export function longestMs(plan: Plan): number {
  const { baselineMs, withinMs, holdMs, crashWithinMs } = plan.timing;
  const guardMs = withinMs + REPLY_GRACE_MS + LOOK_AFTER_GUARD_MS;
  const guards = (when: 'before' | 'halted'): number =>
    plan.guards.filter((guard) => guardKind(guard).when === when).length * guardMs;
  return (
    OPEN_MS +
    baselineMs +
    BASELINE_PATIENCE_MS +
    tokensMs(plan) +
    firstCommandsMs(plan) +
    guards('before') +
    withinMs +
    REPLY_GRACE_MS +
    (plan.crash === null ? 0 : COMMAND_MS + crashWithinMs) +
    Math.max(holdMs, guards('halted')) +
    END_OF_HOLD_MS +
    lateMs(plan) +
    undoMs(plan)
  );
}

/** The second operator's before anything is done, and every token again once guards were refused. */
function tokensMs({ guards, secondOperator }: Plan): number {
  const second = secondOperator ? TOKEN_MS : 0;
  const guarded = guards.some((guard) => guardKind(guard).when === 'before');
  return second + (guarded ? TOKEN_MS + second + LOOK_AFTER_GUARD_MS : 0);
}

/** Commands of stop conditions are run once, beside each other, before anything is triggered. */
function firstCommandsMs({ stopWhen }: Plan): number {
  return Math.max(0, ...stopWhen.map((one) => (one.when === 'command' ? one.withinMs : 0)));
}

/** Only a command can be seen to run on. */
function lateMs({ haltsByCommand, timing }: Plan): number {
  return haltsByCommand === true ? Math.max(LATE_HALT_MS, 2 * timing.withinMs) : 0;
}

function undoMs(plan: Plan): number {
  const { timing, services, resume, manualResume } = plan;
  const { withinMs, restoreWithinMs, crashWithinMs } = timing;
  // The fleet is watched for as long as the halt took, if that is longer.
  const settleMs = Math.max(timing.settleMs, withinMs + REPLY_GRACE_MS + lateMs(plan));
  const startable = services.filter(({ role }) => role !== 'bystander').length;
  const lifted =
    resume === 'manual'
      ? withinMs + STATE_MS + manualResume.length * COMMAND_MS + restoreWithinMs
      : 2 * crashWithinMs +
        COMMAND_MS +
        RESUME_ATTEMPTS *
          (Math.max(RESUME_REPLY_MS, restoreWithinMs) + Math.max(crashWithinMs, restoreWithinMs)) +
        restoreWithinMs;
  // Each time that everything is up, its heartbeats are waited for.
  const beatsMs = Math.max(
    0,
    ...services.map(({ heartbeat }) => (heartbeat ? BEATS * heartbeat.everyMs + LOOK_MS : 0)),
  );
  const round = lifted + startable * COMMAND_MS + restoreWithinMs + 2 * beatsMs + settleMs;
  // And once more for what comes back by itself after the last.
  return ROUNDS * round + restoreWithinMs + beatsMs + settleMs + LAST_LOOK_MS;
}
