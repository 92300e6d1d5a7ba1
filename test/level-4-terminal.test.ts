import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, PACKAGE, processesIn, requireFreshBuild } from './support/haltdrill.ts';
import { type OnTerminal, startOnTerminal } from './support/terminal.ts';

beforeAll(requireFreshBuild);

const PHRASE = 'SHUTDOWN INVICTUS';
const PROMPT = 'Type the confirmation phrase for level 4 (Ctrl-C leaves everything as it is): ';
const STEP = '[q] stop here and leave it halted: ';
const UNSEEN = '-echo -icanon -isig';
const USUAL = 'echo icanon isig';
const SHORTER = ['--drill', join(PACKAGE, 'drills/selftest/level-4.yaml')];

interface Started {
  readonly terminal: OnTerminal;
  readonly out: string;
  /** Where the lab lives. */
  readonly labs: string;
}

function drill(drill: readonly string[]): Started {
  const folder = ownFolder();
  const [out, labs] = [join(folder, 'out'), join(folder, 'labs')];
  mkdirSync(labs);
  const terminal = startOnTerminal(
    ['drill', '--inventory', join(PACKAGE, 'inventory.yaml'), ...drill, '--out', out],
    { folder: PACKAGE, env: { TMPDIR: labs } },
  );
  return { terminal, out, labs };
}

/** Every file below a folder, with its text. */
function filesIn(folder: string): { readonly file: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ file, text: readFileSync(file, 'latin1') }));
}

function report(out: string): { readonly verdict: Verdict; readonly text: string } {
  const folder = join(out, readdirSync(out).find((name) => name.includes('level-4')) ?? '');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return { verdict: JSON.parse(read('verdict.json')) as Verdict, text: read('report.md') };
}

describe('level 4 on a terminal', () => {
  it('is announced, confirmed unseen, resumed step by step by hand and by key, and proven', async () => {
    const { terminal, out, labs } = drill(['--level', '4']);
    const announced = await terminal.next(PROMPT);
    expect(announced).toContain('Shut everything down, the broker last');
    for (const host of ['knox (local)', 'tesseract (ssh ']) expect(announced).toContain(host);
    for (const service of ['principal (the broker itself)', 'hermes', 'sentinel'])
      expect(announced).toContain(`    ${service}\r\n`);
    expect(announced).toContain('step 1: ${KNOX_ROOT}/bin/principal resume ');
    // Nothing is started before somebody agrees.
    expect([readdirSync(labs), existsSync(out), terminal.modes()]).toEqual([[], false, UNSEEN]);

    terminal.type(`${PHRASE}\r`);
    await terminal.next('▸ baseline');
    expect(terminal.modes()).toBe(USUAL);
    expect(processesIn(labs).length).toBeGreaterThan(0);
    expect(processesIn(labs).join('\n')).not.toContain(PHRASE);

    // The first step as somebody does it who trusts nobody: copied from the screen, run by hand, then said so.
    await terminal.next('The manual resume, in order');
    const asked = await terminal.next(STEP);
    expect(terminal.modes()).toBe(UNSEEN);
    const command = /step 1 of \d+, on knox: (.*)\r\n {2}\[Enter\] runs it/.exec(asked)?.[1];
    if (command === undefined) throw new Error(`no command in ${asked}`);
    execFileSync('/bin/sh', ['-c', command], { stdio: 'pipe' });
    terminal.type('s');
    // The others by a key each, as many as there are.
    const over = terminal.next('exit code ').then(() => true);
    const more = async (): Promise<void> => {
      if (await Promise.race([over, terminal.next(STEP).then(() => false)])) return;
      terminal.type('\r');
      await more();
    };
    await more();
    const { code, before, after } = await terminal.ended;
    expect([code, after]).toEqual([0, before]);
    expect(before).toMatch(/:/);

    const { verdict, text } = report(out);
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored', environment: 'lab:reference' });
    expect(verdict.manualResume?.map(({ outcome }) => outcome)).toEqual([
      'by hand',
      ...Array((verdict.manualResume?.length ?? 1) - 1).fill('succeeded'),
    ]);
    expect(text).toContain('done by hand, somebody said');
    // Every guard was tried, those with a wrong phrase too: somebody is there.
    expect(verdict.guards.map(({ outcome }) => outcome)).toEqual(Array(4).fill('refused'));

    // The phrase was typed, sent and taken. It is in nothing that was shown or written.
    for (const shown of [terminal.raw(), terminal.screen()]) expect(shown).not.toMatch(/SHUTDOWN/);
    const files = filesIn(out);
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter(({ text }) => text.includes(PHRASE)).map(({ file }) => file)).toEqual([]);
    expect([processesIn(labs), readdirSync(labs)]).toEqual([[], []]);
  });

  it.each<[string, string, string]>([
    ['Ctrl-C at the prompt, half a phrase typed', 'SHUTDOWN\u0003', 'the prompt was left'],
    ['Ctrl-D', '\u0004', 'the prompt was left'],
    ['Enter alone', '\r', 'nothing was typed'],
    ['what is too short for a phrase', 'PASSWRD\r', 'no phrase has fewer than 8 characters'],
  ])('%s leaves everything as it was', async (_, keys, why) => {
    const { terminal, out, labs } = drill(['--level', '4']);
    await terminal.next(PROMPT);
    terminal.type(keys);
    const { code, before, after } = await terminal.ended;
    expect([code, after]).toEqual([3, before]);
    expect(terminal.screen()).toContain(`and nothing was started; ${why}; `);
    expect(terminal.screen()).not.toMatch(/SHUTDOWN|PASSWRD|starting the embedded lab/);
    expect([readdirSync(labs), existsSync(out)]).toEqual([[], false]);
  });

  it('puts the fleet back where Ctrl-C ends it, and where the terminal is then closed under the question', async () => {
    const { terminal, out, labs } = drill(SHORTER);
    await terminal.next(PROMPT);
    terminal.type(`${PHRASE}\r`);
    await terminal.next(STEP);
    terminal.type('\u0003');
    await terminal.next('SIGINT');
    // The question stands: nothing is run because somebody is in a hurry.
    expect(terminal.modes()).toBe(UNSEEN);
    terminal.close();
    await expect
      .poll(() => existsSync(out) && filesIn(out).some(({ file }) => file.endsWith('report.md')), {
        timeout: 90_000,
      })
      .toBe(true);
    expect(report(out).verdict).toMatchObject({ verdict: 'aborted', fleet: 'restored', exitCode: 4 });
    await expect.poll(() => [processesIn(labs), readdirSync(labs)], { timeout: 30_000 }).toEqual([[], []]);
    expect(filesIn(out).filter(({ text }) => text.includes(PHRASE))).toEqual([]);
  });
});
