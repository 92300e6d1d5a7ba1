import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { linesOf, OddFile, openOwn, readOwn, writeAnew } from './own-files.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = ownFolder();
  file = join(folder, 'file');
});

describe('a file of a reports folder', () => {
  it('S8: is opened only where it is a regular file of ours, and never waited for', () => {
    writeFileSync(join(folder, 'target'), 'precious');
    symlinkSync('target', join(folder, 'link'));
    expect(spawnSync('mkfifo', [join(folder, 'pipe')]).status).toBe(0);
    writeFileSync(join(folder, 'open'), '');
    chmodSync(join(folder, 'open'), 0o666);
    for (const flags of [constants.O_RDONLY, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND]) {
      expect(() => openOwn(join(folder, 'link'), flags)).toThrow(/link: is a link, not a regular file; /);
      expect(() => openOwn(join(folder, 'pipe'), flags)).toThrow(/pipe: is a pipe, not a regular file; /);
      expect(() => openOwn(join(folder, 'open'), flags)).toThrow(/open: may be written to by everybody; /);
      expect(() => openOwn('/dev/null', flags)).toThrow(OddFile);
      expect(() => openOwn(folder, flags)).toThrow(/is a folder, not a regular file/);
    }
    expect(() => openOwn(file, constants.O_RDONLY)).toThrow(/ENOENT/);
  });

  it('S8: is read up to a bound', () => {
    writeFileSync(file, 'x'.repeat(100));
    expect(readOwn(file, 100)).toHaveLength(100);
    expect(() => readOwn(file, 99)).toThrow(/is larger than 99 bytes/);
  });

  it('S3: is written anew in place of a link, not through it', () => {
    writeFileSync(join(folder, 'target'), 'precious');
    symlinkSync('target', file);
    writeAnew(file, 'new\n');
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('precious');
    expect(readFileSync(file, 'utf8')).toBe('new\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('lines', () => {
  const most = { lineBytes: 1_000_000, bytes: 10_000_000 };
  const read = (content: string | Uint8Array, limits = most): string[] => {
    writeFileSync(file, content);
    const fd = openSync(file, constants.O_RDONLY);
    try {
      return [...linesOf(fd, file, limits)].map((line) => line.toString('utf8'));
    } finally {
      closeSync(fd);
    }
  };

  it('are whole wherever a read ends, and one without its end is left out', () => {
    const lines = [1, 262_143, 262_144, 262_145, 0, 600_000, 7].map((length, index) =>
      String(index).repeat(length),
    );
    expect(read(`${lines.join('\n')}\nhalf`)).toEqual(lines);
    expect(read(`${'é'.repeat(200_000)}\n`)).toEqual(['é'.repeat(200_000)]);
    expect(read('')).toEqual([]);
  });

  it('S8: have a bound, and so has the file', () => {
    expect(() => read('x'.repeat(300_000), { ...most, lineBytes: 1000 })).toThrow(
      /has a line of more than 1000 bytes/,
    );
    expect(() => read('x\n'.repeat(300_000), { ...most, bytes: 1000 })).toThrow(/is larger than 1000 bytes/);
  });
});
