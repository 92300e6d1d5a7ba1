import type { HostIdentity } from './sample.ts';

/** Which machine a host was when somebody pinned it. */
export interface HostPin {
  /** `/etc/machine-id`; null where there was none. */
  readonly machineId: string | null;
  readonly hostname: string;
  /** SHA-256 fingerprint of its ssh host key; null for a local transport. */
  readonly hostKey: string | null;
}

/** `inventory.lock.yaml`: an inventory and its hosts as they were when they were pinned. */
export interface Pins {
  readonly fleet: string;
  readonly inventorySha256: string;
  /** ISO 8601, UTC. */
  readonly pinnedAt: string;
  readonly hosts: ReadonlyMap<string, HostPin>;
}

const PARTS = [
  ['machineId', 'machine id'],
  ['hostname', 'host name'],
  ['hostKey', 'ssh host key'],
] as const;

/** A part of an identity that is not as it was pinned; null where there was, or is, none. */
export interface PinDifference {
  readonly part: string;
  readonly pinned: string | null;
  readonly found: string | null;
}

/** In what an identity differs from its pin. What was pinned and can no longer be read differs too. */
export function pinDifferences(
  pin: HostPin,
  now: Pick<HostIdentity, 'machineId' | 'hostname' | 'hostKey'>,
): PinDifference[] {
  return PARTS.flatMap(([key, part]) =>
    pin[key] === now[key] ? [] : [{ part, pinned: pin[key], found: now[key] }],
  );
}

/** Such as `its machine id is a1, and b2 was pinned`; null where nothing differs. */
export function unlikePin(
  pin: HostPin | undefined,
  now: Parameters<typeof pinDifferences>[1],
): string | null {
  const differences = pin === undefined ? [] : pinDifferences(pin, now);
  return differences.length === 0 ? null : unlikeWords(differences);
}

/** Differences in words, such as `its machine id is a1, and b2 was pinned`. */
export function unlikeWords(differences: readonly PinDifference[]): string {
  return `its ${differences
    .map(
      ({ part, pinned, found }) => `${part} is ${found ?? 'not there'}, and ${pinned ?? 'none'} was pinned`,
    )
    .join('; its ')}`;
}
