import type { Plan } from '../model/plan.ts';
import type { World } from '../ports/world.ts';
import type { HostWatch } from './host-watch.ts';

/** How often the second reader is asked at the most, and how soon the probe has to answer in between. */
const ATTEMPTS = 3;
const NEXT_SAMPLE_MS = 1_000;

/**
 * Asks the second reader of a host about every life of interest, those that are gone included: that a process is no longer
 * there is what a blind or lying probe would say. Where the two do not agree it asks again after the next sample, since
 * a process may come or go, or its pid be taken, between two looks. Journals every answer.
 */
export async function crossCheck(
  plan: Plan,
  { clock, hosts, journal }: World,
  watch: HostWatch,
  until: (condition: () => boolean, untilMs: number) => Promise<boolean>,
): Promise<void> {
  const second = hosts.get(watch.host)?.crossCheck;
  if (!second) return;
  const names = plan.services.filter((service) => service.host === watch.host).map(({ name }) => name);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const asked = watch.table.pidsEver(names);
    const fromMs = clock.nowMs();
    const listed = await second(asked);
    const at = { fromMs, toMs: clock.nowMs() };
    journal.append({ kind: 'cross-check', host: watch.host, at, asked, listed });
    if (listed.kind !== 'present') return;
    const shown = new Set(listed.value);
    if (asked.every((pid) => watch.table.lists(pid) === shown.has(pid))) return;
    await until(() => watch.sampledSince(at.toMs), clock.nowMs() + NEXT_SAMPLE_MS);
  }
}
