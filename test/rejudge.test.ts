import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BINARY, ownFolder, PACKAGE, requireFreshBuild, run } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

const SAME = 'haltdrill: the stored verdict.json is the same, byte for byte\n';

/** One real drill of the lab; resolves with its report folder and its exit code. */
async function drilled(...options: string[]): Promise<{ folder: string; code: number | null }> {
  const out = ownFolder();
  const drill = join(PACKAGE, 'drills/selftest/level-2.yaml');
  const { code } = await run(['drill', '--drill', drill, '--out', out, ...options]);
  const id = readdirSync(out).find((name) => name.includes('level-2'));
  if (id === undefined) throw new Error('the drill left no report folder');
  return { folder: join(out, id), code };
}

describe('rejudge', () => {
  it.each([
    { about: 'the reference', options: ['--lab', 'reference'] },
    { about: 'a broker that stops on the wrong host', options: ['--lab', 'as-found'] },
    {
      about: 'accepted findings, strictly',
      options: [
        '--lab',
        'as-found',
        '--strict',
        '--known-issues',
        join(PACKAGE, 'examples/known-issues.as-found.yaml'),
      ],
    },
    { about: 'a host that answers in riddles', options: ['--lab', 'garbled-lines'] },
  ])('gives the verdict of the drill itself: $about', { timeout: 120_000 }, async ({ options }) => {
    const { folder, code } = await drilled(...options);
    const again = await run(['rejudge', folder, '--json']);
    expect(again.code).toBe(code);
    expect(again.stdout).toBe(readFileSync(join(folder, 'verdict.json'), 'utf8'));
    expect(again.stderr).toBe(SAME);
    expect(await tampered(folder)).toEqual({ truncated: 'no pass', torn: 70, stored: 'told' });
  });

  it('is bad usage where there is no journal', async () => {
    const { code, stdout, stderr } = await run(['rejudge', ownFolder()]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/^haltdrill: there is no journal\.jsonl in .*; name that folder/);
    expect((await run(['rejudge'])).code).toBe(64);
  });

  it('refuses the journal of a later version with one line', async () => {
    const folder = ownFolder();
    const record = { id: 'e-1', atMs: 1, wall: '2026-11-22T10:00:00.000Z' };
    const journal = join(folder, 'journal.jsonl');
    writeFileSync(journal, `${JSON.stringify({ ...record, kind: 'opened', format: 2 })}\n`);
    const format = await run(['rejudge', folder]);
    expect(format).toMatchObject({ code: 64, stdout: '' });
    expect(format.stderr).toMatch(/^haltdrill: .*is of format 2; this version knows 1; upgrade haltdrill\n$/);
    writeFileSync(journal, `${JSON.stringify({ ...record, kind: 'oracle' })}\n`);
    const kind = await run(['rejudge', folder]);
    expect(kind).toMatchObject({ code: 64, stdout: '' });
    expect(kind.stderr).toMatch(/^haltdrill: .*"oracle", which this version does not know/);
  });

  it('is an internal error where nothing says what was to be done', async () => {
    const folder = ownFolder();
    writeFileSync(join(folder, 'journal.jsonl'), '');
    expect(await run(['rejudge', folder])).toMatchObject({ code: 70, stdout: '' });
  });
});

/** What comes of a journal that lost its end, of one that lost a line, and of a stored verdict that was bettered. */
async function tampered(folder: string): Promise<{ truncated: string; torn: number | null; stored: string }> {
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
  const copy = ownFolder();
  const judge = (kept: readonly string[]) => {
    writeFileSync(join(copy, 'journal.jsonl'), `${kept.join('\n')}\n`);
    return run(['rejudge', copy, '--json'], { folder: join(BINARY, '../..') });
  };
  mkdirSync(copy, { recursive: true });
  copyFileSync(join(folder, 'verdict.json'), join(copy, 'verdict.json'));
  const truncated = await judge(lines.slice(0, -1));
  const torn = await judge([...lines.slice(0, 20), ...lines.slice(21)]);
  writeFileSync(join(copy, 'verdict.json'), '{"verdict":"pass"}\n');
  const stored = await judge(lines);
  return {
    truncated:
      truncated.code !== 0 && !truncated.stdout.includes('"verdict": "pass"') ? 'no pass' : truncated.stdout,
    torn: torn.code,
    // What is judged otherwise than when it was gathered proves nothing, whatever it is judged to be.
    stored: stored.stderr.includes('DIFFERS') && stored.code !== 0 ? 'told' : stored.stderr,
  };
}
