import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import type { FleetCase } from './fleet/fleet-case.ts';

const CLEAN: FleetCase = {
  name: 'clean',
  targets: [
    { name: 'hermes', host: 'east', unit: ['Restart=always', 'RestartSec=100ms'] },
    { name: 'shiva', host: 'east' },
    { name: 'foresight', host: 'west' },
  ],
};

it('a halt that halts passes, and the broker remembers it over its crash', async () => {
  const result = await drilled({
    ...CLEAN,
    drill: { crash: 'principal', guards: ['no-token', 'wrong-token', 'resume-wrong-incident'] },
  });
  expect(primary(result), result.stderr).toEqual([]);
  expect(result).toMatchObject({
    code: 0,
    verdict: { verdict: 'pass', fleet: 'restored', environment: 'live' },
  });
  expect(result.verdict.coverage).toMatchObject({
    hosts: { declared: 3, answered: 3 },
    targets: { declared: 3, proven: 3 },
  });
});
