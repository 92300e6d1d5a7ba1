import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownFolder, PACKAGE, requireFreshBuild, run } from './support/haltdrill.ts';

/** Those that a machine which is busy with other work made too late, or too early, for what the drill watched. */
const TIMED = ['halts-late', 'stops-late', 'grandchild-survives', 'persists-too-late', 'stops-one-again'];

const loops: ChildProcess[] = [];
beforeAll(() => {
  requireFreshBuild();
  for (let core = 0; core < 2; core += 1)
    loops.push(spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
});
afterAll(() => {
  for (const loop of loops) loop.kill('SIGKILL');
});

it.each(TIMED)('%s is caught beside two busy loops', async (name) => {
  const out = ownFolder();
  const { code, stdout } = await run(['selftest', '--only', name, '--jobs', '1', '--out', out]);
  expect(loops.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
  const [folder = ''] = readdirSync(out);
  const { rows } = JSON.parse(readFileSync(join(out, folder, 'selftest.json'), 'utf8'));
  expect(rows[0], stdout).toMatchObject({ name, asExpected: true, problems: [] });
  expect(code).toBe(0);
});

it('a liar times itself by the drill: one with another deadline finds it as late', async () => {
  const folder = ownFolder();
  const drill = join(folder, 'level-2.yaml');
  const text = readFileSync(join(PACKAGE, 'drills/selftest/level-2.yaml'), 'utf8');
  expect(text).toContain('within: 5s');
  writeFileSync(drill, text.replace('within: 5s', 'within: 7s'));
  const inventory = join(PACKAGE, 'inventory.yaml');
  const files = ['--inventory', inventory, '--drill', drill, '--out', folder];
  const { stdout } = await run(['drill', '--lab', 'stops-late', ...files, '--json']);
  const codes = JSON.parse(stdout).findings.map(({ code }: { code: string }) => code);
  expect(codes).toContain('late-stop');
  expect(codes).not.toContain('successful-no-op');
});
