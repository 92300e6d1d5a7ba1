import { z } from 'zod';
import { FINDINGS, type FindingCode } from '../model/findings.ts';
import { GUARDS, type GuardName } from '../model/guards.ts';
import type { ExitCode, Verdict } from '../model/verdict.ts';

/** The shape of `verdict.json`, schema version 1: for those who read it, and for reading it back. It only ever grows. */

const service = z.string().nullable();
const count = z.int().min(0);
const milliseconds = z.number();

const broker = z
  .object({
    level: z.number(),
    incident: z.string().nullable(),
    reason: z.string().nullable(),
    revision: z.number().nullable(),
    asset: z.string().nullable(),
  })
  .describe('Halt state; what the broker did not say is null.');

const said = z
  .union([broker, z.object({ unreadable: z.string().describe('Why it could not be read.') })])
  .nullable()
  .describe('Null: not read then.');

const finding = z
  .object({
    code: z
      .enum(Object.keys(FINDINGS) as [FindingCode, ...FindingCode[]])
      .describe('Stable code of the finding.'),
    severity: z.enum(['fail', 'inconclusive']),
    host: z.string().nullable(),
    service,
    asset: z.string().exactOptional().describe('The asset that it is about, where it is about one.'),
    field: z
      .string()
      .exactOptional()
      .describe("The field of the halt's state that it is about, where it is about one."),
    message: z.string().describe('What was found, in words.'),
    evidence: z.array(z.string()).describe('Ids of journal entries.'),
    consequenceOf: z
      .string()
      .nullable()
      .describe(
        'Key (`code host/service`, and behind a further `/` the asset or field) of the finding that caused this one.',
      ),
    knownIssue: z.string().nullable().describe('Id of the known issue that covers it.'),
  })
  .describe('One thing that is wrong, or that could not be told.');

const footnote = z
  .object({
    id: z.string(),
    title: z.string(),
    owner: z.string(),
    filed: z.string().describe('YYYY-MM-DD'),
    fix: z.string(),
    expires: z.string().describe('YYYY-MM-DD, to the end of that day, UTC.'),
    findings: count.describe('How many findings it covers; 0: no longer seen.'),
  })
  .describe('A known issue that this verdict leans on, or that was not seen any more.');

const serviceSummary = z.object({
  service: z.string(),
  host: z.string(),
  role: z.enum(['target', 'survivor', 'bystander']),
  outcome: z
    .enum(['stopped', 'running', 'kept', 'changed', 'unknown', 'watched'])
    .describe('"stopped" and "kept" are proven.'),
  stoppedAfterMs: z
    .tuple([milliseconds, milliseconds])
    .nullable()
    .describe('Milliseconds after the trigger between which its last process died.'),
  baselinePids: z.array(z.int()),
  finalPids: z.array(z.int()),
  counter: z
    .enum(['steady', 'moved', 'unread'])
    .nullable()
    .describe(
      'Of a target: what the counters of its service manager did while it was halted; "steady" shows that it did not live, however briefly.',
    ),
});

const crash = z.discriminatedUnion('done', [
  z.object({
    done: z.literal(true),
    killedPid: z.int(),
    newPid: z.int().nullable(),
    backAfterMs: milliseconds.nullable(),
  }),
  z.object({ done: z.literal(false), why: z.string() }),
]);

const manualStep = z.object({
  host: z.string(),
  service: service.describe('The service that it starts. Null: one of the steps of the inventory.'),
  command: z.array(z.string()).describe('As it was run, or is to be run.'),
  outcome: z
    .enum(['succeeded', 'failed', 'by hand', 'unknown', 'not taken'])
    .describe('"by hand": somebody said so. None of it proves anything.'),
});

const guard = z.object({
  guard: z.enum(Object.keys(GUARDS) as [GuardName, ...GuardName[]]),
  what: z.string().describe('In words.'),
  outcome: z
    .enum(['refused', 'harmless', 'took effect', 'unclear', 'not tried'])
    .describe('"refused" and "harmless" are proven.'),
  answer: z.string().nullable().describe('Such as HTTP 403. Null: not tried.'),
  logged: z
    .boolean()
    .nullable()
    .describe('Whether the refusal is in the audit log. Null: not known, or it need not be.'),
});

const effect = z.object({
  asset: z.string(),
  expected: z.enum(['silent', 'active', 'flat', 'silent and flat']),
  ordersAtBaseline: z.number(),
  ordersAfterDeadline: z.number().nullable(),
  positionBefore: z.number().nullable(),
  positionAfter: z.number().nullable(),
  openAfter: z.number().nullable(),
});

const control = z.object({
  host: z.string(),
  samples: count,
  longestGapMs: milliseconds.nullable(),
  latencyMs: z
    .object({ fromMs: milliseconds, toMs: milliseconds })
    .nullable()
    .describe('How long the probe took to see a process vanish that was killed before the trigger.'),
  held: z.boolean(),
});

const share = z.object({ declared: count, proven: count });

const exitCodes = [0, 1, 2, 3, 4, 5, 64, 70] as const satisfies readonly ExitCode[];

export const verdictSchema = z
  .object({
    schemaVersion: z.literal(1),
    drillId: z.string(),
    drill: z.string(),
    title: z.string(),
    level: z.number(),
    verdict: z.enum(['pass', 'fail', 'inconclusive', 'not-run', 'aborted']),
    qualified: z.boolean().describe('A pass that needed accepted issues.'),
    headline: z.string(),
    environment: z.string().describe('"live", or "lab:<name>": a lab drill proves nothing about a fleet.'),
    runner: z.string().describe('Version of haltdrill.'),
    inventory: z.object({ path: z.string(), sha256: z.string() }),
    drillSha256: z
      .string()
      .exactOptional()
      .describe('Digest of the drill as it was parsed: neither comments nor the order of keys change it.'),
    fleet: z.enum(['untouched', 'restored', 'halted', 'unknown']),
    exitCode: z.literal(exitCodes),
    startedAt: z.string().describe('ISO 8601, UTC'),
    finishedAt: z.string().describe('ISO 8601, UTC'),
    findings: z.array(finding),
    footnotes: z.array(footnote),
    coverage: z.object({
      hosts: z.object({ declared: count, answered: count }),
      targets: share,
      survivors: share,
    }),
    halt: z.object({
      acknowledged: z.boolean().nullable(),
      withinMs: milliseconds,
      holdMs: milliseconds,
      heldMs: milliseconds.nullable().describe('Null: the halt never was complete.'),
      services: z.array(serviceSummary),
    }),
    broker: z.object({
      moments: z.array(
        z.object({
          moment: z.enum(['before', 'halted', 'after-crash', 'after-resume']),
          api: said,
          store: said,
        }),
      ),
      crash,
    }),
    manualResume: z
      .array(manualStep)
      .exactOptional()
      .describe('The manual resume, step by step, where the drill has one.'),
    stopConditions: z
      .array(
        z.object({
          condition: z.string().describe('In words.'),
          action: z
            .enum(['resume', 'hold', 'hands-off'])
            .describe('What it means: undo, leave halted, or keep the hands off another’s halt.'),
          met: z.string().nullable().describe('What showed that it had come true; null: it did not.'),
        }),
      )
      // Verdicts of before there were any are still read.
      .prefault([])
      .describe('What would have ended the drill early, and what did.'),
    guards: z.array(guard).describe('Requests that had to be refused, or to do nothing.'),
    effects: z.array(effect),
    controls: z.array(control),
    claims: z.array(z.string()).describe('What the broker claimed, in sentences that quote it.'),
    notCovered: z
      .array(z.string())
      .exactOptional()
      .describe('What the inventory does not declare: this verdict says nothing of it.'),
    notTested: z.array(z.string()),
    foresight: z
      .array(z.string())
      .exactOptional()
      .describe('What settings of service managers, or the plan, foretold before the trigger. No evidence.'),
    gateSkipped: z
      .string()
      .exactOptional()
      .describe('Why the operator let it begin although the level below was not proven.'),
  })
  .describe('The verdict of one drill.');

verdictSchema satisfies z.ZodType<Verdict>;

// What `satisfies` above lets through: a key that may be left out and is not here would be lost in reading back; and a
// key or value that the type does not have must not be demanded here.
type Whole<T> = T extends object ? { readonly [K in keyof T]-?: Whole<T[K]> } : T;
null as unknown as Whole<z.output<typeof verdictSchema>> satisfies Whole<Verdict>;
null as unknown as Whole<Verdict> satisfies Whole<z.output<typeof verdictSchema>>;
