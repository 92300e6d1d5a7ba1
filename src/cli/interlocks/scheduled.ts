import type { Drill } from '../../drill/model/drill.ts';
import type { Refusal } from './interlock.ts';

/** Whether somebody has to be there: a destructive level, or a phrase to type. */
export function needsSomebody({ level, phrase }: Pick<Drill, 'level' | 'phrase'>): boolean {
  return level >= 4 || phrase === 'typed';
}

/** No schedule runs what somebody has to be present for. */
export function unattended(facts: {
  readonly scheduled: boolean;
  readonly drill: Pick<Drill, 'level' | 'phrase'>;
}): Refusal | null {
  if (!facts.scheduled || !needsSomebody(facts.drill)) return null;
  return {
    what: `a drill of level ${facts.drill.level}${facts.drill.level >= 4 ? '' : ' with a typed phrase'} is never run on a schedule`,
    why: 'somebody has to be present',
    wayOut: 'run it by hand, without --scheduled',
  };
}
