import type { BrokerState } from '../../model/broker-state.ts';
import type { Finding } from '../../model/verdict.ts';
import {
  baselineIncidents,
  brokerSubject,
  type CaseFile,
  isForeign,
  markOf,
  ownIncidents,
  said,
} from '../evidence/index.ts';
import { type Fault, fault } from '../finding.ts';

/** Before the trigger, only a guard can have halted in this drill's name. */
function isOfGuard(c: CaseFile, { reason }: BrokerState): boolean {
  return c.guards.some(({ guard }) => reason?.includes(markOf(guard, c.opened.nonce)) === true);
}

/** Whether anybody else halted the fleet before or during the drill. */
export function judgeOwnership(c: CaseFile): Finding[] {
  const subject = brokerSubject(c);
  const states = [
    ...said(c.status).map((read) => ({ ...read, state: read.value })),
    ...said(c.store).map((read) => ({ ...read, state: read.value.state })),
  ].sort((a, b) => a.sentMs - b.sentMs);
  const foreign = states.find(
    ({ state, receivedMs }) =>
      isForeign(c, state) || (receivedMs <= c.anchorMs && state.level > 0 && !isOfGuard(c, state)),
  );
  if (foreign !== undefined) {
    const { level, incident } = foreign.state;
    return [fault('foreign-halt', 'another incident', subject, { level, incident }, [foreign.id])];
  }
  const joined = takenOver(c);
  if (joined !== null) return [joined];
  const known = baselineIncidents(c);
  for (const { id, value } of said(c.store)) {
    const own = ownIncidents(c);
    // One that gives no reason is known not to be ours by ours, which stands beside it.
    const isOursKept = value.incidents?.some((row) => own.has(row.id)) === true;
    const stranger = value.incidents?.find(
      (row) => !known.has(row.id) && !own.has(row.id) && (row.reason !== null || isOursKept),
    );
    if (stranger !== undefined && c.trigger !== null) {
      return [fault('foreign-halt', 'incident opened', subject, { id: stranger.id }, [id])];
    }
  }
  return [];
}

type StateSaid = ReturnType<typeof said<BrokerState>>[number];

/**
 * The first reading whose revision is not this drill's own. A guard that the broker accepted may have moved it on, by one, and
 * no later than the first reading after its reply.
 */
function movedOn(
  c: CaseFile,
  stretch: readonly StateSaid[],
  first: number,
): (StateSaid & { readonly own: number }) | null {
  let own = first;
  let counted = c.guards.filter(({ kind, answer }) => kind.must === 'be harmless' && answer === 'accepted');
  for (const read of stretch) {
    const { revision } = read.value;
    if (revision === null) continue;
    if (revision !== own) {
      const by = counted.find(({ startedMs }) => startedMs <= read.receivedMs);
      if (by === undefined || revision !== own + 1) return { ...read, own };
      own = revision;
      counted = counted.filter((one) => one !== by);
    }
    counted = counted.filter(({ endedMs }) => endedMs > read.sentMs);
  }
  return null;
}

/**
 * Whether somebody joined or escalated the halt: a broker may keep the incident and the reason of whoever halted first, but
 * its revision changes with every halt and resume, and its level rises only for somebody who asked for more.
 */
function takenOver(c: CaseFile): Fault | null {
  const { trigger } = c;
  if (trigger === null) return null;
  const sources = [
    { source: 'API' as const, pinned: trigger.reply?.state?.revision ?? null, reads: said(c.status) },
    {
      source: 'store' as const,
      pinned: null,
      reads: said(c.store).map((read) => ({ ...read, value: read.value.state })),
    },
  ];
  for (const { source, pinned, reads } of sources) {
    const halted = reads.filter(
      ({ sentMs, receivedMs, value }) =>
        sentMs >= trigger.endedMs && receivedMs <= c.haltEndMs && value.level > 0,
    );
    const higher = halted.find(({ value }) => value.level > c.plan.expect.level);
    if (higher !== undefined) {
      const { level } = higher.value;
      const figures = { source, level, asked: c.plan.expect.level };
      return fault('foreign-halt', 'level above', brokerSubject(c), figures, [higher.id]);
    }
    // A broker may count its own restart too: after the drill's crash its revision is taken anew.
    const crashMs = c.crash?.intent.atMs ?? Number.POSITIVE_INFINITY;
    const before = halted.filter(({ receivedMs }) => receivedMs <= crashMs);
    const after = halted.filter(({ sentMs }) => sentMs > crashMs);
    for (const [first, stretch] of [
      [pinned ?? before[0]?.value.revision, before],
      [after[0]?.value.revision, after],
    ] as const) {
      const moved = first == null ? null : movedOn(c, stretch, first);
      if (moved === null) continue;
      const figures = { source, revision: moved.value.revision, own: moved.own };
      return fault('foreign-halt', 'revision moved', brokerSubject(c), figures, [...trigger.ids, moved.id]);
    }
  }
  return null;
}
