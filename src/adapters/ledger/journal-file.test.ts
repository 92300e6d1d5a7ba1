import {
  appendFileSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Interrupted, StageReached } from '../../drill/model/journal.ts';
import { systemClock } from '../system/clock.ts';
import { createRedactor } from '../system/redact.ts';
import { journalOn, openJournal, readJournal } from './journal-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-journal-'));
  file = join(folder, 'journal.jsonl');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const options = { clock: systemClock, redact: createRedactor(['s3cret-token', '2024']) };
/** On a device, which no journal is opened on. */
const on = (device: string) =>
  journalOn(device, openSync(device, constants.O_WRONLY), { entries: [], bytes: 0 }, options);
const note = (text: string): StageReached => ({ kind: 'stage', stage: 'hold', event: 'begin', note: text });

describe('openJournal', () => {
  it('has each record in the file as soon as append returns, and reads back what it gave to the judges', async () => {
    const journal = openJournal(file, options);
    expect(journal.append(note('one'))).toBe('e-1');
    expect(readJournal(file)).toEqual(journal.entries());
    expect(journal.append({ kind: 'interrupted', cause: 'SIGINT' })).toBe('e-2');
    await journal.sync();
    await journal.close();
    const [first, second] = readJournal(file);
    expect(first).toMatchObject({ id: 'e-1', kind: 'stage', note: 'one' });
    expect(second).toMatchObject({ id: 'e-2', kind: 'interrupted', cause: 'SIGINT' });
    expect(second?.atMs).toBeGreaterThanOrEqual(first?.atMs ?? Number.NaN);
    expect(readJournal(file)).toEqual(journal.entries());
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('lets no secret through, nor lets one of digits tear a number apart', async () => {
    const journal = openJournal(file, { ...options, clock: { ...systemClock, nowMs: () => 52024.5 } });
    journal.append(note('{"token":"s3cret-token","year":2024}'));
    journal.append(note('GET /\nAuthorization: Bearer abc\n'));
    await journal.close();
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/s3cret-token|Bearer abc/);
    expect(readJournal(file)).toEqual(journal.entries());
    expect(journal.entries()[0]).toMatchObject({
      atMs: 52024.5,
      note: '{"token":"[redacted]","year":[redacted]}',
    });
  });

  it('refuses to go on where a secret is a word of the format itself', () => {
    const journal = openJournal(file, { ...options, redact: createRedactor(['stage']) });
    expect(() => journal.append(note('x'))).toThrow(/a secret is so common a word/);
    expect(() => journal.append(note('x'))).toThrow();
    expect(readJournal(file)).toEqual([]);
  });

  it('answers many syncs at once, each of them after its records', async () => {
    const journal = openJournal(file, options);
    const done = Array.from({ length: 200 }, (_, n) => {
      journal.append(note(`${n}`));
      return journal.sync();
    });
    await Promise.all(done);
    await journal.sync();
    await journal.close();
    expect(readJournal(file)).toHaveLength(200);
  });

  it('takes no record after it was closed', async () => {
    const journal = openJournal(file, options);
    await journal.close();
    await journal.close();
    expect(() => journal.append(note('late'))).toThrow(/is closed/);
  });

  it('does not add to a journal that is there, and leaves that as it is', () => {
    writeFileSync(file, 'somebody else\n');
    expect(() => openJournal(file, options)).toThrow(`${file}: already holds something`);
    expect(readFileSync(file, 'utf8')).toBe('somebody else\n');
    expect(() => openJournal(join(folder, 'none', 'j'), options)).toThrow(/ENOENT/);
  });

  it.skipIf(!existsSync('/dev/full'))('says so at once when the disk is full, and from then on', async () => {
    const journal = on('/dev/full');
    expect(() => journal.append(note('x'))).toThrow(/\/dev\/full: cannot be written: ENOSPC/);
    expect(() => journal.append(note('y'))).toThrow(/ENOSPC/);
    await expect(journal.sync()).rejects.toThrow(/ENOSPC/);
    await expect(journal.close()).rejects.toThrow(/ENOSPC/);
    expect(journal.entries()).toEqual([]);
  });

  // fsync(2): EINVAL for a special file that cannot be synchronised, as /dev/null.
  it('rejects every sync, and every append, after one fsync failed', async () => {
    const journal = on('/dev/null');
    journal.append(note('x'));
    const both = await Promise.allSettled([journal.sync(), journal.sync()]);
    expect(both.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await expect(journal.sync()).rejects.toThrow(/\/dev\/null: is not on disk: EINVAL/);
    expect(() => journal.append(note('y'))).toThrow(/is not on disk/);
    await expect(journal.close()).rejects.toThrow();
  });
});

describe('readJournal', () => {
  const line = (id: number, more = ''): string =>
    `{"id":"e-${id}","atMs":${id},"wall":"2025-01-01T00:00:00.000Z","kind":"interrupted","cause":"x"${more}}\n`;
  const body: Interrupted = { kind: 'interrupted', cause: 'x' };

  it.each([
    ['half a line', line(3).slice(0, 20)],
    ['a line without its end', line(3).slice(0, -1)],
    ['half a character', Buffer.from([0x7b, 0xc3])],
    ['zeros after a power cut', Buffer.alloc(100)],
  ])('drops %s at the end', (_, tail) => {
    writeFileSync(file, line(1) + line(2));
    appendFileSync(file, tail);
    expect(readJournal(file).map(({ id }) => id)).toEqual(['e-1', 'e-2']);
    expect(readJournal(file)[0]).toMatchObject(body);
  });

  it.each([
    ['a torn line in the middle', `${line(1)}{"id":"e-2\n${line(3)}`, 2, 'not JSON'],
    ['a torn first line', `{"id\n${line(2)}`, 1, 'not JSON'],
    ['a missing line', line(1) + line(3), 2, 'missing, doubled or out of order'],
    ['a doubled line', line(1) + line(1), 2, 'missing, doubled or out of order'],
    ['an empty line', `${line(1)}\n${line(2)}`, 2, 'not JSON'],
    ['a line that is no record', `${line(1)}null\n`, 2, 'is not a record'],
    ['a record without a time', '{"id":"e-1","wall":"x","kind":"stage"}\n', 1, 'lacks atMs'],
    [
      'a record of a kind that is not known',
      `${line(1).replace('interrupted', 'oracle')}`,
      1,
      'upgrade haltdrill',
    ],
    [
      'a journal of another format',
      `${line(1, ',"format":2').replace('interrupted', 'opened')}`,
      1,
      'is of format 2; this version knows 1',
    ],
    ['bytes that are no text', Buffer.concat([Buffer.from(line(1)), Buffer.from([0xff, 10])]), 2, 'not JSON'],
  ])('refuses %s, with its number', (_, content, number, why) => {
    writeFileSync(file, content);
    expect(() => readJournal(file)).toThrow(`${file}:${number}: `);
    expect(() => readJournal(file)).toThrow(why);
  });
});
