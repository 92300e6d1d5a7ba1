import { describe, expect, it } from 'vitest';
import { type FakeFleet, fakePlan } from '../../test/fakes/fake-fleet.ts';
import { runFakeDrill } from '../../test/fakes/run-fake-drill.ts';
import type { Match } from './model/inventory.ts';

const asMac = ({ tesseract }: FakeFleet): void => {
  tesseract.os = 'Darwin';
};
const plan = fakePlan();
const matching = (at: string, match: Match) => ({
  services: plan.services.map((one) => (one.name === at ? { ...one, match } : one)),
});
const nameOn = (host: string): string => plan.services.find((one) => one.host === host)?.name ?? '';

describe('a host that shows its processes by ps alone', () => {
  it('can be drilled', async () => {
    const { verdict } = await runFakeDrill({ prepare: asMac });
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
    expect(verdict.notTested.join('\n')).toContain('ps of macOS does not show of tesseract');
  });

  it.each<[string, string, Match]>([
    ['a service of its own has an executable to be known by', 'tesseract', { exe: '/opt/x', script: '/x' }],
    ['one of elsewhere has nothing else', 'knox', { exe: '/opt/x' }],
  ])('is not, where %s', async (_, host, match) => {
    const { fleet, verdict } = await runFakeDrill({ plan: matching(nameOn(host), match), prepare: asMac });
    expect(verdict).toMatchObject({ verdict: 'not-run', exitCode: 3, fleet: 'untouched' });
    expect(fleet.acts).toEqual([]);
    expect(JSON.stringify(fleet.entries.at(-1)) + JSON.stringify(verdict)).toContain(
      `${nameOn(host)} cannot be told from others there`,
    );
  });
});
