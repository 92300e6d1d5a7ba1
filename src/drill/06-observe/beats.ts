import { compareBeats, type Heartbeat } from '../model/heartbeat.ts';
import type { Interval } from '../model/reading.ts';
import type { SeenTable } from '../model/sample.ts';

/** When each heartbeat of a host was last seen to change. */
export class Beats {
  readonly #last = new Map<string, { readonly value: Heartbeat; readonly sentMs: number }>();
  readonly #changes = new Map<string, Interval>();

  /** Takes in the heartbeats of a sample; most samples have none. */
  note(
    heartbeats: SeenTable['heartbeats'],
    { sentMs, receivedMs }: Readonly<Record<'sentMs' | 'receivedMs', number>>,
  ): void {
    for (const [service, read] of Object.entries(heartbeats)) {
      if (read.kind !== 'present') continue;
      const before = this.#last.get(service);
      if (before !== undefined && compareBeats(before.value, read.value) === 'other')
        this.#changes.set(service, { fromMs: before.sentMs, toMs: receivedMs });
      this.#last.set(service, { value: read.value, sentMs });
    }
  }

  /** Between which two looks a heartbeat last changed; null where it never did. */
  last(service: string): Interval | null {
    return this.#changes.get(service) ?? null;
  }
}
