import type { BrokerState } from '../../model/broker-state.ts';
import type { CaseFile, Read } from './case-file.ts';
import { firstSeen, type Life } from './lives.ts';
import { once } from './once.ts';

/**
 * What the broker's API said, as far as the broker itself can have said it: a reading counts only if one and the same life that
 * matches the broker on its host was there from before it was asked for until after it was answered. A cache, a proxy or an instance
 * on another host proves nothing, and neither does what was answered between the last sample that saw one life and the first that saw
 * the next: nobody knows who gave it. Where the kill switch is no service of the fleet, there is no process to hang it on.
 */
export const brokerAnswers = once((c: CaseFile): readonly Read<BrokerState>[] => {
  // Nor on a host that was never seen: that is said of the host, and nothing is proven by it anyway.
  if (c.broker === null || c.hosts.get(c.broker.planned.host)?.good.length === 0) return c.status;
  const { baseline, roots, newcomers, returned } = c.broker;
  const spans = [...new Set([...baseline, ...roots, ...newcomers, ...returned])].map((life) =>
    presence(c, life),
  );
  return c.status.map((read) => {
    if (read.reading.kind !== 'present') return read;
    const isThere = spans.some(({ fromMs, toMs }) => fromMs <= read.sentMs && read.receivedMs <= toMs);
    if (isThere) return read;
    return {
      ...read,
      reading: {
        kind: 'unreadable',
        reason: `something answered, and no process of ${c.plan.broker} was seen there then`,
      },
    };
  });
});

/** Between which instants a life was there for certain; while no sample says that it has ended, it goes on. */
function presence(c: CaseFile, life: Life): { readonly fromMs: number; readonly toMs: number } {
  return {
    fromMs: firstSeen(life)?.receivedMs ?? Number.POSITIVE_INFINITY,
    toMs: c.lives.death(life)?.fromMs ?? Number.POSITIVE_INFINITY,
  };
}
