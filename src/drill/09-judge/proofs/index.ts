/**
 * What is proven, and what speaks against it: stop (stop.ts), hold (hold.ts), controls (controls.ts), host (host.ts), clock (clocks.ts),
 * kept (kept.ts), restored (restored.ts). Each says whose observation it hangs on, and takes no other.
 */
export { controllerClockTrouble } from './clocks.ts';
export { controlsOf } from './controls.ts';
export { crashSummary } from './crash.ts';
export {
  FIELDS,
  type Field,
  firstLifeSpan,
  type HaltedState,
  haltedState,
} from './halted-state.ts';
export {
  brokerBack,
  brokerDeaths,
  brokerLives,
  completeFromMs,
  diedBy,
  goneMs,
  holdOf,
  isHaltComplete,
  isUnvouched,
  stateVerifiedMs,
} from './hold.ts';
export { judgeHosts, troubleOf } from './host.ts';
export { proveKept } from './kept.ts';
export { countersOf, foreseen, uncountedTargets } from './managers.ts';
export { countOf, ends, growths, hasGrown, hasStopped, isFlat, rateOf, stillSilent } from './quiet.ts';
export { fleetState, isUndoSeen, isUnheard, stillHalted, upMs } from './restored.ts';
export { finalRoots, isDoubt, type Return, returnOf, undoneMs } from './returns.ts';
export { proveStop, unclassified } from './stop.ts';
export { crashedLife, hasGone, judgeHeartbeats, judgeSurvivors } from './survivors.ts';
export { longestGap } from './watching.ts';
