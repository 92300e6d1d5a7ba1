import type { Plan } from '../../drill/model/plan.ts';
import type { Progress } from '../../drill/ports/world.ts';
import type { Effects } from '../effects.ts';
import { checklistLines } from './checklist.ts';
import { frame } from './frame.ts';
import { progressLine } from './line.ts';
import { advance, atTheStart } from './state.ts';

const REDRAW_EVERY_MS = 250;

export interface Shown {
  /** Never throws. */
  event(event: Progress): void;
  /** Leaves the terminal alone while a question stands on it: what happens meanwhile is shown afterwards. */
  aside<T>(question: () => Promise<T>): Promise<T>;
  done(): void;
}

/** Shows a drill on stderr while it runs: redrawn in place on a terminal, plain lines anywhere else. */
export async function showProgress(plan: Plan, effects: Effects): Promise<Shown> {
  const startedMs = effects.nowMs();
  const elapsed = (): number => effects.nowMs() - startedMs;
  if (!effects.err.isTerminal) return inLines(elapsed, effects);
  const area = await effects.openLiveArea();
  let state = atTheStart(plan);
  let asking = false;
  const onTerminal = (act: () => void): void => {
    try {
      act();
    } catch {
      // A terminal that went away: the drill, and its undo, go on without the picture.
    }
  };
  const draw = (): void => {
    if (!asking) onTerminal(() => area.update(frame(state, elapsed(), effects.err.columns)));
  };
  const release = effects.every(REDRAW_EVERY_MS, draw);
  draw();
  return {
    event: (event) => {
      state = advance(state, event);
      if (event.kind === 'checklist') {
        // Past the area, which would break long lines: a command is there to be copied.
        onTerminal(area.done);
        effects.err.write(`${checklistLines(event.steps).join('\n')}\n`);
      }
      draw();
    },
    aside: async (question) => {
      draw();
      asking = true;
      onTerminal(area.done);
      try {
        return await question();
      } finally {
        asking = false;
        draw();
      }
    },
    done: () => {
      release();
      draw();
      onTerminal(area.done);
    },
  };
}

// A terminal that is not drawn on (TERM=dumb) can be asked on all the same.
function inLines(elapsed: () => number, effects: Effects): Shown {
  let held: string[] | null = null;
  return {
    event: (event) => {
      const line = `${progressLine(event, elapsed())}\n`;
      if (held === null) effects.err.write(line);
      else held.push(line);
    },
    aside: async (question) => {
      held = [];
      try {
        return await question();
      } finally {
        const lines: readonly string[] = held;
        held = null;
        for (const line of lines) effects.err.write(line);
      }
    },
    done: () => {},
  };
}
