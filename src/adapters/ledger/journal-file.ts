import { constants as limits } from 'node:buffer';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { harmlessJson } from '../../drill/model/harmless.ts';
import { type Entry, type EntryBody, isKnownKind, JOURNAL_FORMAT } from '../../drill/model/journal.ts';
import type { Clock, Journal } from '../../drill/ports/world.ts';
import { linesOf, openOwn } from '../system/own-files.ts';
import { redactStrings } from '../system/redact-strings.ts';
import { SharedRows } from './shared-rows.ts';

const flush = promisify(fsync);

export interface JournalFile extends Journal {
  /** Everything appended so far, exactly as it reads on disk: redacted, and through JSON. */
  entries(): readonly Entry[];
  /** Flushes and closes. Rejects where the last records did not reach the disk; closed all the same. */
  close(): Promise<void>;
}

/**
 * Opens a new journal: JSON, one record a line, appended only (O_APPEND), mode 0600, every text through `redact`.
 * `append` writes at once, so that a runner killed a moment later leaves the record; `sync` puts on disk everything
 * appended before it was called, and calls that wait at the same time share one fsync(2).
 *
 * The first error stays: after a failed write the file may end in half a line, and after a failed fsync the kernel may
 * have dropped what it could not write, so that a later success would prove nothing. Throws where the file cannot be
 * opened, or already holds something: a journal is never shared by two drills.
 */
export function openJournal(
  file: string,
  options: { readonly clock: Clock; readonly redact: (text: string) => string },
): JournalFile {
  return journalOn(file, openForAppend(file), { entries: [], bytes: 0 }, options);
}

/**
 * Goes on with the journal of a runner that is gone: what it wrote stays as it is, but for a last line that never got its end.
 * Throws like `readJournal` and `openJournal`.
 */
export function reopenJournal(
  file: string,
  options: { readonly clock: Clock; readonly redact: (text: string) => string },
): JournalFile {
  const fd = openOwn(file, constants.O_RDWR | constants.O_APPEND);
  try {
    const begun = recordsOf(fd, file);
    ftruncateSync(fd, begun.bytes);
    fsyncSync(fd);
    return journalOn(file, fd, begun, options);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A journal on a file that is open for appending. */
export function journalOn(
  file: string,
  fd: number,
  begun: { readonly entries: Entry[]; readonly bytes: number },
  options: { readonly clock: Clock; readonly redact: (text: string) => string },
): JournalFile {
  const { entries } = begun;
  const shared = new SharedRows();
  let bytes = begun.bytes;
  let failure: Error | null = null;
  let synced = entries.length;
  let running: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;
  let closed = false;

  const fail = (what: string, cause: unknown): Error => {
    failure ??= new Error(`${file}: ${what}: ${cause instanceof Error ? cause.message : 'unknown error'}`, {
      cause,
    });
    return failure;
  };

  const append = (body: EntryBody): string => {
    if (failure !== null) throw failure;
    if (closed) throw new Error(`${file}: the journal is closed`);
    const id = `e-${entries.length + 1}`;
    const record = { id, atMs: options.clock.nowMs(), wall: options.clock.wall(), ...body };
    const line = cleanLine(record, options.redact);
    const entry = JSON.parse(line) as Entry;
    if (entry.id !== id || entry.kind !== body.kind)
      throw fail(
        'cannot be written',
        new Error('a secret is so common a word that removing it wrecks the record'),
      );
    try {
      // Two writers would tear each other's records apart: whoever finds another's bytes has been taken over from.
      if (isShared(fd, bytes)) throw new Error('another runner has taken the drill over and writes to it');
      bytes += writeWhole(fd, `${line}\n`);
    } catch (error) {
      throw fail('cannot be written', error);
    }
    entries.push(shared.share(entry));
    return id;
  };

  const flushNow = (): Promise<void> => {
    waiting = null;
    const upTo = entries.length;
    running = flush(fd)
      .then(
        () => {
          synced = Math.max(synced, upTo);
        },
        (error: unknown) => {
          throw fail('is not on disk', error);
        },
      )
      .finally(() => {
        running = null;
      });
    return running;
  };

  const sync = async (): Promise<void> => {
    if (failure !== null) throw failure;
    if (synced === entries.length) return;
    if (closed) throw new Error(`${file}: the journal is closed`);
    if (running === null) return flushNow();
    // The one that runs may have begun before the latest record was written: wait for the next, together.
    waiting ??= running.then(() => flushNow());
    return waiting;
  };

  return {
    append,
    sync,
    entries: () => entries,
    close: async () => {
      if (closed) return;
      const flushed = sync();
      closed = true;
      try {
        await flushed;
      } finally {
        // Another flush may still be under way, and must not find its file closed.
        while (running !== null) await running.catch(() => undefined);
        closeSync(fd);
      }
    },
  };
}

/**
 * Reads a journal back. A last line that never got its line end is dropped: the runner was killed while writing it.
 * Throws, with file and line number, for any other damage: what is evidence must be whole. Throws a `NewerJournal` where it
 * is of a format, or holds a record of a kind, that this version does not know: what it would not read it cannot judge.
 */
export function readJournal(file: string): Entry[] {
  const fd = openOwn(file, constants.O_RDONLY);
  try {
    return recordsOf(fd, file).entries;
  } finally {
    closeSync(fd);
  }
}

/** No longer line could be made a text of (V8), and no larger journal was ever read: 2 GiB, what Node reads of a file at once. */
const MOST = { lineBytes: limits.MAX_STRING_LENGTH, bytes: 2 * 1024 ** 3 };

/** `bytes`: how long all whole lines are. */
function recordsOf(fd: number, file: string): { entries: Entry[]; bytes: number } {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const entries: Entry[] = [];
  let bytes = 0;
  for (const line of linesOf(fd, file, MOST)) {
    const number = entries.length + 1;
    bytes += line.length + 1;
    let value: unknown;
    try {
      value = JSON.parse(utf8.decode(line));
    } catch {
      throw new Error(`${file}:${number}: is not a record: not JSON; the journal is damaged`);
    }
    const damage = damageOf(value, number);
    if (damage !== null) throw new Error(`${file}:${number}: ${damage}; the journal is damaged`);
    const news = newsIn(value as Entry);
    if (news !== null) throw new NewerJournal(`${file}:${number}: ${news}; upgrade haltdrill`);
    entries.push(value as Entry);
  }
  return { entries, bytes };
}

/** A sound journal that only a later version can judge. */
export class NewerJournal extends Error {}

function newsIn(entry: Entry): string | null {
  if (!isKnownKind(entry.kind))
    return `holds a record of the kind ${JSON.stringify(entry.kind)}, which this version does not know`;
  if (entry.kind !== 'opened' || entry.format === JOURNAL_FORMAT) return null;
  return `is of format ${JSON.stringify(entry.format ?? null)}; this version knows ${JOURNAL_FORMAT}`;
}

function damageOf(value: unknown, number: number): string | null {
  if (typeof value !== 'object' || value === null) return 'is not a record';
  const { id, atMs, wall, kind } = value as Partial<Record<string, unknown>>;
  if (id !== `e-${number}`)
    return `has not the id e-${number}, so that lines are missing, doubled or out of order`;
  if (typeof atMs !== 'number' || typeof wall !== 'string' || typeof kind !== 'string')
    return 'lacks atMs, wall or kind';
  return null;
}

function openForAppend(file: string): number {
  const fd = openOwn(file, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND);
  try {
    if (fstatSync(fd).size > 0) throw new Error(`${file}: already holds something; a journal begins empty`);
    fchmodSync(fd, 0o600);
    syncFolder(dirname(file));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

// A new file's name is in its folder, and reaches the disk with that (fsync(2)).
function syncFolder(folder: string): void {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

// write(2) may write less than it was given, on a disk that is almost full for one.
function writeWhole(fd: number, text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  return bytes.length;
}

function isShared(fd: number, bytes: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFile() && stat.size !== bytes;
}

// Most records hold no secret, and pass as one text. In one that does, each text is cleaned by itself: a secret made
// of digits must not tear a hole into a number. What a terminal could act upon is escaped: the same data.
function cleanLine(record: unknown, redact: (text: string) => string): string {
  const line = JSON.stringify(record);
  const clean = redact(line) === line ? line : JSON.stringify(redactStrings(JSON.parse(line), redact));
  return harmlessJson(clean);
}
