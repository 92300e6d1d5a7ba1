import type { DrillFile } from './drill-schema.ts';
import type { Complaint } from './explain.ts';
import type { InventoryView } from './inventory-view.ts';
import { suggestion } from './near-miss.ts';
import { quoted } from './problem.ts';
import { CONTROLLER, type StopWhenFile } from './stop-when-schema.ts';

const CONDITIONS = [
  'survivor-dies',
  'position-exceeds',
  'host-lost',
  'foreign-incident',
  'command',
] as const satisfies readonly (keyof StopWhenFile)[];

/** A link to a host answers a command within this time, or not at all. */
const LONGEST_MS = 30_000;

type Objection = Pick<Complaint, 'what' | 'why' | 'fix'> & { readonly at?: readonly PropertyKey[] };

/** A stop condition that could never come true, or would say nothing, is a mistake in the drill. */
export function stopWhenRules(drill: Partial<DrillFile>, fleet: InventoryView | null): Complaint[] {
  return (drill['stop-when'] ?? []).flatMap((item, index, all): Complaint[] => {
    const given = CONDITIONS.filter((key) => item[key] !== undefined);
    const [key] = given;
    const no =
      key === undefined || given.length > 1
        ? notOne(given)
        : all.findIndex((other) => JSON.stringify(other) === JSON.stringify(item)) !== index
          ? { what: 'the same condition stands there twice', why: 'once is enough', fix: 'take one away' }
          : objection(key, item, drill, fleet);
    if (no === null) return [];
    const { at = [], ...complaint } = no;
    return [{ path: ['stop-when', index, ...at], at: 'value', ...complaint }];
  });
}

function notOne(given: readonly string[]): Objection {
  return {
    what:
      given.length === 0
        ? 'a stop condition without a condition'
        : `${given.map(quoted).join(' and ')} in one stop condition`,
    why: 'each item of stop-when has exactly one',
    fix: `write one of ${CONDITIONS.join(', ')}${given.length === 0 ? '' : ', each in an item of its own'}`,
  };
}

function objection(
  key: (typeof CONDITIONS)[number],
  item: StopWhenFile,
  drill: Partial<DrillFile>,
  fleet: InventoryView | null,
): Objection | null {
  const { command } = item;
  if (key === 'foreign-incident' && item.then === 'resume')
    return {
      what: 'somebody else’s halt is not resumed',
      why: 'foreign-incident always means: touch nothing, resume nothing',
      fix: 'take `then` away',
      at: ['then'],
    };
  if (key === 'survivor-dies' && drill.keeps?.length === 0)
    return {
      what: 'survivor-dies in a drill in which nothing must survive',
      why: 'it watches the services of keeps',
      fix: 'name them in keeps, or take the condition away',
    };
  if (key === 'position-exceeds' && fleet !== null && !fleet.hasExchange)
    return {
      what: 'position-exceeds where no position can be seen',
      why: 'the inventory has no exchange',
      fix: 'declare exchange in the inventory, or take the condition away',
    };
  const gap = drill['max-gap'];
  const lost = item['host-lost']?.for;
  if (lost !== undefined && gap !== undefined && lost <= gap)
    return {
      what: `a host would be lost after ${lost} ms`,
      why: `samples may be max-gap (${gap} ms) apart`,
      fix: 'wait for longer than max-gap',
      at: ['host-lost', 'for'],
    };
  if (command === undefined) return null;
  if (command.within > LONGEST_MS)
    return {
      what: `a command may take ${command.within / 1000} s`,
      why: 'a drill does not wait longer than 30s for one',
      fix: 'write within: 30s or less',
      at: ['command', 'within'],
    };
  if (command.host !== CONTROLLER && fleet?.hosts && !fleet.hosts.has(command.host))
    return {
      what: `${quoted(command.host)} is not a host of the inventory`,
      why: 'the command runs on a host of it, or on the controller',
      fix: suggestion(command.host, [...fleet.hosts.keys(), CONTROLLER]),
      at: ['command', 'host'],
    };
  return null;
}
