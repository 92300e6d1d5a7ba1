import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import type { Behaviour } from '../hostile/hostile-host.ts';
import { ownFolder, processesIn, run } from './haltdrill.ts';
import { startHostileFleet } from './hostile-fleet.ts';

/** What no terminal, page or shell may be given as it is: escape sequences, and C1 controls in UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/**
 * Drills a fleet one of whose hosts turns hostile with the halt. Whatever that host says, the drill is no pass and ends, the honest host
 * is restored, and nothing of what it said is run, or shown as it came. Resolves with the verdict.
 */
export async function hostileDrill(behaviour: Behaviour): Promise<Verdict> {
  const folder = ownFolder();
  const fleet = startHostileFleet(folder, behaviour, '$(touch spelled)\u001b[31m`touch spelled`');
  try {
    const env = { PATH: `${fleet.bin}:${process.env.PATH ?? ''}`, TMPDIR: folder };
    const { code, stdout, stderr } = await run(['drill', '--level', '2', '--json'], { folder, env });
    const verdict = JSON.parse(stdout) as Verdict;
    // What became of the service that stays cannot be told, and is not taken on trust.
    expect(code, stderr).toBe(5);
    expect(['halted', 'unknown']).toContain(verdict.fleet);
    expect(['fail', 'inconclusive']).toContain(verdict.verdict);
    expect(fleet.calls().map((call) => call.split(' ')[0])).toEqual(['halt', 'resume']);
    const accused = verdict.findings.filter(({ host, service }) => host !== 'knox' && service !== null);
    expect(accused, 'nobody of the honest host is accused').toEqual([]);
    for (const agent of ['hermes', 'shiva'])
      expect(processesIn(`${folder}/bin/${agent}`), `${agent} is back, once`).toHaveLength(1);
    const report = join(folder, 'reports', verdict.drillId);
    const written = readdirSync(report).filter((name) => /\.(?:html|jsonl?|md|xml)$/.test(name));
    expect(written).toEqual(
      expect.arrayContaining(['report.html', 'report.md', 'junit.xml', 'verdict.json']),
    );
    for (const name of written) expect(RAW.exec(textOf(join(report, name)))?.[0], name).toBeUndefined();
    for (const text of [stdout, stderr]) expect(RAW.exec(text)?.[0]).toBeUndefined();
    expect(textOf(join(report, 'report.html'))).not.toContain('<script>spelled');
    expect(existsSync(join(folder, 'spelled')) || existsSync('spelled')).toBe(false);
    return verdict;
  } finally {
    fleet.end();
  }
}

const textOf = (file: string): string => readFileSync(file, 'utf8');
