import { chmodSync, chownSync, lchownSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { needs } from '../../../test/support/needs.ts';
import { distrustOfFolder, ownAccounts } from './whose.ts';

/** Nobody's (`nobody` of most systems). */
const OTHER = 65_534;

let above: string;
let reports: string;
beforeEach(() => {
  above = ownFolder();
  reports = join(above, 'reports');
  mkdirSync(reports, { mode: 0o700 });
});

const odd = (folder: string, mayBeLink = false): string | null =>
  distrustOfFolder(folder, { accounts: ownAccounts(), mayBeLink })?.what ?? null;

describe('a reports folder', () => {
  it('S3: is trusted in a folder of ours, in one with the sticky bit, and where there is none yet', () => {
    expect(odd(reports)).toBeNull();
    chmodSync(above, 0o1777);
    expect(odd(reports)).toBeNull();
    expect(odd(join(reports, 'not', 'yet'))).toBeNull();
  });

  it('S8: is not where everybody may write to it, or to one above it', () => {
    chmodSync(reports, 0o1777);
    expect(odd(reports)).toBe('may be written to by everybody');
    chmodSync(reports, 0o700);
    chmodSync(above, 0o777);
    expect(odd(reports)).toBe('may be written to by everybody');
    expect(odd(join(reports, 'not', 'yet'))).toBe('may be written to by everybody');
  });

  it('S3: may lie behind links of ours above it, and be one only where that is allowed', () => {
    symlinkSync(above, join(above, 'round'));
    expect(odd(join(above, 'round', 'round', 'reports'))).toBeNull();
    symlinkSync('reports', join(above, 'link'));
    expect(odd(join(above, 'link'))).toBe('is a link, not a folder');
    expect(odd(join(above, 'link'), true)).toBeNull();
    chmodSync(reports, 0o777);
    expect(odd(join(above, 'link'), true)).toBe('may be written to by everybody');
    chmodSync(above, 0o1777);
    symlinkSync('.', join(above, 'here'));
    expect(odd(join(above, 'here'), true)).toBe('may be written to by everybody');
    symlinkSync('endless', join(above, 'endless'));
    expect(odd(join(above, 'endless', 'x'))).toBe('leads through too many links');
  });

  it('S3: is not behind a link that another account made', needs('root'), () => {
    const real = join(above, 'real');
    renameSync(reports, real);
    symlinkSync(real, reports);
    mkdirSync(join(real, 'd-1'), { mode: 0o700 });
    expect(odd(join(reports, 'd-1'))).toBeNull();
    lchownSync(reports, OTHER, OTHER);
    expect(odd(join(reports, 'd-1'))).toMatch(/^belongs to \w+ \(uid 65534\)$/);
  });

  it(
    'S3: may be written to by a group that nobody else is in, as where the umask is 002',
    needs('root'),
    () => {
      chmodSync(reports, 0o770);
      const rows = (table: string) =>
        readFileSync(table, 'utf8')
          .split('\n')
          .map((line) => line.split(':'));
      // Some systems have more accounts in root's group.
      const isAlone =
        rows('/etc/passwd').filter((row) => row[3] === '0').length === 1 &&
        /^(root)?$/.test(rows('/etc/group').find((row) => row[2] === '0')?.[3] ?? '?');
      expect(odd(reports)).toBe(isAlone ? null : 'may be written to by its group (gid 0)');
      // One that is not root's own may have any members, or get them.
      for (const gid of [1, 4_000_000]) {
        chownSync(reports, 0, gid);
        chmodSync(reports, 0o2770);
        expect(odd(reports)).toBe(`may be written to by its group (gid ${gid})`);
      }
    },
  );
});
