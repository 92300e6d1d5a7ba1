import { readFileSync, writeFileSync } from 'node:fs';
import type { BrokerParts, HaltRecord, HaltStore } from '../../principal/parts.ts';
import type { BrokerSite, BrokerTwist } from '../variants/variant.ts';
import type { HaltEvent } from './halt-marks.ts';

/** What a store makes of the halt records that it is given. */
export interface StoreLies {
  /** What of a record goes into the database. */
  readonly written?: (record: HaltRecord) => HaltRecord;
  /** What a broker that starts again still knows of the record that it saved last. */
  readonly remembered?: (record: HaltRecord) => HaltRecord;
}

/**
 * A store that keeps the truth in a file beside the database, and lies in the database, in its memory, or in both. Nobody
 * else's writes are looked for.
 */
export function lyingStore(
  reference: BrokerParts,
  site: BrokerSite,
  lies: StoreLies,
): Pick<BrokerParts, 'store'> {
  const { written = asIs, remembered = asIs } = lies;
  const file = `${site.config.database}.truth.json`;
  const store: HaltStore = {
    load() {
      const truth = readTruth(file);
      return truth === null ? reference.store.load() : remembered(truth);
    },
    save(record) {
      writeFileSync(file, JSON.stringify(record));
      reference.store.save(written(record));
    },
    incidents: () => reference.store.incidents(),
  };
  return { store };
}

/** A broker that saves a halt only so many ms after it was asked for it, or had done it; one that dies before has not saved it. */
export function persistsLate(since: HaltEvent, lateMs: number): BrokerTwist {
  let write = (): void => undefined;
  let isDue = false;
  const wait = (): void =>
    void setTimeout(() => {
      isDue = true;
      write();
    }, lateMs);
  return {
    parts: (reference) => ({
      store: {
        load: () => reference.store.load(),
        incidents: () => reference.store.incidents(),
        save(record) {
          write = () => reference.atomically(() => reference.store.save(record));
          if (isDue || record.state.level === 0) write();
        },
      },
    }),
    around: (broker) => ({
      ...broker,
      halt: async (request, actor) => {
        if (since === 'asked') wait();
        const report = await broker.halt(request, actor);
        if (since === 'done') wait();
        return report;
      },
    }),
  };
}

function asIs(record: HaltRecord): HaltRecord {
  return record;
}

function readTruth(file: string): HaltRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as HaltRecord;
  } catch {
    return null;
  }
}
