import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
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

/** Uses up its descriptors, asks for a command, gives one back after another, and asks again. */
const STARVED = `
import { closeSync, openSync } from 'node:fs';
import { runLocally } from ${JSON.stringify(new URL('./command.ts', import.meta.url).href)};
const say = (word) => (result) => console.log(word, result.exitCode ?? result.message);
await runLocally(['true']).then(say('before'));
const taken = [];
try { for (;;) taken.push(openSync('/dev/null')); } catch {}
await runLocally(['true']).then(say('ran'), say('starved'));
for (const one of taken) closeSync(one);
await runLocally(['true']).then(say('after'));
`;

it('S2: a command that cannot be started for want of descriptors is a rejection, and no end of the process', async () => {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', STARVED];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 128 && exec "$@"', 'sh', ...node]);
  expect(stdout.trim().split('\n')).toEqual([
    'before 0',
    expect.stringMatching(/^starved true: could not be started: .*EMFILE/),
    'after 0',
  ]);
});

it.each([
  [['sh', '-c', 'yes | head -c 70000'], 'printed more than 65536 bytes'],
  [['sh', '-c', 'kill -KILL $$'], 'ended by SIGKILL'],
  [['/nonexistent/program'], 'could not be started: spawn /nonexistent/program ENOENT'],
])('%j: nothing is known of what it did', async (argv, why) => {
  await expect(runLocally(argv)).rejects.toThrow(why);
});
