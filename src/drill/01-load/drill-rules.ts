import { type DrillFile, drillSchema, effectsSchema } from './drill-schema.ts';
import type { Complaint } from './explain.ts';
import { guardRules } from './guard-rules.ts';
import { carries } from './inventory-rules.ts';
import type { InventoryView } from './inventory-view.ts';
import { suggestion } from './near-miss.ts';
import { isMap, partsOf } from './partial.ts';
import { quoted } from './problem.ts';
import { stopWhenRules } from './stop-when-rules.ts';

/** As much of a drill as can be used; what is missing here is faulty, or not given. */
type DrillView = Partial<DrillFile>;

/** What a drill says about itself and about the fleet. `raw` has its variables resolved; null: no inventory to hold it against. */
export function drillRules(raw: unknown, fleet: InventoryView | null): Complaint[] {
  const drill: DrillView = partsOf(drillSchema, raw);
  const effects = partsOf(effectsSchema, isMap(raw) ? raw.effects : undefined);
  return [
    ...names(drill, fleet),
    ...bothLists(drill),
    ...nothingToStop(raw, drill),
    ...unshownState(drill, fleet),
    ...crashRules(drill, fleet),
    ...wayBack(drill, fleet),
    ...phraseRules(drill, fleet),
    ...guardRules(drill, fleet),
    ...stopWhenRules(drill, fleet),
    ...levelRules(drill),
    ...effectRules(drill, effects, fleet),
    ...timingRules(drill),
  ];
}

/** Every name once, and none that the inventory does not have. */
function names(drill: DrillView, fleet: InventoryView | null): Complaint[] {
  const services = fleet?.services ?? null;
  return (['stops', 'keeps'] as const).flatMap((key) =>
    (drill[key] ?? []).flatMap((name, index, all): Complaint[] => {
      const at = { path: [key, index], at: 'value' as const };
      if (services !== null && !services.has(name))
        return [
          {
            ...at,
            what: `${quoted(name)} is not a service of the inventory`,
            why: `${key} names declared services`,
            fix: suggestion(name, services.keys()),
          },
        ];
      if (all.indexOf(name) === index) return [];
      return [{ ...at, what: `${quoted(name)} is named twice`, why: 'once is enough', fix: 'take one away' }];
    }),
  );
}

function bothLists({ stops = [], keeps = [] }: DrillView): Complaint[] {
  return keeps.flatMap((name, index) =>
    stops.includes(name)
      ? [
          {
            path: ['keeps', index],
            at: 'value' as const,
            what: `${quoted(name)} must both stop and survive`,
            why: 'it is in stops and in keeps',
            fix: 'take it out of one of them',
          },
        ]
      : [],
  );
}

/** What a broker says of itself is no proof: some process or some order has to stop. */
function nothingToStop(raw: unknown, drill: DrillView): Complaint[] {
  if (!isMap(raw) || drill.stops === undefined || drill.stops.length > 0) return [];
  // Faulty effects complain for themselves; whether they hold something cannot be told.
  if (raw.effects !== undefined && drill.effects === undefined) return [];
  const { silent = [], flat = [] } = drill.effects ?? {};
  if (silent.length + flat.length > 0) return [];
  return [
    {
      path: ['stops'],
      at: 'key',
      what: 'this drill has nothing to check: nothing must stop',
      why: 'survivors and the words of the broker alone prove no halt',
      fix: 'name services in stops, or assets in effects.silent or effects.flat',
    },
  ];
}

/** What no source could show is demanded of none. */
function unshownState({ broker, resume }: DrillView, fleet: InventoryView | null): Complaint[] {
  if (fleet === null || fleet.hasStatus || fleet.hasState) return [];
  const why = 'the inventory declares neither status nor state of the broker';
  return [
    ...(broker === undefined
      ? []
      : [
          {
            path: ['broker'],
            at: 'key' as const,
            what: 'the drill says what the broker must say, and nothing could show it',
            why,
            fix: 'take broker away from the drill; the report says that the state is not covered',
          },
        ]),
    ...(resume === 'manual'
      ? [
          {
            path: ['resume'],
            at: 'value' as const,
            what: 'the drill resumes by hand, and nothing would show whose halt it is',
            why,
            fix: 'declare state in the inventory, or write resume: api',
          },
        ]
      : []),
  ];
}

function crashRules({ crash, stops, keeps }: DrillView, fleet: InventoryView | null): Complaint[] {
  if (crash === undefined) return [];
  const complaint = (what: string, why: string, fix: string): Complaint[] => [
    { path: ['crash'], at: 'value', what, why, fix },
  ];
  if (fleet?.services && !fleet.services.has(crash))
    return complaint(
      `${quoted(crash)} is not a service of the inventory`,
      'crash names the broker',
      suggestion(crash, fleet.brokerService === null ? fleet.services.keys() : [fleet.brokerService]),
    );
  const broker = fleet?.brokerService ?? null;
  if (broker !== null && crash !== broker)
    return complaint(
      `${quoted(crash)} is not the broker`,
      'only the broker is crashed, to see whether the halt outlives it',
      `write crash: ${broker}, or take it away`,
    );
  if (fleet !== null && !fleet.hasStatus)
    return complaint(
      `${quoted(crash)} is to be crashed, and cannot be asked whether it is back`,
      'the inventory declares no status of the broker',
      'declare status, or take crash away',
    );
  if (stops?.includes(crash))
    return complaint(
      `${quoted(crash)} must stop and cannot be crashed`,
      'it has to come back from the crash',
      'take it out of stops, or take crash away',
    );
  if (keeps !== undefined && !keeps.includes(crash))
    return complaint(
      `${quoted(crash)} is to be crashed and is not in keeps`,
      'it has to survive the halt and come back from the crash',
      `add ${quoted(crash)} to keeps`,
    );
  const host = fleet?.services?.get(crash)?.host;
  if (host !== undefined && fleet?.hosts?.get(host)?.manager === 'none')
    return complaint(
      `nothing would bring ${quoted(crash)} back`,
      `host ${quoted(host)} has no service manager`,
      'take crash away, or run the broker under a manager',
    );
  return [];
}

/** Nobody may halt what nobody knows how to bring back. */
function wayBack({ resume, stops }: DrillView, fleet: InventoryView | null): Complaint[] {
  if (resume === undefined || fleet === null) return [];
  const broker = fleet.brokerService;
  const at = broker === null ? -1 : (stops?.indexOf(broker) ?? -1);
  if (resume === 'api' && broker !== null && at >= 0)
    return [
      {
        path: ['stops', at],
        at: 'value',
        what: `${quoted(broker)} must stop, and the drill would resume through its API`,
        why: 'a broker that is gone answers no resume',
        fix: 'write resume: manual, or take it out of stops',
      },
    ];
  if (resume === 'manual' && fleet.manualResume === null)
    return [
      {
        path: ['resume'],
        at: 'value',
        what: 'the drill resumes by hand, and the inventory says nothing of how',
        why: 'the steps are those of broker.manual-resume',
        fix: 'declare manual-resume in the inventory, or write resume: api',
      },
    ];
  return [];
}

function phraseRules({ phrase }: DrillView, fleet: InventoryView | null): Complaint[] {
  const halt = fleet?.operations.find(({ name }) => name === 'halt');
  const byCommand = fleet?.commands.some(({ name }) => name === 'halt') === true;
  if (phrase !== 'typed' || (halt === undefined && !byCommand)) return [];
  if (halt !== undefined && carries(halt, '$phrase')) return [];
  return [
    {
      path: ['phrase'],
      at: 'value',
      what: 'the operator is to type a phrase, and the halt request does not carry it',
      why: 'the broker would never see it',
      fix: byCommand
        ? 'write phrase: none; a command is never given a secret'
        : 'add $phrase to the body of broker.halt in the inventory, or write phrase: none',
    },
  ];
}

function levelRules({ level, asset, broker }: DrillView): Complaint[] {
  if (level === undefined) return [];
  const complaints: Complaint[] = [];
  if (level === 1 && asset === undefined)
    complaints.push({
      path: ['level'],
      at: 'value',
      what: 'a drill of level 1 names no asset',
      why: 'level 1 halts one asset',
      fix: 'add asset, such as asset: DOGE-USD',
    });
  if (broker !== undefined && broker.level !== level)
    complaints.push({
      path: ['broker', 'level'],
      at: 'value',
      what: `the broker is to say level ${broker.level} in a drill of level ${level}`,
      why: 'a halt that is recorded at another level is a fault',
      fix: `write level: ${level}`,
    });
  return complaints;
}

type EffectsView = Partial<NonNullable<DrillFile['effects']>>;

function effectRules(drill: DrillView, effects: EffectsView, fleet: InventoryView | null): Complaint[] {
  const complaints: Complaint[] = [];
  if (drill.effects !== undefined && fleet !== null && !fleet.hasExchange)
    complaints.push({
      path: ['effects'],
      at: 'key',
      what: 'the drill demands effects, and the inventory has no exchange',
      why: 'effects are seen at the exchange',
      fix: 'declare exchange in the inventory, or take effects away',
    });
  for (const key of ['silent', 'flat', 'active'] as const) {
    for (const [index, asset] of (effects[key] ?? []).entries()) {
      const at = { path: ['effects', key, index], at: 'value' as const };
      if (effects[key]?.indexOf(asset) !== index)
        complaints.push({
          ...at,
          what: `${quoted(asset)} is named twice`,
          why: 'once is enough',
          fix: 'take one away',
        });
      if (key !== 'active') continue;
      const quiet = (['silent', 'flat'] as const).find((other) => effects[other]?.includes(asset));
      if (quiet !== undefined)
        complaints.push({
          ...at,
          what: `${quoted(asset)} must be both ${quiet} and active`,
          why: 'one rules out the other',
          fix: `take it out of ${quiet} or of active`,
        });
      else if (asset === drill.asset)
        complaints.push({
          ...at,
          what: `${quoted(asset)} is the halted asset and must stay active`,
          why: 'one rules out the other',
          fix: 'take it out of active',
        });
    }
  }
  return complaints;
}

/** Samples further apart than max-gap could never prove anything; nor could a gap as long as the hold. */
function timingRules(drill: DrillView): Complaint[] {
  const every = drill['sample-every'];
  const gap = drill['max-gap'];
  const { hold } = drill;
  const complaints: Complaint[] = [];
  if (every !== undefined && gap !== undefined && every >= gap)
    complaints.push({
      path: ['sample-every'],
      at: 'value',
      what: `sample-every (${every} ms) is not shorter than max-gap (${gap} ms)`,
      why: 'samples that far apart prove nothing',
      fix: 'sample more often, or admit a longer max-gap',
    });
  if (gap !== undefined && hold !== undefined && gap > hold)
    complaints.push({
      path: ['max-gap'],
      at: 'value',
      what: `max-gap (${gap} ms) is longer than hold (${hold} ms)`,
      why: 'the whole hold could pass unseen',
      fix: 'hold longer, or shorten max-gap',
    });
  return complaints;
}
