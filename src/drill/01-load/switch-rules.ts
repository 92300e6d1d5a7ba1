import { SWITCH_ALONE } from '../model/inventory.ts';
import type { Complaint } from './explain.ts';
import type { CommandView, InventoryView } from './inventory-view.ts';
import { suggestion } from './near-miss.ts';
import { quoted } from './problem.ts';

/** What a kill switch must at least say of itself: how it is reached, and by what its halts can be told from others. */
export function switchRules(view: InventoryView): Complaint[] {
  return [
    ...addresses(view),
    ...view.commands.flatMap((command) => commandRules(command, view)),
    ...ownership(view),
    ...alone(view),
  ];
}

function addresses({ operations, hasApi }: InventoryView): Complaint[] {
  const [request] = operations;
  if (hasApi || request === undefined) return [];
  return [
    {
      path: ['broker', request.name, 'request'],
      at: 'value',
      what: `${request.name} is a request, and the broker has no address`,
      why: 'a request is sent to broker.api',
      fix: 'add api, or write it as a command',
    },
  ];
}

const PLACES = ['$level', '$asset', '$reason', '$incident', '$revision'];
const SECRETS = ['$phrase', '$second'];

function commandRules({ name, host, run }: CommandView, view: InventoryView): Complaint[] {
  const path = ['broker', name, 'command'];
  const complaints: Complaint[] = [];
  if (host !== null && view.hosts !== null && !view.hosts.has(host))
    complaints.push({
      path: [...path, 'host'],
      at: 'value',
      what: `${quoted(host)} is not a host of the inventory`,
      why: 'a command is run on a declared host, or on the machine that haltdrill runs on',
      fix: `${suggestion(host, view.hosts.keys())}; or leave host out`,
    });
  for (const [index, text] of run.entries()) {
    for (const word of text.match(/\$[A-Za-z_]\w*/g) ?? []) {
      const at = { path: [...path, 'run', index], at: 'value' as const };
      if (SECRETS.includes(word))
        complaints.push({
          ...at,
          what: `the ${name} command holds ${word}`,
          why: 'it is a secret, and everybody on the machine can read the arguments of a command',
          fix: 'take it away; let the command read its secret from a file of its own',
        });
      else if (index === 0)
        complaints.push({
          ...at,
          what: `the name of the ${name} command holds ${word}`,
          why: 'what the drill or the broker says must not choose what is run',
          fix: 'write the command out',
        });
      else if (!PLACES.includes(word))
        complaints.push({
          ...at,
          what: `${quoted(word)} stands for nothing`,
          why: 'a word that begins with "$" stands for a value of the drill',
          fix: suggestion(word, PLACES),
        });
    }
  }
  // Where nothing keeps a state, nothing keeps a reason either.
  const keeps = view.hasStatus || view.hasState;
  if (name === 'halt' && keeps && !run.some((text) => /\$reason\b/.test(text)))
    complaints.push({
      path: [...path, 'run'],
      at: 'value',
      what: 'the halt command does not carry $reason',
      why: 'the drill could not tell its own halt from another',
      fix: 'add $reason to its words',
    });
  return complaints;
}

/** Whose halt is in force is seen in the state. Where there is none the operator has to say so. */
function ownership({
  hasStatus,
  hasState,
  withoutOwnership,
  commands,
  operations,
}: InventoryView): Complaint[] {
  const resume = [...commands, ...operations].some(({ name }) => name === 'resume');
  const path = ['broker', 'resume'];
  if (!hasStatus && !hasState) {
    if (withoutOwnership || !resume) return [];
    return [
      {
        path,
        at: 'key',
        what: 'nothing would show whose halt is in force: neither status nor state is declared',
        why: 'the resume after a drill would also lift a halt that somebody else made meanwhile',
        fix: 'declare status or state, or write without-ownership: accepted if nobody else uses the switch during a drill',
      },
    ];
  }
  if (!withoutOwnership) return [];
  return [
    {
      path: [...path, 'without-ownership'],
      at: 'key',
      what: 'without-ownership, where the state shows whose halt is in force',
      why: 'a halt that is not the drill’s own is never lifted',
      fix: 'take it away',
    },
  ];
}

function alone({ brokerService, services }: InventoryView): Complaint[] {
  if (brokerService !== null || services?.has(SWITCH_ALONE) !== true) return [];
  return [
    {
      path: ['services', SWITCH_ALONE],
      at: 'key',
      what: `a service goes by the name ${quoted(SWITCH_ALONE)}`,
      why: 'a switch that no service owns is called so in every report',
      fix: 'name it as broker.service, or rename it',
    },
  ];
}
