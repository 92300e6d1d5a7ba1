import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../src/drill/model/journal.ts';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, PACKAGE, processesIn, requireFreshBuild, start } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

/** Run by a drill, again and again: fails once `fail` is there, and buys far too much once `buy` is. */
const COMMAND = `
import { existsSync, readFileSync } from 'node:fs';
const [, , folder, book, knox] = process.argv;
if (existsSync(folder + '/fail')) { console.log('volts too low'); process.exit(3); }
if (existsSync(folder + '/hang')) await new Promise(() => setInterval(() => {}, 1000));
if (existsSync(folder + '/buy')) {
  const order = { asset: 'BTC-USD', account: 'fat-finger', side: 'buy', quantity: 1000, type: 'market' };
  const { exchangeToken } = JSON.parse(readFileSync(knox + '/etc/invictus.json', 'utf8'));
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + exchangeToken };
  await fetch(new URL('/v1/orders', book), { method: 'POST', headers, body: JSON.stringify(order) });
}
`;

interface Drilled {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly verdict: Verdict;
  readonly entries: readonly Entry[];
  readonly report: string;
  readonly folder: string;
}

/** A level-2 drill of that lab, with these stop conditions; `inHold` names a file that appears once the hold has begun. */
async function drill(lab: string, stopWhen: (command: string) => string, inHold?: string): Promise<Drilled> {
  const folder = ownFolder();
  // With the usual max-gap: a host counts as lost for longer than that, and in the lab it is for no more than 2 s.
  const level2 = readFileSync(join(PACKAGE, 'drills/selftest/level-2.yaml'), 'utf8').replace(
    /^max-gap:.*\n/m,
    '',
  );
  writeFileSync(join(folder, 'command.mjs'), COMMAND);
  const command = `run: ["${process.execPath}", "${folder}/command.mjs", "${folder}", "\${EXCHANGE_URL}", "\${KNOX_ROOT}"]`;
  writeFileSync(join(folder, 'drill.yaml'), `${level2}\nstop-when:\n${stopWhen(command)}\n`);
  cpSync(join(PACKAGE, 'inventory.yaml'), join(folder, 'inventory.yaml'));
  const running = start(['drill', '--drill', 'drill.yaml', '--lab', lab, '--out', 'out'], {
    folder,
    env: { TMPDIR: folder },
  });
  if (inHold !== undefined) {
    await running.said('stage hold begins');
    writeFileSync(join(folder, inHold), '');
  }
  const { code, stdout, stderr } = await running.ended;
  // No lab, probe, canary or command is left, whichever way it ended.
  expect(processesIn(folder)).toEqual([]);
  const [id = ''] = readdirSync(join(folder, 'out')).filter((name) => name !== 'ledger.db');
  const read = (name: string): string => readFileSync(join(folder, 'out', id, name), 'utf8');
  const verdict = JSON.parse(read('verdict.json')) as Verdict;
  const lines = read('journal.jsonl').trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Entry);
  return { code, stdout, stderr, verdict, entries, report: read('report.md'), folder: `out/${id}` };
}

const met = ({ entries }: Drilled) => entries.filter((entry) => entry.kind === 'stop-condition');
const acts = ({ entries }: Drilled) =>
  entries.flatMap((entry) => (entry.kind === 'intent' && entry.act.act !== 'guard' ? [entry.act.act] : []));

/** The drill ended early by that condition and the fleet is proven to be back. */
function expectResumed(drilled: Drilled, when: string, evidence: RegExp): void {
  expect(met(drilled)).toMatchObject([{ condition: { when }, action: 'resume' }]);
  expect(met(drilled)[0]?.evidence).toMatch(evidence);
  expect(drilled.verdict).toMatchObject({ verdict: 'aborted', fleet: 'restored', exitCode: 4 });
  expect(drilled.code).toBe(4);
  expect(drilled.stdout.split('\n')[0]).toContain(`ABORTED: stop condition ${when}`);
  expect(drilled.report).toContain('## Stop conditions');
}

describe('a drill of the lab', () => {
  it('ends and resumes when a survivor dies', async () => {
    const drilled = await drill('kills-a-watcher', () => '  - survivor-dies: true');
    expectResumed(drilled, 'survivor-dies', /^sentinel on knox \(pid \d+\) has ended$/);
    // The resume does not bring it back; its own start command does.
    expect(acts(drilled)).toEqual(expect.arrayContaining(['trigger', 'resume', 'start-service']));
  });

  it('ends and resumes when a command fails', async () => {
    const drilled = await drill(
      'reference',
      (run) => `  - command: { host: controller, ${run}, every: 500ms, within: 5s }`,
      'fail',
    );
    expectResumed(drilled, 'command', /^it ended with 3: volts too low$/);
  });

  it('is left halted when a command does not end in time and its rule is to hold, and says so first', async () => {
    const drilled = await drill(
      'reference',
      (run) => `  - command: { host: controller, ${run}, every: 500ms, within: 2s }\n    then: hold`,
      'hang',
    );
    expect(met(drilled)).toMatchObject([{ condition: { when: 'command' }, action: 'hold' }]);
    expect(acts(drilled)).toEqual(['trigger', 'crash']);
    expect(drilled.verdict).toMatchObject({ verdict: 'aborted', fleet: 'halted', exitCode: 5 });
    expect(drilled.code).toBe(5);
    const [first] = drilled.stdout.split('\n');
    expect(first).toMatch(/^LAB \(reference\): ABORTED: THE FLEET IS LEFT HALTED by the rule command /);
    expect(first).toMatch(new RegExp(`; to resume: haltdrill recover ${drilled.folder}$`));
    expect(drilled.report).toContain(`    haltdrill recover ${drilled.folder}\n`);
  });

  it('ends and resumes when a position exceeds its bound', async () => {
    const drilled = await drill(
      'reference',
      (run) =>
        `  - position-exceeds: { asset: BTC-USD, bound: 500 }\n  - command: { host: controller, ${run}, every: 500ms, within: 5s }`,
      'buy',
    );
    expectResumed(drilled, 'position-exceeds', /^the position in BTC-USD is 1\d{3}, over 500$/);
  });

  it('ends and resumes when a host is lost', async () => {
    const drilled = await drill('lost-host', () => '  - host-lost: { for: 1200ms }');
    expectResumed(drilled, 'host-lost', /^tesseract gave no good sample for 1.2 s$/);
  });

  it('keeps its hands off when somebody else raises the level, and says so in capitals', async () => {
    const drilled = await drill(
      'second-operator-escalates',
      () => '  - foreign-incident: true\n  - survivor-dies: true',
    );
    expect(met(drilled).map(({ action }) => action)).toContain('hands-off');
    expect(acts(drilled)).not.toContain('resume');
    expect(acts(drilled)).not.toContain('start-service');
    expect(drilled.verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
    expect(drilled.code).toBe(5);
    expect(drilled.stdout.split('\n')[0]).toContain('HANDS OFF: A HALT THAT IS NOT THIS DRILL’S');
    expect(drilled.stderr).toContain('NOTHING MORE IS TOUCHED, RESUMED OR STARTED');
  });

  it('is not begun while a command fails', async () => {
    const drilled = await drill(
      'reference',
      () => '  - command: { host: controller, run: ["false"] }\n    then: hold',
    );
    expect(acts(drilled)).toEqual([]);
    expect(drilled.verdict).toMatchObject({ verdict: 'not-run', fleet: 'untouched', exitCode: 3 });
    expect(drilled.code).toBe(3);
  });
});
