import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileProblem, readTextFile, writeFileAtomic } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-files-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeFileAtomic', () => {
  it('writes for the owner alone, replaces what was there, and leaves nothing else behind', async () => {
    const file = join(folder, 'verdict.json');
    await writeFileAtomic(file, 'first');
    const first = statSync(file).ino;
    await writeFileAtomic(file, 'second ö');
    expect(readFileSync(file, 'utf8')).toBe('second ö');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(file).ino).not.toBe(first);
    expect(readdirSync(folder)).toEqual(['verdict.json']);
  });

  it('names the file and the cause where it cannot, and leaves no draft', async () => {
    const missing = join(folder, 'none', 'report.md');
    await expect(writeFileAtomic(missing, 'x')).rejects.toThrow(
      `${missing}: cannot be written: no such file or folder`,
    );
    await expect(writeFileAtomic(folder, 'x')).rejects.toBeInstanceOf(FileProblem);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('readTextFile', () => {
  it('reads UTF-8 without its byte order mark, up to the very limit', async () => {
    const file = join(folder, 'a.yaml');
    writeFileSync(file, '\ufeffgrün');
    expect(await readTextFile(file)).toBe('grün');
    expect(await readTextFile(file, 8)).toBe('grün');
    await expect(readTextFile(file, 7)).rejects.toThrow('is larger than 7 bytes');
  });

  it('says in one line what is the matter', async () => {
    const binary = join(folder, 'binary');
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00]));
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await expect(readTextFile(join(folder, 'no'))).rejects.toThrow(
      /no: cannot be read: no such file or folder$/,
    );
    await expect(readTextFile(folder)).rejects.toThrow(/is a folder, not a file$/);
    await expect(readTextFile(fifo)).rejects.toThrow(/is not a regular file$/);
    await expect(readTextFile(binary)).rejects.toThrow(/is not UTF-8 text \(line 1, column 1\)$/);
    writeFileSync(binary, Buffer.from([...Buffer.from('a: grün\nbé: '), 0xe9, 0x0a]));
    await expect(readTextFile(binary)).rejects.toMatchObject({ at: { line: 2, column: 5 } });
    writeFileSync(binary, 'a: grün\nbé: é\n');
    expect(await readTextFile(binary)).toContain('é');
    await expect(readTextFile(join(folder, 'no'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
