import type { HaltRecord, HaltStore, Incident } from '../../principal/parts.ts';

/** A store that claims to save and keeps everything in memory: all of it is gone when the process is. */
export function memoryStore(): HaltStore {
  let last: HaltRecord | null = null;
  const incidents = new Map<string, Incident>();
  return {
    load: () => last,
    save: (record) => {
      last = record;
      if (record.incident !== null) incidents.set(record.incident.id, record.incident);
    },
    incidents: () => [...incidents.values()],
  };
}
