import { plain } from '../../drill/model/harmless.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import { type HostPin, type Pins, unlikePin } from '../../drill/model/pin.ts';
import type { HostIdentity } from '../../drill/model/sample.ts';
import type { Opening } from '../../drill/ports/world.ts';
import { chooseInventory } from '../choose-inventory.ts';
import { CliError, messageOf, notRun } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { liveInventory } from '../live-inventory.ts';
import { lockFile, readPins } from '../read-pins.ts';

export interface PinOptions {
  readonly inventory?: string;
  readonly debug?: true;
}

/**
 * `haltdrill pin`: asks every host of a live inventory who it is, shows it, and writes it down beside the inventory with the digest of
 * that. All hosts or none: a fleet that is pinned in part looks like one that is pinned. Exit code 3 where one does not answer.
 */
export async function pin(options: PinOptions, effects: Effects): Promise<number> {
  const file = await chooseInventory(options.inventory, effects);
  effects.err.write(`haltdrill: inventory ${file.shown}, sha256 ${file.sha256}\n`);
  const inventory = await liveInventory(
    file,
    {
      what: 'its hosts are other ones each time',
      wayOut: 'pin the inventory of a live fleet',
    },
    effects,
  );
  // A lock that cannot be read is what pinning anew is for.
  const before = await readPins(file, effects).catch(() => null);
  const hosts = pinsOf(inventory, await effects.askHosts(inventory));
  const pins: Pins = {
    fleet: inventory.fleet,
    inventorySha256: file.sha256,
    pinnedAt: effects.wall(),
    hosts,
  };
  const path = lockFile(file);
  const shown = effects.files.shown(path);
  const { pinsText } = await import('../../drill/01-load/pins.ts');
  try {
    await effects.files.write(path, pinsText(pins));
  } catch (error) {
    throw new CliError(64, `${shown} was not written; ${messageOf(error)}; make the folder writable`, {
      cause: error,
    });
  }
  effects.out.write(
    [...[...hosts].flatMap(([host, one]) => describe(host, one, before)), `Written to ${shown}.`, ''].join(
      '\n',
    ),
  );
  return 0;
}

function pinsOf(
  { hosts, oneMachine }: Inventory,
  answers: ReadonlyMap<string, Opening>,
): Map<string, HostPin> {
  const seen = new Map<string, HostIdentity>();
  const silent = hosts.flatMap(({ name }) => {
    const answer = answers.get(name);
    if (answer?.kind === 'present') seen.set(name, answer.value);
    return answer?.kind === 'present'
      ? []
      : [answer?.kind === 'unreadable' ? answer.reason : `${name}: nobody answers`];
  });
  const wayOut = 'mend that and pin again';
  if (silent.length > 0) throw notRun('nothing was pinned', silent.join('; '), wayOut);
  const twins = [...seen].flatMap(([a, one], index) =>
    [...seen]
      .slice(0, index)
      .filter(
        ([b, other]) =>
          isOneMachine(one, other) && !oneMachine.some((group) => group.includes(a) && group.includes(b)),
      )
      .map(([b]) => `${b} and ${a} are one machine, which the inventory does not say`),
  );
  if (twins.length > 0) throw notRun('nothing was pinned', twins.join('; '), wayOut);
  return new Map(
    [...seen].map(([name, { machineId, hostname, hostKey }]) => [name, { machineId, hostname, hostKey }]),
  );
}

function isOneMachine(a: HostIdentity, b: HostIdentity): boolean {
  return a.bootId === b.bootId && a.pidNamespace === b.pidNamespace;
}

function describe(host: string, pin: HostPin, before: Pins | null): string[] {
  const old = before?.hosts.get(host);
  const changed = unlikePin(old, pin);
  return [
    plain(`${host}: ${pin.hostname}`),
    `  machine id    ${pin.machineId ?? 'none'}`,
    `  ssh host key  ${pin.hostKey === null ? 'none: it is this machine' : plain(pin.hostKey)}`,
    ...(changed === null ? [] : [`  CHANGED: ${plain(changed)}`]),
  ];
}
