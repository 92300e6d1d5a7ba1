/**
 * The questions, one a file, over the proofs. JUDGES is the list of them: what each asks, and in which files each code that it may give is
 * decided. A `judge-failed` of a judge that throws is given by askAll, below; the verdict (verdict/judge.ts) adds that and an
 * `undo-unseen` where a word would have no reason otherwise.
 */

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

export {
  accountsAfterDeadline,
  accountsAroundDeadline,
  accountsAtBaseline,
  effectSummaries,
} from './effects.ts';
export { effectOf, judgeGuards, refusalLog } from './guards.ts';

/** One question about the evidence, answered with every fault that it sees. */
export interface Judge {
  readonly name: string;
  /** The question, as one would put it. */
  readonly asks: string;
  /** Every code that it may give, and the files in which that is decided, by their path from 09-judge. */
  readonly decides: Readonly<Partial<Record<FindingCode, readonly string[]>>>;
  readonly judge: (c: CaseFile) => readonly Fault[];
}

/** What codes a guard may give stands with the list of guards. */
const GUARDS = ['judges/guards.ts', '../model/guards.ts'];

/** Every question, in the order in which they are asked. */
export const JUDGES: readonly Judge[] = [
  {
    name: 'hosts',
    asks: 'Was each host observed as itself, unbroken and wholly, under controls that held and by a steady clock?',
    decides: {
      'blind-probe': ['proofs/host.ts', 'proofs/watching.ts', 'proofs/controls.ts'],
      'clock-unreliable': ['proofs/clocks.ts'],
      'sampled-too-coarsely': ['proofs/watching.ts'],
      'unreachable-host': ['proofs/watching.ts'],
      'wrong-host-probe': ['proofs/watching.ts'],
    },
    judge: judgeHosts,
  },
  {
    name: 'clock',
    asks: "Did the controller's two clocks keep pace?",
    decides: {
      'clock-unreliable': ['proofs/clocks.ts'],
    },
    judge: controllerClockTrouble,
  },
  {
    name: 'cross-checks',
    asks: 'Did a second reader of the process table see what the probe saw?',
    decides: {
      'blind-probe': ['judges/cross-checks.ts'],
    },
    judge: judgeCrossChecks,
  },
  {
    name: 'baseline',
    asks: 'Was everything there before the trigger that something is to be said of?',
    decides: {
      'vacuous-target': ['judges/targets.ts'],
    },
    judge: judgeBaseline,
  },
  {
    name: 'classification',
    asks: 'Could each process that may be a service be told to be it or not?',
    decides: {
      'blind-probe': ['judges/targets.ts', 'proofs/stop.ts'],
    },
    judge: judgeClassification,
  },
  {
    name: 'targets',
    asks: 'Did every target stop, in time and wholly, and stay so?',
    decides: {
      'blind-probe': ['proofs/stop.ts'],
      'boot-resurrection': ['proofs/stop.ts'],
      flapped: ['proofs/stop.ts', 'proofs/managers.ts'],
      'frozen-not-stopped': ['proofs/stop.ts'],
      'hold-too-short': ['proofs/managers.ts'],
      'late-stop': ['proofs/stop.ts'],
      'orphaned-children': ['proofs/stop.ts'],
      'partial-stop': ['proofs/stop.ts'],
      'renamed-survivor': ['proofs/stop.ts'],
      respawned: ['proofs/stop.ts'],
      'sampled-too-coarsely': ['proofs/stop.ts'],
      'successful-no-op': ['proofs/stop.ts'],
    },
    judge: judgeTargets,
  },
  {
    name: 'duplicates',
    asks: 'Does a service also run elsewhere, or more often, than the inventory says?',
    decides: {
      'duplicate-instance': ['judges/targets.ts'],
    },
    judge: judgeDuplicates,
  },
  {
    name: 'survivors',
    asks: 'Did every survivor live through the halt as the same process?',
    decides: {
      'collateral-stop': ['proofs/survivors.ts'],
      'survivor-restarted': ['proofs/survivors.ts'],
    },
    judge: judgeSurvivors,
  },
  {
    name: 'heartbeats',
    asks: 'Was every survivor at work all the while?',
    decides: {
      'blind-probe': ['proofs/survivors.ts'],
      'survivor-stale': ['proofs/survivors.ts'],
      'vacuous-target': ['proofs/survivors.ts'],
    },
    judge: judgeHeartbeats,
  },
  {
    name: 'broker memory',
    asks: 'Did the broker live through the halt, or come back and still know of it?',
    decides: {
      'amnesia-restart': ['judges/broker-memory.ts'],
      'broker-down': ['judges/broker-memory.ts'],
      'partial-amnesia': ['judges/broker-memory.ts'],
      'self-halt': ['judges/broker-memory.ts'],
    },
    judge: judgeBrokerMemory,
  },
  {
    name: 'broker state',
    asks: 'Is the halt recorded as it is claimed, and the same in API and store?',
    decides: {
      'duplicate-incident': ['judges/broker-state.ts', 'judges/store-alone.ts'],
      'missing-incident': ['judges/broker-state.ts', 'judges/store-alone.ts'],
      'silent-downgrade': ['judges/broker-state.ts', 'judges/store-alone.ts'],
      'split-state': ['judges/broker-state.ts'],
      'unpersisted-halt': ['judges/broker-state.ts', 'judges/store-alone.ts'],
      'unreadable-store': ['judges/store-alone.ts'],
      'vacuous-target': ['judges/broker-state.ts'],
      'wrong-asset': ['judges/broker-state.ts'],
    },
    judge: judgeBrokerState,
  },
  {
    name: 'ownership',
    asks: 'Did anybody else halt the fleet, before or during the drill?',
    decides: {
      'foreign-halt': ['judges/ownership.ts'],
    },
    judge: judgeOwnership,
  },
  {
    name: 'sources',
    asks: 'Were store, API, log and exchange readable whenever the verdict needs them?',
    decides: {
      'unreadable-broker': ['judges/sources.ts'],
      'unreadable-exchange': ['judges/sources.ts'],
      'unreadable-store': ['judges/sources.ts'],
    },
    judge: judgeSources,
  },
  {
    name: 'claims',
    asks: 'Is what the broker claims what was seen, both ways?',
    decides: {
      'false-claim': ['judges/claims.ts'],
      'false-success': ['judges/claims.ts'],
      'unlogged-halt': ['judges/claims.ts'],
      'wrong-host-stop': ['judges/claims.ts'],
    },
    judge: judgeClaims,
  },
  {
    name: 'audit',
    asks: 'Is every entry of the audit log still what it was?',
    decides: {
      'audit-tampered': ['judges/claims.ts'],
    },
    judge: judgeAudit,
  },
  {
    name: 'effects',
    asks: 'Did the halt take effect at the exchange, and reach nothing else there?',
    decides: {
      'collateral-halt': ['judges/effects.ts'],
      'order-after-halt': ['judges/effects.ts'],
      'position-grew': ['judges/effects.ts'],
      'position-not-flat': ['judges/effects.ts'],
      'sampled-too-coarsely': ['judges/effects.ts'],
      'unreadable-exchange': ['judges/effects.ts'],
      'vacuous-target': ['judges/effects.ts'],
    },
    judge: judgeEffects,
  },
  {
    name: 'guards',
    asks: 'Was refused what must be, with nothing changed by it?',
    decides: {
      'duplicate-incident': ['judges/guards.ts'],
      'guard-side-effect': ['judges/guards.ts'],
      'leaked-command': GUARDS,
      'silent-downgrade': ['judges/guards.ts'],
      'unauthenticated-trigger': GUARDS,
      'unguarded-resume': GUARDS,
      'unguarded-trigger': GUARDS,
      'unreadable-broker': ['judges/guards.ts'],
      'unreadable-store': ['judges/guards.ts'],
      'vacuous-target': ['judges/guards.ts'],
    },
    judge: judgeGuards,
  },
  {
    name: 'log of refusals',
    asks: 'Is what was refused in the audit log?',
    decides: {
      'unlogged-refusal': ['judges/guards.ts'],
      'unreadable-store': ['judges/guards.ts'],
    },
    judge: judgeRefusalLog,
  },
  {
    name: 'manual resume',
    asks: 'Did every step of the manual resume that was taken succeed?',
    decides: {
      'manual-resume-failed': ['judges/manual-resume.ts'],
    },
    judge: judgeManualSteps,
  },
  {
    name: 'restoration',
    asks: 'Is everything back as it was, by itself, at work, and does it stay up?',
    decides: {
      'blind-probe': ['judges/restoration.ts'],
      'restored-differently': ['judges/restoration.ts'],
      'undo-unseen': ['judges/restoration.ts'],
      'unrestored-service': ['judges/restoration.ts'],
    },
    judge: judgeRestoration,
  },
  {
    name: 'incident',
    asks: 'Was the incident closed by the undo, and its history left as it was?',
    decides: {
      'incident-left-open': ['judges/restoration.ts'],
      'incident-rewritten': ['judges/restoration.ts'],
    },
    judge: judgeIncidentAfter,
  },
  {
    name: 'completeness',
    asks: 'Is every proof there that the verdict needs?',
    decides: {
      'control-missing': ['judges/completeness.ts'],
      'crash-missing': ['judges/completeness.ts'],
      'guard-untried': ['judges/completeness.ts'],
      'hold-short': ['judges/completeness.ts'],
      'journal-broken': ['judges/completeness.ts'],
      'state-unseen': ['judges/completeness.ts'],
      'undo-unseen': ['judges/completeness.ts'],
    },
    judge: judgeCompleteness,
  },
  {
    name: 'interlocks',
    asks: 'Did an interlock refuse the drill?',
    decides: {
      interlock: ['judges/interlocks.ts'],
    },
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
