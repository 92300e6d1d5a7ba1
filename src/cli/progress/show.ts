import type { Plan } from '../../drill/model/plan.ts';
import type { Progress } from '../../drill/ports/world.ts';
import type { Effects } from '../effects.ts';
import { frame } from './frame.ts';
import { progressLine } from './line.ts';
import { advance, atTheStart } from './state.ts';

const REDRAW_EVERY_MS = 250;

export interface Shown {
  /** Never throws. */
  event(event: Progress): void;
  done(): void;
}

/** Shows a drill on stderr while it runs: redrawn in place on a terminal, plain lines anywhere else. */
export async function showProgress(plan: Plan, effects: Effects): Promise<Shown> {
  const startedMs = effects.nowMs();
  const elapsed = (): number => effects.nowMs() - startedMs;
  if (!effects.err.isTerminal) {
    return { event: (event) => effects.err.write(`${progressLine(event, elapsed())}\n`), done: () => {} };
  }
  const area = await effects.openLiveArea();
  let state = atTheStart(plan);
  const draw = (): void => {
    try {
      area.update(frame(state, elapsed(), effects.err.columns));
    } catch {
      // A terminal that went away: the drill, and its undo, go on without the picture.
    }
  };
  const release = effects.every(REDRAW_EVERY_MS, draw);
  draw();
  return {
    event: (event) => {
      state = advance(state, event);
      draw();
    },
    done: () => {
      release();
      draw();
      area.done();
    },
  };
}
