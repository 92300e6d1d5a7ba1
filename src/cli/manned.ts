import type { Drill } from '../drill/model/drill.ts';
import { plainLines } from '../drill/model/harmless.ts';
import type { Plan } from '../drill/model/plan.ts';
import { type CliError, notRun } from './cli-error.ts';
import type { Effects } from './effects.ts';
import { needsSomebody } from './interlocks/scheduled.ts';
import { typedPhrase } from './typed-phrase.ts';

/** Who is present at a drill. */
export interface Presence {
  /** What they typed: for the broker only. */
  readonly phrase: string | null;
  /** Whether they typed it, or agreed where there is none; goes into the plan. */
  readonly manned: boolean;
}

export interface MannedRequest {
  readonly drill: Drill;
  readonly plan: Plan;
  /** The drill's file, as it is shown. */
  readonly shown: string;
  /** `embedded`: the fleet is a lab that this very process starts. That an inventory says so of itself counts for nothing. */
  readonly fleet: 'live' | 'embedded';
}

const NOBODY: Presence = { phrase: null, manned: false };
const ANSWER_WITHIN_MS = 10 * 60_000;

/**
 * Sees to it that somebody is present at a drill that needs it: says host by host what will be destroyed and how it comes back, and
 * has the confirmation phrase typed, before anything is started. Rejects with exit code 3 where nobody is, or where they leave.
 * For any other drill it does nothing, and stdin is left alone. That it is not scheduled, and has a window, is seen before.
 */
export async function personPresent(
  request: MannedRequest,
  stop: AbortSignal,
  effects: Effects,
): Promise<Presence> {
  const { drill, plan, shown, fleet } = request;
  if (!needsSomebody(drill)) return NOBODY;
  const { terminal } = effects;
  if (terminal === null && (fleet === 'live' || (effects.stdinIsTerminal && drill.phrase === 'typed'))) {
    const missing = effects.stdinIsTerminal ? 'stderr, on which the question would stand,' : 'stdin';
    throw refuse(
      request,
      `${missing} is no terminal`,
      'run it on a terminal, and redirect neither stdin nor stderr',
    );
  }
  const { announce } = await import('../drill/02-plan/announce.ts');
  // Commands of the inventory may hold secrets. Cleaned first: quoted for a shell, one would not be known for one.
  effects.err.write(`\n${plainLines(announce(effects.secrets.clean(plan)))}\n`);
  if (drill.phrase === 'typed')
    return { phrase: await typedPhrase(drill, shown, stop, effects), manned: true };
  if (terminal === null || fleet === 'embedded') return NOBODY;
  const answer = await terminal.key({
    prompt: `Level ${drill.level} has no phrase to type. [y] halts this fleet, [n] leaves everything as it is: `,
    keys: ['y', 'n'],
    ms: ANSWER_WITHIN_MS,
    stop,
  });
  if (answer.kind === 'interrupted') throw notRun(`${stop.reason}`, 'nothing was triggered', 'run it again');
  if (answer.kind !== 'key' || answer.key !== 'y')
    throw refuse(request, 'nobody agreed to it', 'run it again, and agree');
  return { phrase: null, manned: true };
}

function refuse({ drill, shown }: MannedRequest, why: string, wayOut: string): CliError {
  return notRun(
    `${shown} (level ${drill.level}) runs only with somebody present, and nothing was started`,
    why,
    wayOut,
  );
}
