import type { AuditLine, BrokerParts, HaltRecord, Status } from './parts.ts';
import { BLANK } from './record.ts';

/** The halt record in force, kept in memory and in the store together, with the audit lines that belong to it. */
export interface Ledger {
  readonly record: HaltRecord;
  status(): Status;
  /**
   * Puts a record in force, then into the store with its audit lines, as one transaction. A halt that cannot be
   * written is in force all the same (a full disk must not keep a fleet running); `status().recorded` says so
   * until a later write succeeds. Returns whether it was written.
   */
  commit(record: HaltRecord, lines: readonly Omit<AuditLine, 'at'>[]): boolean;
  /** Audit lines that change nothing. */
  note(line: Omit<AuditLine, 'at'>): void;
}

/** Throws where the store cannot be read: a broker that does not know whether it is halted must not come up. */
export function openLedger(
  parts: Pick<BrokerParts, 'store' | 'audit' | 'atomically' | 'clock' | 'warn'>,
): Ledger {
  const { store, audit, atomically, clock, warn } = parts;
  let record = store.load() ?? BLANK;
  let recorded = true;
  const append = (lines: readonly Omit<AuditLine, 'at'>[]): void => {
    const at = clock.now();
    for (const line of lines) audit.append({ at, ...line });
  };
  return {
    get record() {
      return record;
    },
    status: () => ({
      level: record.state.level,
      asset: record.state.asset,
      revision: record.state.revision,
      incident: record.state.level > 0 ? record.incident : null,
      recorded,
    }),
    commit(next, lines) {
      record = next;
      try {
        atomically(() => {
          store.save(next);
          append(lines);
        });
        recorded = true;
      } catch (error) {
        recorded = false;
        warn(`the halt state could not be written: ${describe(error)}`);
      }
      return recorded;
    },
    note(line) {
      try {
        append([line]);
      } catch (error) {
        warn(`the audit log could not be written: ${describe(error)}`);
      }
    },
  };
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
