import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createController } from './run-here.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-here-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Command lines of live processes that name the folder. */
function left(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(folder) ? [line] : [];
    } catch {
      return [];
    }
  });
}

const sh = (script: string): string[] => ['sh', '-c', script, folder];

describe('a command on the controller', () => {
  it('tells how it ended, and what it said', async () => {
    const { run } = createController();
    expect(await run(sh('echo out; echo err >&2; exit 3'), 10_000)).toEqual({
      kind: 'present',
      value: { exitCode: 3, output: expect.stringMatching(/^(?:out\nerr|err\nout)\n$/) },
    });
    expect(await run(['true'], 10_000)).toEqual({ kind: 'present', value: { exitCode: 0, output: '' } });
  });

  it('is never read by a shell', async () => {
    const { run } = createController();
    const words = ['$HOME', '`id`', `x; touch ${folder}/made`, '*'];
    expect(await run(['printf', '%s\n', ...words], 10_000)).toMatchObject({
      value: { output: `${words.join('\n')}\n` },
    });
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  it('is ended with its whole process group when it is late', async () => {
    const { run } = createController();
    const late = await run(sh('trap "" TERM; (while :; do sleep 1; done) & wait'), 300);
    expect(late).toEqual({ kind: 'unreadable', reason: 'it did not end within 300 ms' });
    await expect.poll(left).toEqual([]);
  });

  it('leaves nothing of itself behind when it has ended, and does not wait for it', async () => {
    const { run } = createController();
    expect(await run(sh(`sh -c 'while :; do sleep 1; done' ${folder} & exit 0`), 20_000)).toMatchObject({
      value: { exitCode: 0 },
    });
    await expect.poll(left).toEqual([]);
  });

  it('is ended when the drill is over', async () => {
    const controller = createController();
    const running = controller.run(sh('while :; do sleep 1; done'), 60_000);
    await expect.poll(() => left().length).toBeGreaterThan(0);
    await controller.close();
    expect(await running).toEqual({ kind: 'unreadable', reason: 'it was ended by SIGKILL' });
    await expect.poll(left).toEqual([]);
  });

  it('keeps no more than 64 KiB of what it says, and is not held up by the rest', async () => {
    const { run } = createController();
    const said = await run(sh('head -c 1000000 /dev/zero | tr "\\0" x'), 20_000);
    expect(said.kind === 'present' && said.value.output).toBe(`${'x'.repeat(65_536)}…`);
  });

  it('that cannot be started is unreadable', async () => {
    const { run } = createController();
    expect(await run([join(folder, 'none')], 10_000)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('ENOENT'),
    });
    expect(await run([], 10_000)).toMatchObject({ kind: 'unreadable' });
    expect(await run(['true', 'a\0b'], 10_000)).toMatchObject({ kind: 'unreadable' });
  });
});
