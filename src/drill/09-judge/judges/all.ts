import type { FindingCode } from '../../model/findings.ts';
import type { CaseFile } from '../evidence/index.ts';
import { type Fault, fault } from '../finding.ts';
import { controllerClockTrouble, judgeHeartbeats, judgeHosts, judgeSurvivors } from '../proofs/index.ts';
import { judgeBrokerMemory } from './broker-memory.ts';
import { judgeBrokerState } from './broker-state.ts';
import { judgeAudit, judgeClaims } from './claims.ts';
import { judgeCompleteness } from './completeness.ts';
import { judgeCrossChecks } from './cross-checks.ts';
import { judgeEffects } from './effects.ts';
import { judgeGuards, judgeRefusalLog } from './guards.ts';
import { judgeInterlocks } from './interlocks.ts';
import { judgeManualSteps } from './manual-resume.ts';
import { judgeOwnership } from './ownership.ts';
import { judgeIncidentAfter, judgeRestoration } from './restoration.ts';
import { judgeSources } from './sources.ts';
import { judgeBaseline, judgeClassification, judgeDuplicates, judgeTargets } from './targets.ts';

/** One question about the evidence, answered with every fault that it sees. */
export interface Judge {
  readonly name: string;
  /** The question, as one would put it. */
  readonly asks: string;
  /** The files that decide it, below 09-judge. */
  readonly decidedIn: readonly string[];
  /** Every code that it may give. */
  readonly codes: readonly FindingCode[];
  readonly judge: (c: CaseFile) => readonly Fault[];
}

/** Every question, in the order in which they are asked. */
export const JUDGES: readonly Judge[] = [
  {
    name: 'hosts',
    asks: 'Was each host observed as itself, unbroken and wholly, under controls that held and by a steady clock?',
    decidedIn: ['proofs/host.ts', 'proofs/watching.ts', 'proofs/controls.ts', 'proofs/clocks.ts'],
    codes: [
      'blind-probe',
      'clock-unreliable',
      'sampled-too-coarsely',
      'unreachable-host',
      'wrong-host-probe',
    ],
    judge: judgeHosts,
  },
  {
    name: 'clock',
    asks: "Did the controller's two clocks keep pace?",
    decidedIn: ['proofs/clocks.ts'],
    codes: ['clock-unreliable'],
    judge: controllerClockTrouble,
  },
  {
    name: 'cross-checks',
    asks: 'Did a second reader of the process table see what the probe saw?',
    decidedIn: ['judges/cross-checks.ts'],
    codes: ['blind-probe'],
    judge: judgeCrossChecks,
  },
  {
    name: 'baseline',
    asks: 'Was everything there before the trigger that something is to be said of?',
    decidedIn: ['judges/targets.ts'],
    codes: ['vacuous-target'],
    judge: judgeBaseline,
  },
  {
    name: 'classification',
    asks: 'Could each process that may be a service be told to be it or not?',
    decidedIn: ['judges/targets.ts', 'proofs/stop.ts'],
    codes: ['blind-probe'],
    judge: judgeClassification,
  },
  {
    name: 'targets',
    asks: 'Did every target stop, in time and wholly, and stay so?',
    decidedIn: ['proofs/stop.ts', 'proofs/managers.ts'],
    codes: [
      'blind-probe',
      'boot-resurrection',
      'flapped',
      'frozen-not-stopped',
      'hold-too-short',
      'late-stop',
      'orphaned-children',
      'partial-stop',
      'renamed-survivor',
      'respawned',
      'sampled-too-coarsely',
      'successful-no-op',
    ],
    judge: judgeTargets,
  },
  {
    name: 'duplicates',
    asks: 'Does a service also run elsewhere, or more often, than the inventory says?',
    decidedIn: ['judges/targets.ts'],
    codes: ['duplicate-instance'],
    judge: judgeDuplicates,
  },
  {
    name: 'survivors',
    asks: 'Did every survivor live through the halt as the same process?',
    decidedIn: ['proofs/survivors.ts'],
    codes: ['collateral-stop', 'survivor-restarted'],
    judge: judgeSurvivors,
  },
  {
    name: 'heartbeats',
    asks: 'Was every survivor at work all the while?',
    decidedIn: ['proofs/survivors.ts', 'proofs/working.ts'],
    codes: ['blind-probe', 'survivor-stale', 'vacuous-target'],
    judge: judgeHeartbeats,
  },
  {
    name: 'broker memory',
    asks: 'Did the broker live through the halt, or come back and still know of it?',
    decidedIn: ['judges/broker-memory.ts'],
    codes: ['amnesia-restart', 'broker-down', 'partial-amnesia', 'self-halt'],
    judge: judgeBrokerMemory,
  },
  {
    name: 'broker state',
    asks: 'Is the halt recorded as it is claimed, and the same in API and store?',
    decidedIn: ['judges/broker-state.ts', 'judges/store-alone.ts'],
    codes: [
      'duplicate-incident',
      'missing-incident',
      'silent-downgrade',
      'split-state',
      'unpersisted-halt',
      'unreadable-store',
      'vacuous-target',
      'wrong-asset',
    ],
    judge: judgeBrokerState,
  },
  {
    name: 'ownership',
    asks: 'Did anybody else halt the fleet, before or during the drill?',
    decidedIn: ['judges/ownership.ts', 'evidence/whose-halt.ts'],
    codes: ['foreign-halt'],
    judge: judgeOwnership,
  },
  {
    name: 'sources',
    asks: 'Were store, API, log and exchange readable whenever the verdict needs them?',
    decidedIn: ['judges/sources.ts'],
    codes: ['unreadable-broker', 'unreadable-exchange', 'unreadable-store'],
    judge: judgeSources,
  },
  {
    name: 'claims',
    asks: 'Is what the broker claims what was seen, both ways?',
    decidedIn: ['judges/claims.ts'],
    codes: ['false-claim', 'false-success', 'unlogged-halt', 'wrong-host-stop'],
    judge: judgeClaims,
  },
  {
    name: 'audit',
    asks: 'Is every entry of the audit log still what it was?',
    decidedIn: ['judges/claims.ts'],
    codes: ['audit-tampered'],
    judge: judgeAudit,
  },
  {
    name: 'effects',
    asks: 'Did the halt take effect at the exchange, and reach nothing else there?',
    decidedIn: ['judges/effects.ts', 'proofs/quiet.ts'],
    codes: [
      'collateral-halt',
      'order-after-halt',
      'position-grew',
      'position-not-flat',
      'sampled-too-coarsely',
      'unreadable-exchange',
      'vacuous-target',
    ],
    judge: judgeEffects,
  },
  {
    name: 'guards',
    asks: 'Was refused what must be, with nothing changed by it?',
    decidedIn: ['judges/guards.ts'],
    codes: [
      'duplicate-incident',
      'guard-side-effect',
      'leaked-command',
      'silent-downgrade',
      'unauthenticated-trigger',
      'unguarded-resume',
      'unguarded-trigger',
      'unreadable-broker',
      'unreadable-store',
      'vacuous-target',
    ],
    judge: judgeGuards,
  },
  {
    name: 'log of refusals',
    asks: 'Is what was refused in the audit log?',
    decidedIn: ['judges/guards.ts'],
    codes: ['unlogged-refusal', 'unreadable-store'],
    judge: judgeRefusalLog,
  },
  {
    name: 'manual resume',
    asks: 'Did every step of the manual resume that was taken succeed?',
    decidedIn: ['judges/manual-resume.ts'],
    codes: ['manual-resume-failed'],
    judge: judgeManualSteps,
  },
  {
    name: 'restoration',
    asks: 'Is everything back as it was, by itself, at work, and does it stay up?',
    decidedIn: ['judges/restoration.ts', 'proofs/returns.ts', 'proofs/restored.ts'],
    codes: ['blind-probe', 'restored-differently', 'undo-unseen', 'unrestored-service'],
    judge: judgeRestoration,
  },
  {
    name: 'incident',
    asks: 'Was the incident closed by the undo, and its history left as it was?',
    decidedIn: ['judges/restoration.ts'],
    codes: ['incident-left-open', 'incident-rewritten'],
    judge: judgeIncidentAfter,
  },
  {
    name: 'completeness',
    asks: 'Is every proof there that the verdict needs?',
    decidedIn: ['judges/completeness.ts', 'proofs/hold.ts'],
    codes: [
      'control-missing',
      'crash-missing',
      'guard-untried',
      'hold-short',
      'journal-broken',
      'state-unseen',
      'undo-unseen',
    ],
    judge: judgeCompleteness,
  },
  {
    name: 'interlocks',
    asks: 'Did an interlock refuse the drill?',
    decidedIn: ['judges/interlocks.ts'],
    codes: ['interlock'],
    judge: judgeInterlocks,
  },
];

/** Asks every question. A judge that throws leaves a finding, since what it would have found is not known. */
export function askAll(c: CaseFile, judges: readonly Pick<Judge, 'name' | 'judge'>[]): Fault[] {
  return judges.flatMap(({ name, judge }) => {
    try {
      return judge(c);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [fault('judge-failed', 'threw', {}, { judge: name, reason })];
    }
  });
}
