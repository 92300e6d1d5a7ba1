import type { AuditLine, BrokerParts, HaltRecord } from './parts.ts';
import { BLANK } from './record.ts';

/** A change of the record, made from the newest one, with the audit lines that belong to it. */
export interface Change {
  readonly record: HaltRecord;
  readonly lines: readonly Omit<AuditLine, 'at'>[];
}

/** The halt record in force, kept in memory and in the store together, with the audit lines that belong to it. */
export interface Ledger {
  readonly record: HaltRecord;
  /** Whether record and audit lines are all in the store. */
  readonly recorded: boolean;
  /**
   * Puts a record in force and into the store with its audit lines, as one transaction, made from the newest record
   * there (another process may have halted meanwhile). A halt that cannot be written is in force all the same (a full
   * disk must not keep a fleet running); it is then written as soon as that succeeds. Returns whether it was written.
   */
  update(change: (newest: HaltRecord) => Change): boolean;
  /** The same, but what cannot be written does not take force either: for what ends a halt, or eases it. */
  tryUpdate(change: (newest: HaltRecord) => Change): boolean;
  /** Audit lines that change nothing. */
  note(...lines: readonly Omit<AuditLine, 'at'>[]): void;
  /** Takes over what another process saved; whether that changed the revision. */
  adopt(): boolean;
  /** Writes what could not be written before; whether nothing is left. */
  flush(): boolean;
  /** No more attempts of its own. */
  close(): void;
}

/** After a write that failed, how long the next one is put off, in ms: each may wait for a lock and hold up a stop. */
const PAUSE_MS = 400;

/** Throws where the store cannot be read: a broker that does not know whether it is halted must not come up. */
export function openLedger(
  parts: Pick<BrokerParts, 'store' | 'audit' | 'atomically' | 'clock' | 'warn' | 'retry'>,
): Ledger {
  const { store, audit, atomically, clock, warn, retry } = parts;
  let record = store.load() ?? BLANK;
  let unsaved = false;
  let backlog: AuditLine[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const dated = (lines: Change['lines']): AuditLine[] => {
    const at = clock.now();
    return lines.map((line) => ({ at, ...line }));
  };

  /** What is in force when another process may have written: theirs, unless ours could not be written and is as wide. */
  const newest = (): HaltRecord => {
    if (store.changed?.() !== true) return record;
    const stored = store.load() ?? BLANK;
    return unsaved && record.state.level >= stored.state.level ? record : stored;
  };

  const failed = (error: unknown): void => {
    pausedUntil = performance.now() + PAUSE_MS;
    warn(`the halt state could not be written: ${describe(error)}`);
    if (timer !== undefined || closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, retry.firstMs);
    timer.unref();
  };

  /** Writes the backlog, and the record where it changed or was not written. */
  const write = (change: ((from: HaltRecord) => Change) | null, inAnyCase: boolean): boolean => {
    let next: HaltRecord | null = null;
    let lines: AuditLine[] = [];
    try {
      if (performance.now() < pausedUntil) throw new Error('not tried again so soon');
      atomically(() => {
        const from = newest();
        const made = change?.(from) ?? { record: from, lines: [] };
        next = made.record;
        lines = dated(made.lines);
        if (change !== null || unsaved) store.save(next);
        for (const line of [...backlog, ...lines]) audit.append(line);
      });
      record = next ?? record;
      unsaved = false;
      backlog = [];
      return true;
    } catch (error) {
      if (change !== null && inAnyCase) {
        const made = change(record);
        record = made.record;
        unsaved = true;
        backlog.push(...dated(made.lines));
      }
      failed(error);
      return false;
    }
  };

  const flush = (): boolean => {
    if (!unsaved && backlog.length === 0) return true;
    pausedUntil = Number.NEGATIVE_INFINITY;
    return write(null, false);
  };

  return {
    get record() {
      return record;
    },
    get recorded() {
      return !unsaved && backlog.length === 0;
    },
    update: (change) => write(change, true),
    tryUpdate(change) {
      pausedUntil = Number.NEGATIVE_INFINITY;
      return write(change, false);
    },
    note(...lines) {
      backlog.push(...dated(lines));
      write(null, false);
    },
    adopt() {
      try {
        const next = newest();
        const changed = next.state.revision !== record.state.revision;
        record = next;
        return changed;
      } catch (error) {
        warn(`the halt state could not be read: ${describe(error)}`);
        return false;
      }
    },
    flush,
    close() {
      closed = true;
      clearTimeout(timer);
      if (unsaved || backlog.length > 0) flush();
    },
  };
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
