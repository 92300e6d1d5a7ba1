/**
 * The journal as plain data: who lived when and as what, what was read of the broker and when, what was done. It finds nothing and proves
 * nothing. A walk from the journal to the verdict goes evidence, proofs, judges, verdict, and never back up.
 */
export {
  acknowledged,
  haltAcknowledged,
  newAuditEntries,
  sameHost,
  stopClaims,
  stoppedWords,
} from './acknowledgement.ts';
export { type DoneAct, type DoneStart, type DoneStep, endedMs, startedMs } from './acts.ts';
export { brokerAnswers } from './broker-answers.ts';
export {
  brokerSubject,
  type CaseFile,
  isTriggered,
  isWhole,
  openCase,
  type Read,
  type Said,
  said,
  servicesOf,
  type Trigger,
  type TriggeredCase,
  within,
} from './case-file.ts';
export { aroundTry, endedHalt, type GuardTry, markOf } from './guard-tries.ts';
export { type Beat, beatBefore, beatsOf, hasBeaten, limitOf, longestStill, whyUnread } from './heartbeats.ts';
export { type BadSample, type HostSample, type HostSamples, isBad } from './host-samples.ts';
export { instantMs } from './instant.ts';
export { lateHalt } from './late-halt.ts';
export { heldBy, isHeld } from './left-halted.ts';
export {
  canaryTag,
  type Death,
  type DetailSeen,
  detailAt,
  firstSeen,
  type Life,
  type Sighting,
  type SpeakingSample,
  scopeOf,
  speaksOf,
} from './lives.ts';
export { isManualStart, stepsEndedMs, stepsLeft } from './manual-steps.ts';
export { once } from './once.ts';
export { type Other, otherProgram } from './other-program.ts';
export { type Reboot, rebootsOf } from './reboots.ts';
export { isLasting, type ServiceLives } from './service-lives.ts';
export { isOtherKind, isWayUp } from './way-up.ts';
export { baselineIncidents, isForeign, ownIncidents } from './whose-halt.ts';
