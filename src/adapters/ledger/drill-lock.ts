import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { outlive } from '../system/outlive.ts';
import { forTheOwnerAlone } from './owner-only.ts';

/** Held until it is released, or its process ends, however it ends. */
export interface DrillLock {
  release(): void;
}

/**
 * Takes the lock that only one runner on this machine can have, or returns null where another has it. It is an exclusive SQLite
 * transaction: the kernel drops its file locks with the process (fcntl(2)), so that none is ever left behind, as a file with a pid in it
 * would be. Throws where the file cannot be used as one.
 */
export function takeDrillLock(file: string): DrillLock | null {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  forTheOwnerAlone(file);
  const db = outlive(new Database(file, { timeout: 0 }));
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if (/^SQLITE_BUSY/.test((error as { code?: string }).code ?? '')) return null;
    throw error;
  }
  return {
    release: () => {
      db.exec('rollback');
      db.close();
    },
  };
}
