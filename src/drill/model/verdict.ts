import type { BrokerState } from './broker-state.ts';
import type { FindingCode } from './findings.ts';
import type { GuardName } from './guards.ts';
import type { Role } from './plan.ts';
import type { Interval } from './reading.ts';
import type { StopCondition } from './stop-condition.ts';

export type VerdictWord = 'pass' | 'fail' | 'inconclusive' | 'not-run' | 'aborted';
export type FleetState = 'untouched' | 'restored' | 'halted' | 'unknown';

/** One thing that is wrong, or that could not be told. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'fail' | 'inconclusive';
  readonly host: string | null;
  readonly service: string | null;
  /** The asset that it is about, where it is about one; part of the subject. */
  readonly asset?: string;
  /** The field of the halt's state that it is about, such as `level`; part of the subject. */
  readonly field?: string;
  readonly message: string;
  /** Ids of journal entries. */
  readonly evidence: readonly string[];
  /** Key (`code host/service`, see `findingKey`) of the finding that caused this one. */
  readonly consequenceOf: string | null;
  /** Id of the known issue that covers it, directly or through its cause. */
  readonly knownIssue: string | null;
}

/** Stable within a verdict: one finding a code and subject. */
export function findingKey(f: Pick<Finding, 'code' | 'host' | 'service' | 'asset' | 'field'>): string {
  const subject = `${f.code} ${f.host ?? '-'}/${f.service ?? '-'}`;
  const part = f.asset ?? f.field;
  return part === undefined ? subject : `${subject}/${part}`;
}

/** `verdict.json`, schema version 1. It only ever grows. */
export interface Verdict {
  readonly schemaVersion: 1;
  readonly drillId: string;
  readonly drill: string;
  readonly title: string;
  readonly level: number;
  readonly verdict: VerdictWord;
  /** A pass that needed accepted issues. */
  readonly qualified: boolean;
  readonly headline: string;
  /** `live`, or `lab:<name>`. */
  readonly environment: string;
  readonly runner: string;
  readonly inventory: { readonly path: string; readonly sha256: string };
  /** Digest of the drill as it was parsed: neither comments nor the order of keys change it. Left out where the journal lacks it. */
  readonly drillSha256?: string;
  readonly fleet: FleetState;
  readonly exitCode: ExitCode;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly findings: readonly Finding[];
  readonly footnotes: readonly Footnote[];
  readonly coverage: {
    readonly hosts: { readonly declared: number; readonly answered: number };
    readonly targets: { readonly declared: number; readonly proven: number };
    readonly survivors: { readonly declared: number; readonly proven: number };
  };
  readonly halt: HaltSummary;
  readonly broker: BrokerSummary;
  /** The manual resume, step by step; only where the drill has one and was fired. */
  readonly manualResume?: readonly ManualStepSummary[];
  /** What became of the requests that had to be refused, or to do nothing. */
  readonly guards: readonly GuardSummary[];
  /** What would have ended the drill early, and what did. */
  readonly stopConditions: readonly StopSummary[];
  readonly effects: readonly EffectSummary[];
  readonly controls: readonly ControlSummary[];
  /** What the broker claimed, in sentences that quote it. */
  readonly claims: readonly string[];
  /** What the inventory does not declare, so that this verdict does not speak of it; left out where it declares all. */
  readonly notCovered?: readonly string[];
  readonly notTested: readonly string[];
  /** What the service managers' settings and the plan foretold before the trigger; left out where that is nothing. It is no evidence. */
  readonly foresight?: readonly string[];
  /** Why the operator let the drill begin although the level below was not proven; left out where nobody did. */
  readonly gateSkipped?: string;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 64 | 70;

/** An accepted issue that this verdict leans on, or that was filed for this drill and not seen. */
export interface Footnote {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly filed: string;
  readonly fix: string;
  readonly expires: string;
  /** How many findings it covers; 0: no longer seen, close it. */
  readonly findings: number;
}

export interface HaltSummary {
  readonly acknowledged: boolean | null;
  readonly withinMs: number;
  readonly holdMs: number;
  /** How long the complete halt was observed, unbroken; null where it never was complete. */
  readonly heldMs: number | null;
  readonly services: readonly ServiceSummary[];
}

export interface ServiceSummary {
  readonly service: string;
  readonly host: string;
  readonly role: Role;
  /** `stopped`: proven. `running`: its baseline life, or another, was seen after the deadline. `kept`: a survivor, proven. */
  readonly outcome: 'stopped' | 'running' | 'kept' | 'changed' | 'unknown' | 'watched';
  /** Milliseconds after T0 between which its last process died: last seen, first not seen. */
  readonly stoppedAfterMs: readonly [number, number] | null;
  readonly baselinePids: readonly number[];
  readonly finalPids: readonly number[];
  /**
   * Of a target: whether its manager's counters stood still from its stop to the end of the halt (`steady`: no life of it,
   * however short), or `moved`, or were not there to be read. Null for anything else.
   */
  readonly counter: 'steady' | 'moved' | 'unread' | null;
}

export type Moment = 'before' | 'halted' | 'after-crash' | 'after-resume';

export interface BrokerSummary {
  /** What API and store said at each moment; null: not read then. */
  readonly moments: readonly {
    readonly moment: Moment;
    readonly api: BrokerState | { readonly unreadable: string } | null;
    readonly store: BrokerState | { readonly unreadable: string } | null;
  }[];
  /** The crash, if it was done; else why not. */
  readonly crash:
    | {
        readonly done: true;
        readonly killedPid: number;
        readonly newPid: number | null;
        readonly backAfterMs: number | null;
      }
    | { readonly done: false; readonly why: string };
}

export interface ManualStepSummary {
  readonly host: string;
  /** The service that it starts; null: one of the inventory's own steps. */
  readonly service: string | null;
  /** As it was run, or is to be run. */
  readonly command: readonly string[];
  /** `by hand`: somebody said so. `unknown`: it was begun, and its result was not seen. Neither proves anything. */
  readonly outcome: 'succeeded' | 'failed' | 'by hand' | 'unknown' | 'not taken';
}

export interface GuardSummary {
  readonly guard: GuardName;
  /** In words, such as `a halt without a token`. */
  readonly what: string;
  /** `refused`, and nothing came of it; `harmless`: accepted, as it may be, and nothing came of it. Both are proven. */
  readonly outcome: 'refused' | 'harmless' | 'took effect' | 'unclear' | 'not tried';
  /** Such as `HTTP 403`; null where it was not tried. */
  readonly answer: string | null;
  /** Whether the refusal is in the audit log; null where that is not known, or need not be. */
  readonly logged: boolean | null;
}

export interface StopSummary {
  /** In words, such as `survivor-dies`. */
  readonly condition: string;
  readonly action: StopCondition['action'];
  /** What showed that it had come true; null: it did not. */
  readonly met: string | null;
}

export interface EffectSummary {
  readonly asset: string;
  readonly expected: 'silent' | 'active' | 'flat' | 'silent and flat';
  readonly ordersAtBaseline: number;
  readonly ordersAfterDeadline: number | null;
  readonly positionBefore: number | null;
  readonly positionAfter: number | null;
  readonly openAfter: number | null;
}

export interface ControlSummary {
  readonly host: string;
  readonly samples: number;
  readonly longestGapMs: number | null;
  /** How long the probe took to see a canary vanish that was killed before the trigger. */
  readonly latencyMs: Interval | null;
  readonly held: boolean;
}
