import type { Complaint } from './explain.ts';
import type { InventoryView } from './inventory-view.ts';
import { suggestion } from './near-miss.ts';
import { quoted } from './problem.ts';

/** A container is on a declared host that is none itself; a passphrase belongs to a key. */
export function transportRules({ hosts }: InventoryView): Complaint[] {
  return [...(hosts ?? [])].flatMap(([name, host]): Complaint[] => {
    if (host?.transport === 'container') {
      const path = ['hosts', name, 'on'];
      const home = hosts?.get(host.on);
      if (home === undefined)
        return [
          {
            path,
            at: 'value',
            what: `${quoted(host.on)} is not a host of the inventory`,
            why: `container ${quoted(name)} must be on a declared host`,
            fix: suggestion(
              host.on,
              [...(hosts ?? [])].flatMap(([one]) => (one === name ? [] : [one])),
            ),
          },
        ];
      if (home?.transport !== 'container') return [];
      return [
        {
          path,
          at: 'value',
          what: `${quoted(host.on)} is a container itself`,
          why: 'a container is reached through a local host or one over ssh',
          fix: 'name that host',
        },
      ];
    }
    if (host?.transport !== 'ssh' || host.passphrase === undefined || host['identity-file'] !== undefined)
      return [];
    return [
      {
        path: ['hosts', name, 'passphrase'],
        at: 'key',
        what: `host ${quoted(name)} has a passphrase and no "identity-file"`,
        why: 'it would be tried on every key of the ssh configuration',
        fix: 'name the key that it opens',
      },
    ];
  });
}
