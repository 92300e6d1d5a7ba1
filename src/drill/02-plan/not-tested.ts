import type { Drill } from '../model/drill.ts';
import { type Inventory, isCommand, type Json } from '../model/inventory.ts';
import type { PlannedService } from '../model/plan.ts';
import { inUnits } from './duration.ts';

/** What this drill cannot show even when it passes, in words for the report: limits of the method first, then of this drill. */
export function notTestedBy(
  inventory: Inventory,
  drill: Drill,
  services: readonly PlannedService[],
): readonly string[] {
  return [
    ...always(drill),
    ...undeclared(inventory, drill),
    ...wayBack(inventory, drill),
    ...untouched(services),
  ];
}

function always(drill: Drill): string[] {
  return [
    'Power loss: SIGKILL keeps the page cache, so what survives a crash was written, not necessarily to disk.',
    'Hosts outside the inventory: nobody looks at them.',
    'Detached children that share a cgroup with strangers: a child that left parent, session and process group is found only by a cgroup of its own.',
    `Lives shorter than max-gap (${inUnits(drill.timing.maxGapMs)}): a service that comes back for less may not be seen, but by a counter of its service manager where that has one.`,
  ];
}

/** What the inventory or the drill does not declare, and nobody could therefore look at. */
function undeclared({ broker, exchange }: Inventory, drill: Drill): string[] {
  const lines: string[] = [];
  if (exchange === null)
    lines.push(
      'Effects: processes only. The inventory declares no exchange, so no order or position is looked at.',
    );
  else if (drill.effects === null)
    lines.push('Effects: processes only. The drill demands none, so no order or position is judged.');
  if (drill.crash === null)
    lines.push('Whether the halt outlives a crash of the broker: this drill does not crash it.');
  if (drill.guards.length === 0)
    lines.push('Requests that must be refused (no token, a wrong incident, …): this drill tries none.');
  else if ((broker.audit?.refused ?? null) === null)
    lines.push(
      'Whether refused requests are on record: the inventory does not say how the audit log shows them.',
    );
  if (drill.guards.includes('message-to-halted') && (broker.messages?.table ?? null) === null)
    lines.push(
      "Whether a message that was refused lies in the broker's queue all the same: the inventory declares no table.",
    );
  if (broker.audit === null) lines.push('The audit log of the broker: the inventory declares none.');
  if (broker.state?.incidents === null)
    lines.push('The history of incidents in the store: the inventory declares no query for it.');
  if (drill.broker.incident === 'none') lines.push('Whether an incident is opened: this drill demands none.');
  return lines;
}

function wayBack({ broker }: Inventory, drill: Drill): string[] {
  const lines: string[] = [];
  if (drill.stops.includes(broker.service))
    lines.push(
      'What the API says while halted: the broker stops with the rest, and its state is read from its store alone.',
    );
  const [which, way] =
    drill.resume === 'manual'
      ? ['no step of the manual resume', (broker.manualResume ?? []).map(({ run }) => run)]
      : isCommand(broker.resume)
        ? ['the resume command', broker.resume.run]
        : ['the resume request', [broker.resume.body, broker.resume.headers ?? {}]];
  if (!mentions(way, '$incident'))
    lines.push(
      `A resume that lifts only its own halt: ${which} names ${drill.resume === 'manual' ? 'an' : 'no'} incident, so a halt by somebody else at the last moment would be lifted too.`,
    );
  return lines;
}

function mentions(body: Json, word: string): boolean {
  if (typeof body === 'string') return body.match(/\$\w+/g)?.includes(word) ?? false;
  if (typeof body !== 'object' || body === null) return false;
  return Object.values(body).some((part) => mentions(part as Json, word));
}

function untouched(services: readonly PlannedService[]): string[] {
  const lines: string[] = [];
  const bystanders = services.filter((service) => service.role === 'bystander');
  if (bystanders.length > 0)
    lines.push(
      `Services that the drill names neither in stops nor in keeps: ${placed(bystanders)}. They are watched; nothing is demanded of them.`,
    );
  const silent = services.filter((service) => service.role === 'survivor' && service.heartbeat === null);
  if (silent.length > 0)
    lines.push(
      `Whether these survivors still do their work: ${placed(silent)}. The inventory declares no heartbeat for them.`,
    );
  return lines;
}

function placed(services: readonly PlannedService[]): string {
  return services.map(({ name, host }) => `${name} on ${host}`).join(', ');
}
