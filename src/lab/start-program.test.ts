import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startProgram } from './start-program.ts';

const before = { ...process.env };
beforeEach(() => {
  Object.assign(process.env, { PRINCIPAL_TOKEN: 'planted-token-0451', HALTDRILL_LAB_ROOT: '/lab' });
});
afterEach(() => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before);
});

const environment = async (options: { readonly env?: NodeJS.ProcessEnv }): Promise<string[]> => {
  const { stdout, stdin } = startProgram('/usr/bin/env', [], { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  stdin.end();
  return (await text(stdout)).trim().split('\n');
};

it("S1: a process of the lab has the lab's mark and no secret of whoever started the lab", async () => {
  const own = await environment({});
  expect(own).toEqual(expect.arrayContaining([`PATH=${process.env.PATH}`, 'HALTDRILL_LAB_ROOT=/lab']));
  expect(own.join('\n')).not.toContain('planted-');
});

it('S1: one that is given an environment has that, and nothing else', async () => {
  expect(await environment({ env: { HOME: '/lab/knox' } })).toEqual(['HOME=/lab/knox']);
});
