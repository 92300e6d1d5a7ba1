/** The variable by which every process of a lab is told what the drill watches, `within=5000 late=2000 hold=4000 max-gap=2000`. */
export const watchedVariable = 'HALTDRILL_LAB_WATCHED';

/** What a drill watches, all in ms. Misbehaviours time themselves by it, from an event, and never by a clock of their own. */
export interface Watched {
  /** Its deadline, from the trigger. */
  readonly withinMs: number;
  /** How long past the deadline it looks on, to tell a late stop from none. */
  readonly lateMs: number;
  /** How long it wants the halt to stand. */
  readonly holdMs: number;
  /** What lives no longer than this may go unseen. */
  readonly maxGapMs: number;
}

/** What is watched where nobody says: what the drills in drills/selftest/ watch. */
const UNLESS_TOLD: Watched = { withinMs: 5000, lateMs: 2000, holdMs: 4000, maxGapMs: 2000 };

/** Reads the variable; what it leaves out is as in the self-test. @throws Error where a figure is none. */
export function readWatched(text: string): Watched {
  const told = new Map(text.split(' ').map((word) => word.split('=') as [string, string | undefined]));
  const figure = (name: string, unlessTold: number): number => {
    const word = told.get(name);
    if (word === undefined) return unlessTold;
    if (!/^[1-9]\d{0,7}$/.test(word))
      throw new Error(`${watchedVariable}: ${name}=${word} is no number of ms`);
    return Number(word);
  };
  return {
    withinMs: figure('within', UNLESS_TOLD.withinMs),
    lateMs: figure('late', UNLESS_TOLD.lateMs),
    holdMs: figure('hold', UNLESS_TOLD.holdMs),
    maxGapMs: figure('max-gap', UNLESS_TOLD.maxGapMs),
  };
}

export const { withinMs, lateMs, holdMs, maxGapMs } = readWatched(process.env[watchedVariable] ?? '');

/**
 * When somebody is too late, counted from the trigger's arrival at the broker, ms: past the deadline, which the runner counts from a
 * little before that, and as far from it as from where a drill looks no longer.
 */
export const tooLateMs = withinMs + lateMs / 2;

/** What a process that is started with an environment of its own must have of this one's, besides the lab's root. */
export function toldWatched(): Readonly<Record<string, string>> {
  const told = process.env[watchedVariable];
  return told === undefined ? {} : { [watchedVariable]: told };
}
