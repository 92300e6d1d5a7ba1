import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { selftest } from '../src/cli/commands/selftest.ts';
import type { Effects } from '../src/cli/effects.ts';
import { createEffects } from '../src/effects.ts';
import { ownFolder, processesIn, requireFreshBuild, run, start } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

/** What `haltdrill selftest --json` would print, had the lab this catalogue. */
async function selftestOf(catalogue: readonly unknown[], out: string) {
  let text = '';
  const { effects } = createEffects();
  const handed: Effects = {
    ...effects,
    labCatalogue: async () => JSON.stringify(catalogue),
    out: {
      ...effects.out,
      write: (part) => {
        text += part;
      },
    },
    err: { ...effects.err, write: () => undefined },
  };
  const code = await selftest({ out, json: true, jobs: 1 }, handed);
  return { code, said: JSON.parse(text) };
}

const row = (name: string, expectation: unknown) => ({
  name,
  about: name,
  seams: [],
  alone: false,
  expect: expectation,
});
const asFound = {
  kind: 'liar',
  level: 2,
  primary: 'successful-no-op',
  on: 'hermes',
  also: ['wrong-host-stop', 'false-claim', 'order-after-halt', 'unpersisted-halt', 'split-state'],
};

describe('the self-test', () => {
  it('catches a liar, lets an honest fleet pass, and leaves nothing', async () => {
    const out = ownFolder();
    const { code, said } = await selftestOf(
      [row('as-found', asFound), row('slow-stop', { kind: 'honest', level: 2 }), row('unasked', null)],
      out,
    );
    expect(
      said.rows.map(({ name, problems }: { name: string; problems: unknown }) => [name, problems]),
    ).toEqual([
      ['as-found', []],
      ['slow-stop', []],
    ]);
    expect(said).toMatchObject({ ok: true, liars: 1, caught: 1, honest: 1, falseAlarms: 0 });
    expect(code).toBe(0);
    const [folder = ''] = readdirSync(out);
    expect(readFileSync(join(out, folder, 'selftest.md'), 'utf8')).toContain('caught 1/1, false alarms 0/1');
    const kept = readdirSync(join(out, folder, 'as-found'), { recursive: true, encoding: 'utf8' });
    expect(kept.some((name) => name.endsWith('verdict.json'))).toBe(true);
    expect(kept.some((name) => name.endsWith('journal.jsonl'))).toBe(false);
    expect(processesIn(out)).toEqual([]);
  });

  it('fails where the expectation is wrong: another code, an honest fleet called a liar, a liar called honest', async () => {
    const out = ownFolder();
    const { code, said } = await selftestOf(
      [
        row('as-found', { ...asFound, primary: 'amnesia-restart' }),
        row('slow-stop', { kind: 'liar', level: 2, primary: 'late-stop' }),
      ],
      out,
    );
    expect(code).toBe(1);
    expect(said).toMatchObject({ ok: false, liars: 2, caught: 0 });
    expect(said.rows[0].problems).toContain('amnesia-restart on hermes was not found');
    expect(said.rows[1].problems).toContain('the verdict is pass, not fail');

    const accused = await selftestOf([row('as-found', { kind: 'honest', level: 2 })], out);
    expect(accused).toMatchObject({ code: 1, said: { honest: 1, falseAlarms: 1 } });
  });

  it('ends its drills when it is interrupted, and leaves nothing', async () => {
    const out = ownFolder();
    const tmp = ownFolder();
    const running = start(['selftest', '--only', 'slow-stop', '--only', 'reference', '--out', out], {
      env: { TMPDIR: tmp },
    });
    await expect.poll(() => readdirSync(tmp).length, { timeout: 60_000 }).toBe(2);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(stdout).toContain('cut short, 2 not drilled');
    expect(code).toBe(4);
    expect(processesIn(tmp)).toEqual([]);
    expect(readdirSync(tmp)).toEqual([]);
  });

  it('knows its fleets', async () => {
    const { code, stdout, stderr } = await run(['selftest', '--only', 'slow-stopp']);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('the self-test has no fleet `slow-stopp`; did you mean slow-stop?');
    expect((await run(['selftest', '--slice', '3/2'])).code).toBe(64);
  });
});
