import type { Complaint } from './explain.ts';
import type { HostFile } from './inventory-schema.ts';
import type { InventoryView } from './inventory-view.ts';
import { suggestion } from './near-miss.ts';
import { quoted } from './problem.ts';

/**
 * Two hosts of the inventory that are one machine would let one process be counted twice, and a stop on the wrong
 * host look right. What an address cannot show (NAT, two names) is found when the hosts say who they are.
 */
export function machineRules(view: InventoryView): Complaint[] {
  return [...groupRules(view), ...sharedAddresses(view)];
}

function groupRules({ hosts, oneMachine }: InventoryView): Complaint[] {
  return oneMachine.flatMap((group, index): Complaint[] => {
    const path = ['one-machine', index];
    const unknown = group.flatMap((name, item): Complaint[] =>
      hosts === null || hosts.has(name)
        ? []
        : [
            {
              path: [...path, item],
              at: 'value',
              what: `${quoted(name)} is not a host of the inventory`,
              why: 'one-machine groups declared hosts',
              fix: suggestion(name, hosts.keys()),
            },
          ],
    );
    if (new Set(group).size === group.length && group.length > 1) return unknown;
    return [
      ...unknown,
      {
        path,
        at: 'value',
        what: 'this group does not name two different hosts, each once',
        why: 'it says which hosts are one machine',
        fix: 'name them, or take the group away',
      },
    ];
  });
}

function sharedAddresses(view: InventoryView): Complaint[] {
  const machines = machinesOf(view);
  const seen: [string, HostFile][] = [];
  const complaints: Complaint[] = [];
  for (const [name, host] of view.hosts ?? []) {
    if (host === null) continue;
    const twin = seen.find(
      ([other, declared]) => machines.get(other) !== machines.get(name) && sameMachine(declared, host),
    );
    seen.push([name, host]);
    if (twin === undefined) continue;
    complaints.push({
      path: ['hosts', name, PLACE[host.transport]],
      at: 'value',
      what: `hosts ${quoted(twin[0])} and ${quoted(name)} are one machine by their ${PLACE[host.transport] === 'container' ? 'container' : 'address'}`,
      why: 'a process there would be counted for both',
      fix: waysOut(twin, [name, host]),
    });
  }
  return complaints;
}

const PLACE = { local: 'transport', ssh: 'address', container: 'container' } as const;

function waysOut([one, a]: [string, HostFile], [other, b]: [string, HostFile]): string {
  const joined = `say "one-machine: [[${one}, ${other}]]" if that is meant`;
  if (a.transport === b.transport && a.transport !== 'ssh') return `take one of them away, or ${joined}`;
  if (!isHere(a)) return `correct the address, or ${joined}`;
  return `correct the address, ${joined}, or "forwarded: true" if a forwarded port leads to another machine`;
}

/** For every host a name of its machine: hosts that `one-machine` joins, over several groups too, share one. */
export function machinesOf({ hosts, oneMachine }: InventoryView): Map<string, string> {
  const machines = new Map([...(hosts ?? new Map<string, null>()).keys()].map((name) => [name, name]));
  for (const group of oneMachine) {
    const joined = new Set(group.flatMap((name) => machines.get(name) ?? []));
    const [first] = joined;
    if (first === undefined) continue;
    for (const [name, machine] of machines) if (joined.has(machine)) machines.set(name, first);
  }
  return machines;
}

function sameMachine(a: HostFile, b: HostFile): boolean {
  if (isHere(a) && isHere(b)) return true;
  // A container and its host are two process tables; one with its host's (`--pid=host`) shows when it says who it is.
  if (a.transport === 'container' && b.transport === 'container')
    return a.on === b.on && a.container === b.container;
  if (a.transport !== 'ssh' || b.transport !== 'ssh') return false;
  return plain(a.address) === plain(b.address) && (a.port ?? USUAL) === (b.port ?? USUAL);
}

/** On this machine, as far as the address shows: local, or a loopback address that is not a forwarded port. */
function isHere(host: HostFile): boolean {
  return (
    host.transport === 'local' ||
    (host.transport === 'ssh' && !host.forwarded && LOOPBACK.test(plain(host.address)))
  );
}

/** The port of sshd where neither the inventory nor, for all that can be known here, the ssh configuration names another. */
const USUAL = 22;

// RFC 6761 (localhost), RFC 1122 (127/8), RFC 4291 (::1 and mapped addresses); 0.0.0.0 and :: connect to this machine too.
const LOOPBACK = /^(?:(?:.*\.)?localhost|(?:::ffff:)?127(?:\.[0-9]+){1,3}|::1|0\.0\.0\.0|::)$/;

function plain(address: string): string {
  return address
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
