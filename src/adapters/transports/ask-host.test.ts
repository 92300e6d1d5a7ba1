import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unreadable, unsent } from '../../drill/model/reading.ts';
import { askHost } from './ask-host.ts';
import { localTransport } from './local.ts';
import { type Connection, NothingSent } from './transport.ts';

let folder: string;
let connection: Connection;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-ask-'));
  connection = await localTransport().open();
});
afterEach(async () => {
  await connection.close();
  rmSync(folder, { recursive: true });
});

const LIMITS = { withinMs: 10_000, maxBytes: 1000 };
const sh = (script: string, ...args: string[]): string[] => ['sh', '-c', script, 'sh', ...args];

describe('a command on a host', () => {
  it('has its outputs apart, its exit code, and its words as they are', async () => {
    const word = 'a "b" $(c) `d`\n\u001b[31m\'';
    const ran = await askHost(connection, sh('printf %s "$1"; echo oops >&2; exit 3', word), LIMITS);
    expect(ran).toMatchObject({ kind: 'present', value: { exitCode: 3, stderr: 'oops\n' } });
    expect(ran.kind === 'present' && ran.value.stdout.toString()).toBe(word);
  });

  it.each([
    ['prints more than asked for', sh('head -c 1001 /dev/zero'), {}, 'it printed more than 1000 bytes'],
    ['hangs', ['sleep', '60'], { withinMs: 200 }, 'it did not end within 200 ms'],
    ['is killed', sh('echo half; kill -9 $$'), {}, 'SIGKILL'],
    ['holds a NUL', ['echo', 'a\0b'], {}, 'NUL'],
  ])('is unreadable where it %s', async (_, argv, limits, reason) => {
    expect(await askHost(connection, argv, { ...LIMITS, ...limits })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('gives all that it may', async () => {
    const ran = await askHost(connection, sh('head -c 1000 /dev/zero'), LIMITS);
    expect(ran.kind === 'present' && ran.value.stdout.length).toBe(1000);
  });

  it('is left running where it is an act, and ended where it is a question', async () => {
    const file = join(folder, 'done');
    const slow = sh('sleep 0.6; echo "$2" > "$1.$2"', file, 'act');
    const act = await askHost(connection, slow, { ...LIMITS, withinMs: 50, letRun: true });
    expect(act).toMatchObject({ reason: 'it did not end within 50 ms, and was left running' });
    const question = sh('sleep 0.3; echo > "$1.question"', file);
    expect(await askHost(connection, question, { ...LIMITS, withinMs: 50 })).toMatchObject({
      kind: 'unreadable',
    });
    await expect
      .poll(() => readFileSync(`${file}.act`, { encoding: 'utf8', flag: 'a+' }), { timeout: 10_000 })
      .toBe('act\n');
    expect(() => readFileSync(`${file}.question`)).toThrow('ENOENT');
  });

  it('B14: tells when an act that was left running has ended', async () => {
    let ended: Promise<boolean> | null = null;
    const left = (end: Promise<boolean>): void => {
      ended = end;
    };
    const file = join(folder, 'slow');
    const slow = sh('sleep 0.6; echo over > "$1"', file);
    await askHost(connection, slow, { ...LIMITS, withinMs: 50, letRun: true, left });
    expect(await ended).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('over\n');
    ended = null;
    await askHost(connection, ['sleep', '60'], { ...LIMITS, withinMs: 50, letRun: true, left });
    await connection.close();
    // Whoever cannot be asked any more may go on.
    expect(await ended).toBe(false);
  });

  it('is unreadable once the connection is gone', async () => {
    await connection.close();
    expect(await askHost(connection, ['true'], LIMITS)).toMatchObject({ kind: 'unreadable' });
  });

  it('D8: knows that nothing was sent only where the transport says so', async () => {
    const asked = async (start: () => Promise<never>) =>
      askHost({ ...connection, hostKey: null, start, close: async () => {} }, ['true'], LIMITS);
    expect(await asked(() => Promise.reject(new NothingSent('no session')))).toEqual(unsent('no session'));
    expect(await asked(() => Promise.reject(new Error('cut off')))).toEqual(unreadable('cut off'));
  });
});
