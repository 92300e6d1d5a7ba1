import { beforeAll, expect, it } from 'vitest';
import { requireFreshBuild } from './support/haltdrill.ts';
import { hostileDrill } from './support/hostile-drill.ts';

// The rest of what a host may turn to is in hostile-hosts.test.ts, which takes minutes.

beforeAll(requireFreshBuild);

const codesAt = ({ findings }: Awaited<ReturnType<typeof hostileDrill>>): string[] =>
  findings.filter(({ host }) => host === 'knox').map(({ code }) => code);

it('S6: a host that writes to terminals, pages and shells reaches none, and the other is restored', async () => {
  expect(codesAt(await hostileDrill('spells'))).toContain('blind-probe');
});

it('S6: a host that lists a million processes is unreadable, and the other is restored', async () => {
  const verdict = await hostileDrill('a-million');
  expect(codesAt(verdict)).toContain('blind-probe');
  expect([verdict.verdict, verdict.fleet]).toEqual(['inconclusive', 'unknown']);
});
