import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { keep } from '../../principal/store/keep.ts';
import { pidFileOf } from '../daemons/daemon.ts';
import { requestJson } from '../http-client.ts';
import { startProgram } from '../start-program.ts';
import type { LabSite } from '../variants/variant.ts';
import { waitUntil } from '../wait-until.ts';

/** A drill takes no longer, in ms. */
const WHOLE_DRILL_MS = 120_000;

export function brokerDatabase({ lab }: LabSite): string {
  return join(lab.knox.db, 'principal.db');
}

/** Resolves once another life of the broker than the one that is there now answers, with the halt in force. */
export async function afterCrash(site: LabSite): Promise<void> {
  const { env } = site;
  let first: string | null = null;
  await waitUntil(
    async () => {
      const pid = readPid(site);
      first ??= pid;
      if (pid === null || pid === first) return false;
      const answer = await requestJson('GET', `${env.PRINCIPAL_URL}/v1/status`, {
        token: env.PRINCIPAL_TOKEN,
        timeoutMs: 1000,
      }).catch(() => null);
      return ((answer?.body as { level?: number } | null)?.level ?? 0) > 0;
    },
    WHOLE_DRILL_MS,
    () => 'the broker never came back from a crash',
    50,
  );
}

function readPid({ lab }: LabSite): string | null {
  try {
    return readFileSync(pidFileOf(lab.knox.root, 'principal'), 'utf8').trim();
  } catch {
    return null;
  }
}

/** Resolves once the broker has made its database. */
export async function whenMade(file: string): Promise<void> {
  await waitUntil(
    () => existsSync(file) && tablesIn(file),
    WHOLE_DRILL_MS,
    () => `there is no ${file}`,
    50,
  );
}

function tablesIn(file: string): boolean {
  const db = keep(new Database(file, { readonly: true }));
  try {
    return keep(db.prepare("select 1 from sqlite_master where name = 'halt_state'")).get() !== undefined;
  } catch {
    return false;
  } finally {
    db.close();
  }
}

/** Writes a whole and consistent copy of a database, as a backup would. */
export function backUp(file: string, copy: string): void {
  const db = keep(new Database(file));
  db.exec(`vacuum into '${copy}'`);
  db.close();
}

/** Changes a database that nobody uses. */
export function alter(file: string, sql: string): void {
  const db = keep(new Database(file));
  db.exec(sql);
  db.close();
}

/** Puts one file in the place of another at once, as `mv` does; who has the other open goes on with it. */
export const putInPlace = renameSync;

export const copyBytes = copyFileSync;

export function writeGarbage(file: string): void {
  writeFileSync(file, 'SQLite format 4\0'.repeat(1024));
}

/**
 * Holds the lock that a new reader of an SQLite database needs for a moment: the pending byte, at 2^30
 * (https://www.sqlite.org/lockingv3.html). Who has the file open already is not disturbed. Node has no fcntl locks of its own.
 */
export function lockOutReaders(file: string): void {
  const program = [
    'import fcntl, sys',
    'file = open(sys.argv[1], "r+b")',
    'fcntl.lockf(file, fcntl.LOCK_EX, 1, 0x40000000)',
    'sys.stdin.read()',
  ].join('\n');
  startProgram('python3', ['-c', program, file], { stdio: ['pipe', 'ignore', 'inherit'] });
}
