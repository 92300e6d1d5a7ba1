import type { Broker, HaltRecord, Incident } from '../../principal/parts.ts';
import { NORMAL } from '../../principal/parts.ts';
import type { Answer, BrokerSite, BrokerTwist } from '../variants/variant.ts';
import { rewritten } from './faulty-api.ts';
import { lyingStore, type StoreLies } from './lying-store.ts';
import { type Deeds, secondHand } from './second-hand.ts';
import { withoutIncident } from './without-incident.ts';

export function storing(lies: StoreLies): BrokerTwist {
  return { parts: (reference, site) => lyingStore(reference, site, lies) };
}

export function doing(deeds: Deeds): BrokerTwist {
  return { parts: (reference, site) => secondHand(reference, site, deeds) };
}

export function asNormal(record: HaltRecord): HaltRecord {
  return { state: NORMAL, incident: record.incident, targets: [], holders: [], closed: false };
}

export function atLevelOne(record: HaltRecord): HaltRecord {
  if (record.state.level === 0) return record;
  return { ...record, state: { ...record.state, level: 1 } };
}

export function withoutAsset(record: HaltRecord): HaltRecord {
  return { ...record, state: { ...record.state, asset: null } };
}

/** The reason stays: it is a column of the state. */
export function withoutIncidentRow(record: HaltRecord): HaltRecord {
  return { ...record, state: { ...record.state, incident: null }, incident: null };
}

export function withoutReason(record: HaltRecord): HaltRecord {
  const { state } = withoutIncidentRow(record);
  return { ...record, state: { ...state, reason: null }, incident: null };
}

export function unresolved(record: HaltRecord): HaltRecord {
  const { incident } = record;
  return { ...record, incident: incident === null ? null : { ...incident, resolvedAt: null } };
}

export function underAnotherIncident(record: HaltRecord): HaltRecord {
  const { incident, state } = record;
  if (incident === null || state.level === 0) return record;
  const other: Incident = { ...incident, id: `${incident.id}-again` };
  return { ...record, incident: other, state: { ...state, incident: other.id } };
}

/** Never writes the incident down; says so only once it has been restarted. */
export function forgetsIncident(written: (record: HaltRecord) => HaltRecord): BrokerTwist {
  let forgot = false;
  return {
    parts: (reference, site) =>
      lyingStore(reference, site, {
        written,
        remembered: (record) => {
          forgot = record.state.level > 0;
          return record;
        },
      }),
    around: (broker) => withoutIncident(broker, () => forgot),
  };
}

/** Resolves the incident `afterMs` after its restart, and leaves that resolution alone when the halt does end. */
export function resolvesEarly(afterMs: number): BrokerTwist {
  let early: string | null = null;
  return doing({
    later: {
      afterMs,
      deed: (db, { incident }) => {
        early = new Date().toISOString();
        db.prepare('update incidents set resolved_at = ? where id = ?').run(early, incident?.id);
      },
    },
    saved: (record) => {
      const { incident } = record;
      if (early === null || incident === null) return record;
      return { ...record, incident: { ...incident, resolvedAt: early } };
    },
  });
}

/** Goes down by its own supervisor once the reply to a halt is on its way, and is brought back. */
export function restartsItself(broker: Broker, { self, launchctl, run }: BrokerSite): Broker {
  return {
    ...broker,
    halt: async (request, actor) => {
      const report = await broker.halt(request, actor);
      setTimeout(() => void run([launchctl, 'stop', self.label]).catch(() => undefined), 50);
      return report;
    },
  };
}

const ALIAS = 'CASE-';

/** An API with names of its own for incidents, which it understands, and which nothing else knows. */
export const namesOtherIncident = rewritten({
  answer: (body) => {
    const { incident } = body as { incident?: { id: string } | null };
    return incident == null ? body : { ...body, incident: { ...incident, id: `${ALIAS}${incident.id}` } };
  },
  request: (body) =>
    typeof body.incident === 'string' ? { ...body, incident: body.incident.replace(ALIAS, '') } : body,
});

/** Two servers behind one address: every other question for the status goes to one that never heard of the halt. */
export function staleReplica(answer: Answer): Answer {
  let asked = 0;
  return async (request) => {
    const response = await answer(request);
    if (new URL(request.url).pathname !== '/v1/status' || response.status !== 200) return response;
    asked += 1;
    if (asked % 2 === 1) return response;
    const body = (await response.json()) as { revision?: number };
    return Response.json({ ...body, level: 0, incident: null, holders: [], revision: 0 });
  };
}
