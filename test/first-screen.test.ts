import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countsOf } from '../scripts/test-report.mjs';
import { ownFolder, PACKAGE } from './support/haltdrill.ts';
import { needs } from './support/needs.ts';

/** What somebody who has never seen the project copies into a terminal. */
const LINES = ['npm ci && npm run drill -- --level 3', 'npm ci && npm test'];

describe("the README's first screen", () => {
  const first = readFileSync(join(PACKAGE, 'README.md'), 'utf8').split('\n').slice(0, 40);
  const ci = readFileSync(join(PACKAGE, '.ci/run'), 'utf8').split('\n');

  it.each(LINES)('has `%s` on a line of its own, and .ci/run runs it', (line) => {
    expect(first.filter((one) => one === line)).toHaveLength(1);
    expect(
      ci.filter((one) => /^step "[^"]*" newcomer '/.test(one) && one.includes(`'${line}'`)),
    ).toHaveLength(1);
  });

  it('has no other line that installs', () => {
    expect(first.filter((line) => line.startsWith('npm '))).toEqual(LINES);
  });
});

describe('a test that needs a program', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is skipped with the reason where there is none, which is an error where all must be there', () => {
    vi.stubEnv('PATH', ownFolder());
    vi.stubEnv('HALTDRILL_ALL_TOOLS', undefined);
    const note = 'supervisord is not installed (apt-get install supervisor)';
    expect(needs('supervisord')).toEqual({ skip: true, meta: { note } });
    vi.stubEnv('HALTDRILL_ALL_TOOLS', '1');
    expect(() => needs('supervisord')).toThrow(note);
  });

  it('runs where there is one, but not where that is no program', () => {
    const folder = ownFolder();
    vi.stubEnv('PATH', folder);
    vi.stubEnv('HALTDRILL_ALL_TOOLS', undefined);
    writeFileSync(join(folder, 'busybox'), '');
    expect(needs('busybox')).toHaveProperty('skip', true);
    chmodSync(join(folder, 'busybox'), 0o755);
    expect(needs('busybox')).toEqual({});
  });
});

describe('the counts of a report', () => {
  const test = (status: string, title: string, note?: string) => ({
    status,
    title,
    fullName: `group ${title}`,
    meta: note === undefined ? {} : { note },
  });
  const told = (testResults: readonly object[]) => {
    const folder = ownFolder();
    mkdirSync(join(folder, 'reports'));
    const path = join(folder, 'reports/wide.json');
    writeFileSync(path, JSON.stringify({ testResults }));
    return countsOf(path);
  };

  it('name what failed, and each reason for a skip once', () => {
    const results = [
      test('passed', 'a'),
      test('failed', 'b'),
      test('skipped', 'c', 'sshd is not installed'),
      test('pending', 'd', 'sshd is not installed'),
      test('todo', 'e'),
    ];
    const name = join(process.cwd(), 'test/x.test.ts');
    expect(told([{ name, status: 'failed', assertionResults: results }])).toEqual({
      counts: { passed: 1, failed: 1, skipped: 3 },
      lines: [
        'FAILED: test/x.test.ts: group b',
        'skipped: test/x.test.ts (2 tests): sshd is not installed',
        'skipped: test/x.test.ts: what "e" asks for is not here',
      ],
    });
  });

  it('have a file that could not be loaded as a failure', () => {
    const name = join(process.cwd(), 'test/y.test.ts');
    expect(told([{ name, status: 'failed', assertionResults: [] }])).toMatchObject({
      counts: { failed: 1 },
      lines: ['FAILED: test/y.test.ts'],
    });
  });
});
