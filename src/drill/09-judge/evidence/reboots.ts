import { bootAgeMs } from '../../model/boot-age.ts';
import { isSurelyOneMachine } from '../../model/identity.ts';
import type { HostIdentity } from '../../model/sample.ts';
import type { HostSamples } from './host-samples.ts';
import { type SpeakingSample, scopeOf } from './lives.ts';
import { once } from './once.ts';

/** A boot of one and the same machine that began while it was watched. */
export interface Reboot {
  readonly scope: string;
  /** The last sample of the boot before it, and the first of its own. */
  readonly before: SpeakingSample;
  readonly after: SpeakingSample;
}

/**
 * The reboots of a host, in order; empty where it had none, and null where what answered changed in a way that no reboot explains:
 * the machine id and host key must stay, the boot id be new, and pid 1 be no older than the last that was seen of the boot before.
 */
export const rebootsOf = once((host: HostSamples): readonly Reboot[] | null => {
  const who = new Map<string, HostIdentity>();
  for (const { identity } of host.identities)
    if (identity.kind === 'present') who.set(scopeOf({ scope: identity.value }), identity.value);
  const spoken = host.samples.filter((sample): sample is SpeakingSample => sample.table !== null);
  if (new Set([...who.keys(), ...spoken.map(({ table }) => scopeOf(table))]).size < 2) return [];
  const reboots: Reboot[] = [];
  const boots = new Set<string>();
  let before: SpeakingSample | null = null;
  for (const sample of spoken) {
    const scope = scopeOf(sample.table);
    if (before === null || scopeOf(before.table) !== scope) {
      const { bootId } = sample.table.scope;
      if (boots.has(bootId) || !who.has(scope)) return null;
      boots.add(bootId);
      if (before !== null) reboots.push({ scope, before, after: sample });
    }
    before = sample;
  }
  const all = [...who.values()];
  const isOne = all.every(
    (one) => boots.has(one.bootId) && all.every((other) => isSurelyOneMachine(one, other)),
  );
  return isOne && reboots.every((one) => isYoung(one, spoken, who)) ? reboots : null;
});

function isYoung(
  { scope, before }: Reboot,
  spoken: readonly SpeakingSample[],
  who: ReadonlyMap<string, HostIdentity>,
): boolean {
  const ticks = who.get(scope)?.ticksPerSecond ?? 0;
  return spoken.some((sample) => {
    const age = scopeOf(sample.table) === scope ? bootAgeMs(sample.table, ticks) : null;
    return age !== null && sample.receivedMs - age >= before.sentMs;
  });
}
