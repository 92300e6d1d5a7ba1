import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, PACKAGE, processesIn, requireFreshBuild, run } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

/** Counts for minutes, once the fleet is halted. */
const LONG =
  '(with recursive n(i) as (select 1 union all select i + 1 from n limit 2000000000) select count(*) from n) > 0';

it('S12: resumes the fleet and ends, though the state cannot be read to its end while the halt stands', async () => {
  const folder = ownFolder();
  const shipped = readFileSync(join(PACKAGE, 'inventory.yaml'), 'utf8');
  const text = shipped.replace(/(query: select .* from halt_state)$/m, `$1 where level = 0 or ${LONG}`);
  expect(text).toContain(LONG);
  writeFileSync(join(folder, 'inventory.yaml'), text);
  writeFileSync(join(folder, 'level-2.yaml'), readFileSync(join(PACKAGE, 'drills', 'level-2.yaml'), 'utf8'));
  const { code, stdout, stderr } = await run(['drill', '--drill', 'level-2.yaml', '--json'], {
    folder,
    env: { TMPDIR: folder },
  });
  const verdict = JSON.parse(stdout) as Verdict;
  expect([code, verdict.verdict, verdict.fleet], stderr).toEqual([2, 'inconclusive', 'restored']);
  expect(verdict.findings.map(({ code: found }) => found)).toContain('unreadable-store');
  const journal = readFileSync(join(folder, 'reports', verdict.drillId, 'journal.jsonl'), 'utf8');
  expect(journal).toContain('reading it took longer than 5000 ms, and was ended');
  expect(processesIn(folder)).toEqual([]);
});
