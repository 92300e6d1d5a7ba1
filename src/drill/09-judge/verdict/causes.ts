import type { FindingCode } from '../../model/findings.ts';
import { findingKey } from '../../model/verdict.ts';
import { type CaseFile, isWhole } from '../evidence/index.ts';
import type { Fault } from '../finding.ts';
import { accountsAfterDeadline, accountsAroundDeadline, accountsAtBaseline } from '../judges/index.ts';
import { FIELDS, haltedState, isHaltComplete, isUnvouched } from '../proofs/index.ts';

/**
 * What may be a cause of what, as data. The first rule that fits decides: one cause, one primary finding. Whether accepting the cause
 * accepts what came of it too is another matter, and said rule by rule (`covers`): only where the one provably is the other, or is
 * what kept the runner from looking.
 */
export interface CauseRule {
  readonly by: readonly FindingCode[];
  /** What cause and effect have in common. */
  readonly same?: readonly ('host' | 'service' | 'asset' | 'field')[];
  /** `begins`: the cause began no later than the effect. `lasts`: and was not over before the effect was. */
  readonly time?: 'begins' | 'lasts';
  readonly covers?: true;
  readonly fits?: (c: CaseFile, effect: Fault, cause: Fault) => boolean;
  /** Every one of these services has to have such a finding; none at all is no cause. */
  readonly each?: (c: CaseFile, effect: Fault) => readonly string[];
}

const STOPS: readonly FindingCode[] = [
  'successful-no-op',
  'partial-stop',
  'frozen-not-stopped',
  'renamed-survivor',
  'orphaned-children',
  'respawned',
  'boot-resurrection',
  'flapped',
  'late-stop',
];
/** Of these something is there that can place orders: what is frozen places none. */
const AT_WORK = STOPS.filter((code) => code !== 'frozen-not-stopped');
/** What keeps a host from being observed, the deepest first. */
const BLINDERS: readonly FindingCode[] = [
  'wrong-host-probe',
  'unreachable-host',
  'blind-probe',
  'sampled-too-coarsely',
];
const STATES: readonly FindingCode[] = ['amnesia-restart', 'unpersisted-halt'];
/** What else makes a runner skip hold, crash, guards or final control, most telling first. */
const CUTTERS: readonly FindingCode[] = [
  'foreign-halt',
  'self-halt',
  'broker-down',
  'amnesia-restart',
  'partial-amnesia',
  'unpersisted-halt',
  'silent-downgrade',
  'missing-incident',
  'duplicate-incident',
  'leaked-command',
  'unguarded-resume',
  'guard-side-effect',
  'split-state',
  'unreadable-broker',
  'unreadable-store',
  ...BLINDERS,
];

const sameService = ['service'] as const;
/** Of one that had to be observed no longer, once the drill had ended early. */
const cutShort: readonly CauseRule[] = [
  // A target that did go, if late, kept the runner from nothing: only one that was there at the end of the halt did.
  { by: STOPS, fits: (c) => ranItsCourse(c) && !isHaltComplete(c) },
  { by: CUTTERS, fits: (c, _, cause) => ranItsCourse(c) && !isOfOneTarget(c, cause) },
];
const lostHost: readonly CauseRule[] = BLINDERS.map((code) => ({
  by: [code],
  same: ['host'],
  fits: (_, effect, cause) =>
    effect.service === null &&
    cause.service === null &&
    BLINDERS.indexOf(code) < BLINDERS.indexOf(effect.code),
}));
const aroundDeadline: CauseRule = {
  // On whichever side of the deadline an order was: it is of one that was there then.
  by: AT_WORK,
  time: 'lasts',
  covers: true,
  fits: (_, { asset }) => asset !== undefined,
  each: (c, { asset }) => accountsAroundDeadline(c, asset ?? ''),
};
/** What began to differ in the same moment has one cause, and is named by the first field; each is accepted by itself all the same. */
const withTheFirstField = (code: FindingCode): CauseRule => ({
  by: [code],
  same: sameService,
  fits: (_, effect, cause) => rankOf(cause) < rankOf(effect) && cause.span?.fromMs === effect.span?.fromMs,
});
const rankOf = ({ field }: Fault): number => FIELDS.findIndex((one) => one === field);
const cameBack: readonly CauseRule[] = [{ by: ['silent-downgrade'], time: 'begins' }];
const unread: readonly CauseRule[] = [
  { by: ['broker-down'], same: sameService, time: 'lasts', covers: true },
];

/** A kind that is not here has no cause but its own. */
const CAUSES: Partial<Record<FindingCode, readonly CauseRule[]>> = {
  'unreachable-host': lostHost,
  'blind-probe': [
    ...lostHost,
    // Of a process of which nobody saw what became of it, where its host was lost.
    {
      by: BLINDERS,
      same: ['host'],
      fits: (_, effect, cause) => effect.service !== null && cause.service === null,
    },
  ],
  'sampled-too-coarsely': [
    aroundDeadline,
    ...lostHost,
    // Of another process of the service: in time or late, and late is accepted.
    {
      by: ['late-stop'],
      same: ['host', 'service'],
      covers: true,
      fits: (_, { service }) => service !== null,
    },
  ],
  'successful-no-op': [{ by: ['false-success'], same: ['host'] }],
  'false-claim': [{ by: STOPS, same: sameService, covers: true }],
  // Stopped elsewhere, and so not here; that the broker takes it to live elsewhere is wrong whatever became of it here.
  'wrong-host-stop': [{ by: STOPS, same: sameService }],
  'hold-too-short': [{ by: STOPS, same: ['host', 'service'] }],
  respawned: cameBack,
  'boot-resurrection': cameBack,
  flapped: cameBack,
  'order-after-halt': [
    { by: ['wrong-asset'] },
    {
      by: AT_WORK,
      time: 'lasts',
      covers: true,
      each: (c, { asset, accounts }) => accounts ?? accountsAfterDeadline(c, asset ?? ''),
    },
    { by: ['amnesia-restart'], time: 'begins' },
  ],
  'position-not-flat': [{ by: ['wrong-asset'] }, { by: ['order-after-halt'], same: ['asset'], covers: true }],
  'position-grew': [{ by: ['wrong-asset'] }],
  'collateral-halt': [
    { by: ['wrong-asset'] },
    { by: ['collateral-stop'], covers: true, each: (c, { asset }) => accountsAtBaseline(c, asset ?? '') },
  ],
  'collateral-stop': [{ by: ['foreign-halt'] }],
  'incident-rewritten': [{ by: ['foreign-halt'] }],
  'unlogged-refusal': [{ by: ['audit-tampered'] }],
  'incident-left-open': [{ by: ['foreign-halt'] }, { by: ['duplicate-incident'] }, { by: ['broker-down'] }],
  'unlogged-halt': [
    { by: ['audit-tampered'] },
    { by: STATES, fits: (c) => c.trigger?.reply?.recorded === false },
  ],
  'unpersisted-halt': [
    // Forgetting may come of what was never written down, and not the other way round.
    { by: ['amnesia-restart'], same: sameService },
    { by: ['partial-stop'], fits: isRefusedLoneHalt },
    // Acknowledged and never begun: then nothing but the reply ever spoke of a halt.
    { by: ['successful-no-op'], fits: (c) => !isRefusedLoneHalt(c) && haltedState(c)?.source === 'reply' },
  ],
  'silent-downgrade': [
    { by: STATES },
    {
      by: ['partial-amnesia'],
      same: sameService,
      time: 'begins',
      fits: (_, __, { field }) => field === 'level',
    },
    { by: ['partial-stop'], fits: (c) => c.trigger?.reply?.acknowledged !== true },
  ],
  'missing-incident': [{ by: STATES }],
  'split-state': [
    { by: ['unpersisted-halt'], same: sameService, covers: true, fits: isOfLevel },
    {
      by: ['amnesia-restart', 'silent-downgrade'],
      same: sameService,
      time: 'begins',
      covers: true,
      fits: isOfLevel,
    },
    { by: ['partial-amnesia'], same: ['service', 'field'], time: 'begins', covers: true },
    { by: ['unpersisted-halt', 'amnesia-restart', 'silent-downgrade'], same: sameService, time: 'begins' },
    { by: ['wrong-asset'] },
    { by: STOPS, same: sameService, fits: (c) => c.brokerMustStop },
    withTheFirstField('split-state'),
  ],
  'wrong-asset': [{ by: ['guard-side-effect'] }],
  'partial-amnesia': [
    { by: ['duplicate-incident'] },
    { by: ['amnesia-restart'], same: sameService },
    withTheFirstField('partial-amnesia'),
  ],
  'broker-down': [{ by: ['self-halt'] }, { by: ['guard-side-effect'] }],
  'self-halt': [{ by: ['guard-side-effect'], same: sameService }],
  'survivor-restarted': [
    { by: ['guard-side-effect'], same: sameService },
    // One that comes up and goes down, over and over, is down.
    { by: ['broker-down', 'self-halt'], same: sameService },
  ],
  'unreadable-broker': [...unread, { by: ['vacuous-target'], same: sameService }],
  'unreadable-store': unread,
  // What cannot be asked of a broker that says nothing is refused for that reason.
  interlock: [{ by: ['unreadable-broker'], same: sameService }],
  'unrestored-service': [
    // Nothing is started under another's halt.
    { by: ['foreign-halt'] },
    // A broker that is gone, or has forgotten the halt, lifts none.
    { by: ['broker-down'], same: sameService },
    {
      by: STATES,
      covers: true,
      fits: (c, effect, cause) =>
        isForgotten(c, effect, cause) && isStartedByRunner(c, effect) && isNothingLifted(c),
    },
    { by: STATES, fits: isForgotten },
    { by: ['collateral-halt'], same: ['asset'], fits: (_, { asset }) => asset !== undefined },
    // What the broker did not mean to stop it does not bring back.
    { by: ['collateral-stop'], same: sameService, fits: (_, { asset }) => asset === undefined },
    { by: ['survivor-stale', 'frozen-not-stopped'], same: sameService },
  ],
  // The word pass needs a restored fleet, so that what is accepted of the cause covers nothing here.
  'restored-differently': [
    {
      by: [
        'renamed-survivor',
        'orphaned-children',
        'successful-no-op',
        'partial-stop',
        'respawned',
        'duplicate-instance',
        'vacuous-target',
      ],
      same: sameService,
    },
  ],

  'state-unseen': [
    { by: ['unpersisted-halt'], same: sameService, covers: true },
    { by: ['amnesia-restart', 'silent-downgrade'], same: sameService, time: 'begins', covers: true },
    ...cutShort,
  ],
  'hold-short': [{ by: ['control-missing'], fits: isUnvouched }, ...cutShort],
  'crash-missing': [
    {
      by: ['self-halt', 'broker-down', 'amnesia-restart', 'silent-downgrade'],
      same: sameService,
      time: 'begins',
      covers: true,
      // One that was tried, and of which nobody knows what came, was not kept from anything.
      fits: ({ crash }) => crash === null,
    },
    ...cutShort,
  ],
  'control-missing': [
    { by: BLINDERS, same: ['host'], fits: (_, __, { service }) => service === null },
    { by: ['hold-short'], fits: (c) => !isUnvouched(c) },
    ...cutShort,
  ],
  'guard-untried': [
    {
      by: ['self-halt', 'broker-down', 'amnesia-restart', 'unpersisted-halt', 'silent-downgrade'],
      same: sameService,
      time: 'begins',
      covers: true,
    },
    ...cutShort,
  ],
  'undo-unseen': [
    { by: ['unreadable-broker'], same: sameService, fits: (_, { asset }) => asset === undefined },
    {
      by: ['foreign-halt', 'broker-down', 'incident-left-open', 'unrestored-service'],
      fits: (_, { asset }) => asset !== undefined,
    },
  ],
};

// What is missing after a drill was interrupted, or from a journal that breaks off, has no cause that could be accepted.
function ranItsCourse(c: CaseFile): boolean {
  return c.interrupted.length === 0 && isWhole(c);
}

// What is not known of one target keeps nobody from looking at the rest.
function isOfOneTarget(c: CaseFile, { code, service }: Fault): boolean {
  return code === 'blind-probe' && service !== null && service !== c.plan.broker;
}

// Of a halt that is not known, incident, reason and asset are not either; where both know of one, they differ about these by themselves.
function isOfLevel(_: CaseFile, { field }: Fault): boolean {
  return field === 'level';
}

// What was refused is in no store; while the broker lives, its API would say so, and where it must be gone nothing does.
function isRefusedLoneHalt(c: CaseFile): boolean {
  return c.brokerMustStop && c.trigger?.reply?.acknowledged === false;
}

// Where no halt is found to be lifted, the steps that lift one are not taken.
function isForgotten(c: CaseFile, _: Fault, { code }: Fault): boolean {
  return code === 'amnesia-restart' || c.plan.resume === 'manual';
}

// Where something was lifted after all, what had to be started by hand was not brought back by that.
function isNothingLifted({ resumes, manualSteps }: CaseFile): boolean {
  return resumes.length === 0 && manualSteps.length === 0;
}

function isStartedByRunner(c: CaseFile, { service }: Fault): boolean {
  return c.starts.some(({ intent: { act } }) => act.service === service);
}

/** What a finding came of: every one of these, by its key; and whether accepting them all accepts it. */
export interface CameOf {
  readonly causes: readonly string[];
  readonly covers: boolean;
}

/** For every finding that came of another one, by its key, what it came of. */
export function causesAmong(c: CaseFile, faults: readonly Fault[]): ReadonlyMap<string, CameOf> {
  const found = new Map<string, CameOf>();
  for (const effect of faults) {
    for (const rule of CAUSES[effect.code] ?? []) {
      const causes = causesBy(c, rule, effect, faults);
      if (causes.length === 0) continue;
      const covers = rule.covers === true && isTimed(rule, effect, faults, causes);
      found.set(findingKey(effect), { causes, covers });
      break;
    }
  }
  return found;
}

/** Where it is not known when one of them was so, it is not proven that the one came of the other. */
function isTimed(
  { time }: CauseRule,
  effect: Fault,
  faults: readonly Fault[],
  causes: readonly string[],
): boolean {
  if (time === undefined) return true;
  const all = [effect, ...faults.filter((one) => causes.includes(findingKey(one)))];
  return all.every(({ span }) => span !== undefined);
}

function causesBy(c: CaseFile, rule: CauseRule, effect: Fault, faults: readonly Fault[]): string[] {
  const first = (also: (cause: Fault) => boolean): string | null => {
    for (const code of rule.by) {
      const cause = faults.find(
        (one) => one !== effect && one.code === code && isCause(c, rule, effect, one) && also(one),
      );
      if (cause !== undefined) return findingKey(cause);
    }
    return null;
  };
  if (rule.each === undefined) return [first(() => true)].filter((key) => key !== null);
  const causes = rule.each(c, effect).map((account) => first(({ service }) => service === account));
  return causes.includes(null) ? [] : causes.filter((key) => key !== null);
}

function isCause(c: CaseFile, { same = [], time, fits }: CauseRule, effect: Fault, cause: Fault): boolean {
  if (same.some((part) => effect[part] !== cause[part])) return false;
  if (time !== undefined && !isInTime(time, effect, cause, c.plan.timing.maxGapMs)) return false;
  return fits === undefined || fits(c, effect, cause);
}

// Where it is not known when one of the two was so, nothing speaks against it. Neither edge is known better than two looks are apart.
function isInTime(time: 'begins' | 'lasts', effect: Fault, cause: Fault, apartMs: number): boolean {
  if (effect.span === undefined || cause.span === undefined) return true;
  if (cause.span.fromMs > effect.span.fromMs + apartMs) return false;
  return time === 'begins' || effect.span.toMs <= cause.span.toMs + apartMs;
}

/** Hangs every consequence on the finding that it came of in the end: one cause, one primary. */
export function hangConsequences(faults: readonly Fault[], cameOf: ReadonlyMap<string, CameOf>): Fault[] {
  return faults.map((f) => {
    let cause = cameOf.get(findingKey(f))?.causes[0] ?? null;
    const passed = new Set([findingKey(f)]);
    while (cause !== null && !passed.has(cause)) {
      const next = cameOf.get(cause)?.causes[0] ?? null;
      if (next === null) return { ...f, consequenceOf: cause };
      passed.add(cause);
      cause = next;
    }
    return f;
  });
}
