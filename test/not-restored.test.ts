import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ownFolder, PACKAGE, processesIn, requireFreshBuild, run } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

const drill = (lab: string) => {
  const folder = ownFolder();
  const file = join(PACKAGE, 'drills/selftest/level-2.yaml');
  return run(
    ['drill', '--inventory', join(PACKAGE, 'inventory.yaml'), '--drill', file, '--lab', lab, '--out', 'out'],
    {
      folder,
      env: { TMPDIR: folder },
    },
  ).then((ran) => ({ ...ran, left: processesIn(folder) }));
};

it('a fleet that nobody can resume ends with exit code 5, and is the first thing said', async () => {
  const { code, stdout, left } = await drill('api-500-after-halt');
  expect(stdout.split('\n')[0]).toMatch(/^LAB \(api-500-after-halt\): THE FLEET IS NOT PROVEN RESTORED; /);
  expect(code).toBe(5);
  expect(left).toEqual([]);
});

it('one that came back though the drill failed does not', async () => {
  const { code, stdout, left } = await drill('names-the-wrong-host');
  expect(stdout.split('\n')[0]).toMatch(/^LAB \(names-the-wrong-host\): FAIL: /);
  expect(code).toBe(1);
  expect(left).toEqual([]);
});
