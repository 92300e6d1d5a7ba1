import { plain } from '../../drill/model/harmless.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import { inWords, onHost } from './in-words.ts';

/** What a person does who has an incident and no journal. Prints the inventory's commands with the incident filled in; runs none. */
export function checklist(inventory: Inventory, incident: string): string {
  const { broker, services, hosts } = inventory;
  const steps = [
    ...(broker.status === null
      ? [
          'Nothing can be asked for the halt state: make sure by other means that the halt is this drill’s, and that nobody else halted since.',
        ]
      : [`Ask the broker for its state: ${inWords(broker.status, broker.api)}`]),
    `Go on only if incident ${incident} is open, its reason begins with "haltdrill drill", and nobody else halted since.`,
    `Lift the halt: ${inWords(broker.resume, broker.api)}, naming incident ${incident} with its level and revision.`,
    ...(broker.manualResume ?? []).map(
      (step) => `Or, where no API call lifts it, ${onHost(step.host, step.run, incident)}`,
    ),
    ...services.flatMap(({ name, host, start }) =>
      start === null ? [] : [`If ${name} is not up: ${onHost(host, start, incident)}`],
    ),
    `Look at the process table of ${hosts.map(({ name }) => name).join(' and ')}: every service is up once, as before.`,
    `Ask the broker again: level 0, and incident ${incident} resolved.`,
  ];
  return `To undo incident ${plain(incident, 200)} of ${inventory.fleet} by hand (nothing was asked or touched):\n${steps
    .map((step) => `  [ ] ${plain(step, 1000)}\n`)
    .join('')}`;
}
