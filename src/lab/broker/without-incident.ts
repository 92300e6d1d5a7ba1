import type { Broker, Status } from '../../principal/parts.ts';

/** A broker that, while `hides()`, says nothing of an incident and resumes without one. */
export function withoutIncident(broker: Broker, hides: () => boolean): Broker {
  const hidden = <T extends Status>(status: T): T => (hides() ? { ...status, incident: null } : status);
  return {
    ...broker,
    status: () => hidden(broker.status()),
    halt: async (request, actor) => {
      const report = await broker.halt(request, actor);
      return 'refused' in report ? report : hidden(report);
    },
    resume: async (request, actor) => {
      const known = hides() ? (broker.status().incident?.id ?? null) : request.incident;
      return await broker.resume({ ...request, incident: known }, actor);
    },
  };
}
