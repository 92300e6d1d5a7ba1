import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, startLab } from './lab-process.ts';

let folder: string;
let started: Lab[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-labproc-'));
});
afterEach(async () => {
  for (const lab of started) await lab.stop();
  started = [];
  rmSync(folder, { recursive: true });
});

/** A program in the lab's place. `ready` prints the ready line with the given extra environment. */
function program(code: string): string {
  const entry = join(folder, 'main.mjs');
  writeFileSync(
    entry,
    `import { writeFileSync } from 'node:fs';
     const ready = (env = {}) => console.log(JSON.stringify({ ready: true, root: '/lab', pid: process.pid, env }));
     const endsWithStdin = () => process.stdin.resume().on('end', () => process.exit(0));
     const folder = ${JSON.stringify(folder)};
     ${code}`,
  );
  return entry;
}

async function start(code: string, signal?: AbortSignal): Promise<Lab> {
  const lab = await startLab('reference', {
    entry: program(code),
    ...(signal === undefined ? {} : { signal }),
  });
  started.push(lab);
  return lab;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('startLab', () => {
  it('tells the lab what the drill watches, and else nothing of it', async () => {
    const says = program('ready({ told: String(process.env.HALTDRILL_LAB_WATCHED) }); endsWithStdin();');
    const watched = { withinMs: 8000, lateMs: 1500, holdMs: 30_000, maxGapMs: 900 };
    for (const options of [{ entry: says, watched }, { entry: says }]) {
      started.push(await startLab('reference', options));
    }
    expect(started.map(({ env }) => env.told)).toEqual([
      'within=8000 late=1500 hold=30000 max-gap=900',
      'undefined',
    ]);
  });

  it('hands on what the ready line says, and gives the lab its variant and a process group of its own', async () => {
    const lab = await start('ready({ argv: process.argv.slice(2).join(" ") }); endsWithStdin();');
    expect(lab.env).toEqual({ argv: '--variant reference' });
    expect(lab.root).toBe('/lab');
    // proc_pid_stat(5): after the name in brackets come state, parent and process group.
    const stat = readFileSync(`/proc/${lab.pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    expect(stat?.[2]).toBe(String(lab.pid));
    await Promise.all([lab.stop(), lab.stop()]);
    expect(isAlive(lab.pid)).toBe(false);
  });

  it('keeps the lab alive for as long as it is not stopped, however much it says', async () => {
    const lab = await start(
      `ready(); process.stdout.write('x'.repeat(1 << 20), () => writeFileSync(folder + '/drained', '')); endsWithStdin();`,
    );
    await expect.poll(() => readFileSync(join(folder, 'drained'), 'utf8'), { timeout: 10_000 }).toBe('');
    expect(isAlive(lab.pid)).toBe(true);
  });

  it.each([
    [
      'says why it cannot',
      `console.log('{"ready":false,"error":"unknown variant: x"}'); process.exit(1)`,
      /^unknown variant: x$/,
    ],
    [
      'dies',
      `console.error('one\\ntwo'); process.exit(3)`,
      /^the lab ended with code 3 before it was ready; it said: one \| two$/,
    ],
    [
      'is killed',
      `process.kill(process.pid, 'SIGKILL')`,
      /^the lab was ended by SIGKILL before it was ready$/,
    ],
    [
      'says something else',
      `console.log('hello \\u001b[2J'); endsWithStdin()`,
      /^the lab did not say that it is ready but: hello \\u\{1b\}/,
    ],
    [
      'leaves out the folder',
      `console.log('{"ready":true,"env":{},"pid":1}'); endsWithStdin()`,
      /did not say that it is ready/,
    ],
    [
      'never ends its line',
      `process.stdout.write('x'.repeat(70000)); endsWithStdin()`,
      /^the lab wrote too much/,
    ],
  ])('rejects in one line when the lab %s', async (_, code, message) => {
    await expect(start(code)).rejects.toThrow(message);
  });

  it('rejects when there is no such program', async () => {
    await expect(startLab('reference', { entry: join(folder, 'none.js') })).rejects.toThrow(
      /Cannot find module/,
    );
  });

  it('leaves no process when the start is aborted', async () => {
    const abort = new AbortController();
    const starting = start(
      `writeFileSync(folder + '/pid', String(process.pid)); endsWithStdin();`,
      abort.signal,
    );
    const pid = (): number => Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => pid(), { timeout: 10_000 }).toBeGreaterThan(0);
    abort.abort(new Error('interrupted'));
    await expect(starting).rejects.toThrow('interrupted');
    expect(isAlive(pid())).toBe(false);
  });

  it('is not ended by an abort once it is ready', async () => {
    const abort = new AbortController();
    const lab = await start('ready(); endsWithStdin();', abort.signal);
    abort.abort();
    await new Promise((done) => setImmediate(done));
    expect(isAlive(lab.pid)).toBe(true);
  });

  it('kills a lab that ignores SIGTERM and its stdin', { timeout: 30_000 }, async () => {
    const lab = await start(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); ready();`);
    await lab.stop();
    expect(isAlive(lab.pid)).toBe(false);
  });
});
