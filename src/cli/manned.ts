import type { Drill } from '../drill/model/drill.ts';
import type { Inventory } from '../drill/model/inventory.ts';
import { notRun } from './cli-error.ts';
import type { Effects } from './effects.ts';
import { typedPhrase } from './typed-phrase.ts';

/** Who is present at a drill. */
export interface Presence {
  /** What they typed: for the broker only. */
  readonly phrase: string | null;
  /** Whether they typed it; goes into the plan. */
  readonly manned: boolean;
}

export interface MannedRequest {
  readonly inventory: Inventory;
  readonly drill: Drill;
  /** The drill's file, as it is shown. */
  readonly shown: string;
  /** `embedded`: the fleet is a lab that this very process starts. That an inventory says so of itself counts for nothing. */
  readonly fleet: 'live' | 'embedded';
  readonly environment: string;
  /** Nobody is present at a drill that a timer started. */
  readonly scheduled: boolean;
  /** The maintenance window in which it runs, in words. */
  readonly window: string | null;
}

/** Whether a drill runs only with somebody present: it destroys so much that a person confirms it, or nobody else can lift it. */
function isManned({ phrase, resume }: Drill): boolean {
  return phrase === 'typed' || resume === 'manual';
}

/**
 * Sees to it that somebody is present at a drill that needs it: says host by host what will be destroyed and how it comes back, and
 * has the confirmation phrase typed. Before anything is started. Rejects with exit code 3 where nobody is, or where they leave.
 * For any other drill it does nothing, and stdin is left alone.
 */
export async function personPresent(
  request: MannedRequest,
  stop: AbortSignal,
  effects: Effects,
): Promise<Presence> {
  const { drill, shown, fleet, scheduled } = request;
  if (!isManned(drill)) return { phrase: null, manned: false };
  const refuse = (why: string, wayOut: string) =>
    notRun(
      `${shown} (level ${drill.level}) runs only with somebody present, and nothing was started`,
      why,
      wayOut,
    );
  if (scheduled) throw refuse('--scheduled says that nobody is', 'run it yourself, on a terminal');
  const { terminal } = effects;
  if (terminal === null && (fleet === 'live' || effects.stdinIsTerminal)) {
    const missing = effects.stdinIsTerminal ? 'stderr, on which the question would stand,' : 'stdin';
    throw refuse(`${missing} is no terminal`, 'run it on a terminal, and redirect neither stdin nor stderr');
  }
  if (terminal !== null) await say(request, effects);
  if (drill.phrase === 'typed')
    return { phrase: await typedPhrase(drill, shown, stop, effects), manned: true };
  if (terminal !== null && fleet === 'live') {
    const answer = await terminal.key({
      prompt: `Level ${drill.level} is lifted by hand. [y] goes on, [n] leaves everything as it is: `,
      keys: ['y', 'n'],
      ms: ANSWER_WITHIN_MS,
      stop,
    });
    if (answer.kind === 'interrupted')
      throw notRun(`${stop.reason}`, 'nothing was triggered', 'run it again');
    if (answer.kind !== 'key' || answer.key !== 'y') throw refuse('nobody agreed to it', 'run it again');
  }
  return { phrase: null, manned: false };
}

const ANSWER_WITHIN_MS = 10 * 60_000;

async function say(
  { inventory, drill, environment, window }: MannedRequest,
  effects: Effects,
): Promise<void> {
  const [{ makePlan }, { announce }, redact] = await Promise.all([
    import('../drill/02-plan/make-plan.ts'),
    import('../drill/02-plan/announce.ts'),
    effects.redactorOf(inventory),
  ]);
  effects.err.write(`\n${redact(announce(makePlan({ inventory, drill, environment }), window))}\n`);
}
