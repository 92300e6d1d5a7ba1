import type { Entry } from './journal.ts';
import type { HostIdentity } from './sample.ts';

/** Who last answered at a host's address, as far as these records say; null where nobody did. */
export function identityOf(entries: readonly Entry[], host: string): HostIdentity | null {
  const seen = entries.findLast(
    (entry) => entry.kind === 'host' && entry.host === host && entry.identity.kind === 'present',
  );
  return seen?.kind === 'host' && seen.identity.kind === 'present' ? seen.identity.value : null;
}

/**
 * Whether two identities are of two machines. The machine id decides where both have one (machine-id(5)), else the ssh host key,
 * else the hostname. A boot id says nothing: a machine may have been rebooted.
 */
export function isOtherMachine(was: HostIdentity, is: HostIdentity): boolean {
  if (was.machineId !== null && is.machineId !== null) return was.machineId !== is.machineId;
  if (was.hostKey !== null && is.hostKey !== null) return was.hostKey !== is.hostKey;
  return was.hostname !== is.hostname;
}

/**
 * Whether the second identity may be of the same machine, booted again: machine id and ssh host key as before, one of them at least
 * known, and another boot id (random(4): it is generated at each boot).
 */
export function isReboot(was: HostIdentity, is: HostIdentity): boolean {
  return isSurelyOneMachine(was, is) && was.bootId !== is.bootId;
}

/** Whether both bear the same machine id and ssh host key, and at least one of these is known. */
export function isSurelyOneMachine(was: HostIdentity, is: HostIdentity): boolean {
  const isKnown = was.machineId !== null || was.hostKey !== null;
  return isKnown && was.machineId === is.machineId && was.hostKey === is.hostKey;
}
