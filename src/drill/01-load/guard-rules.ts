import { type GuardName, guardKind } from '../model/guards.ts';
import { aliveAgents } from '../model/message-route.ts';
import type { DrillFile } from './drill-schema.ts';
import type { Complaint } from './explain.ts';
import { carries } from './inventory-rules.ts';
import type { InventoryView } from './inventory-view.ts';
import { quoted } from './problem.ts';

type DrillView = Partial<DrillFile>;
type Objection = Pick<Complaint, 'what' | 'why' | 'fix'>;

/** A guard that could not be tried, or whose refusal would prove nothing, is a mistake in the drill. */
export function guardRules(drill: DrillView, fleet: InventoryView | null): Complaint[] {
  return (drill.guards ?? []).flatMap((guard, index, all): Complaint[] => {
    const no = all.indexOf(guard) === index ? objection(guard, drill, fleet) : TWICE(guard);
    return no === null ? [] : [{ path: ['guards', index], at: 'value', ...no }];
  });
}

/** What each guard sends. */
const SENT_AS: Readonly<Record<GuardName, 'halt' | 'resume' | 'messages'>> = {
  'no-token': 'halt',
  'wrong-token': 'halt',
  'wrong-phrase': 'halt',
  'phrase-at-wrong-level': 'halt',
  'lower-level': 'halt',
  repeat: 'halt',
  'resume-without-incident': 'resume',
  'resume-wrong-incident': 'resume',
  'message-to-halted': 'messages',
};

const TWICE = (guard: GuardName): Objection => ({
  what: `${quoted(guard)} is named twice`,
  why: 'each guard is tried once',
  fix: 'take one away',
});

function objection(guard: GuardName, drill: DrillView, fleet: InventoryView | null): Objection | null {
  const no = (what: string, why: string, fix = 'take it away'): Objection => ({ what, why, fix });
  const { level, phrase, stops, keeps } = drill;
  const broker = fleet?.brokerService ?? null;
  if (guardKind(guard).when === 'halted' && broker !== null && stops?.includes(broker) === true)
    return no(
      `${quoted(guard)} asks a broker that must be gone`,
      'it is tried while the halt is held, and the broker stops with the rest',
    );
  const sent = SENT_AS[guard];
  if (fleet?.commands.some(({ name }) => name === sent))
    return no(
      `${quoted(guard)} where the ${sent} is a command`,
      'what a command refuses cannot be told from what it fails to do',
    );
  if (fleet !== null && !(fleet.hasStatus && fleet.hasState))
    return no(
      `${quoted(guard)} where not both status and state are declared`,
      'that a request changed nothing is seen in both',
    );
  switch (guard) {
    case 'no-token':
    case 'wrong-token':
      if (fleet === null || fleet.hasToken) return null;
      return no(
        `${quoted(guard)} in a fleet without tokens`,
        'the inventory gives the runner none, so that a halt without one is the only kind',
        'add broker.auth to the inventory, or take the guard away',
      );
    case 'wrong-phrase':
    case 'phrase-at-wrong-level':
      if (phrase !== undefined && phrase !== 'typed')
        return no(
          `${quoted(guard)} in a drill without a phrase`,
          'it is tried only where somebody is there who types the right one',
          'write phrase: typed, or take it away',
        );
      return guard === 'phrase-at-wrong-level' ? needsLevelBelow(guard, level) : null;
    case 'lower-level':
      return needsLevelBelow(guard, level);
    case 'resume-without-incident':
    case 'resume-wrong-incident': {
      const resume = fleet?.operations.find(({ name }) => name === 'resume');
      if (resume === undefined || carries(resume, '$incident')) return null;
      return no(
        `${quoted(guard)} where no resume names an incident`,
        'it would be the resume itself',
        'add $incident to broker.resume in the inventory, or take the guard away',
      );
    }
    case 'message-to-halted': {
      if (fleet !== null && !fleet.operations.some(({ name }) => name === 'messages'))
        return no(
          `${quoted(guard)} where nothing is routed`,
          'the inventory does not say how a message is sent',
          'add broker.messages to the inventory, or take the guard away',
        );
      if (stops !== undefined && stops.length === 0)
        return no(`${quoted(guard)} in a drill that stops nobody`, 'there is no halted agent to write to');
      if (keeps !== undefined && broker !== null && aliveAgents(keeps, broker) === null)
        return no(
          `${quoted(guard)} in a drill with fewer than two survivors`,
          'one writes, and to another the same message must get through',
          'name them in keeps, or take it away',
        );
      return null;
    }
    default:
      return null;
  }
}

function needsLevelBelow(guard: GuardName, level: number | undefined): Objection | null {
  if (level === undefined || level >= 3) return null;
  return {
    what: `${quoted(guard)} in a drill of level ${level}`,
    why:
      level === 2 ? 'the level below halts one asset, which this drill does not' : 'there is no level below',
    fix: 'take it away',
  };
}
