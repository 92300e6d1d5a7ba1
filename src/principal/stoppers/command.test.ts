import { afterEach, beforeEach, expect, it } from 'vitest';
import { localRunner, runLocally } from './command.ts';

const before = { ...process.env };
beforeEach(() => {
  Object.assign(process.env, { PRINCIPAL_TOKEN: 'planted-token-0451', LC_TOKEN: 'planted-locale-0451' });
  Object.assign(process.env, { XDG_RUNTIME_DIR: '/run/user/0451', SSH_AUTH_SOCK: 'planted-agent-0451' });
});
afterEach(() => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before);
});

it("S1: a stopper's command, and what it starts again, inherits a short list and no secret of the environment", async () => {
  const { exitCode, stdout } = await runLocally(['env']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`PATH=${process.env.PATH}`);
  expect(stdout).toContain('XDG_RUNTIME_DIR=/run/user/0451');
  expect(stdout).not.toContain('planted-');
});

it('S1: what is given besides is given by name', async () => {
  const { stdout } = await localRunner({ EXCHANGE_PORT: '8700' })(['env']);
  expect(stdout.split('\n')).toContain('EXCHANGE_PORT=8700');
  expect(stdout).not.toContain('planted-');
});
