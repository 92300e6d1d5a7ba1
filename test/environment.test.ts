import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, PACKAGE, processesIn, requireFreshBuild, start } from './support/haltdrill.ts';
import { type SwitchFleet, startSwitchFleet } from './support/switch-fleet.ts';

beforeAll(requireFreshBuild);

/** A word that no other test has, which may run beside this one. */
const WORD = `planted-by-${process.pid}`;

/** In the environment of the runner; the inventory of the fleet of scripts names the first. */
const PLANTED = {
  EXTRA_SECRET: `${WORD}-secret`,
  PRINCIPAL_TOKEN: `${WORD}-token`,
  AWS_SECRET_ACCESS_KEY: `${WORD}-key`,
  LC_SECRET: `${WORD}-locale`,
};

let fleet: SwitchFleet | null = null;
afterEach(() => {
  fleet?.end();
  fleet = null;
});

function read(pid: string, what: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'latin1').replaceAll('\0', '\n');
  } catch {
    // It ended, or is somebody else's.
    return '';
  }
}

/**
 * A drill with the planted secrets in its environment; the command lines of all that it started, and of those among them that had
 * one too, sampled until it has ended. A process that has not called exec yet is the runner still, and is passed over.
 */
async function drilled(argv: readonly string[], folder: string) {
  const running = start(['drill', ...argv, '--json'], {
    folder,
    env: { ...PLANTED, TMPDIR: folder },
    stdin: null,
  });
  const own = read(String(running.child.pid), 'cmdline');
  const all = new Set<string>();
  const told = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = read(pid, 'cmdline');
      if (line === '' || line === own || pid === String(running.child.pid)) continue;
      const environment = read(pid, 'environ');
      if (!environment.includes(folder) && !environment.includes(WORD)) continue;
      all.add(line);
      if (environment.includes(WORD)) told.add(line);
    }
  };
  const timer = setInterval(look, 20);
  const { code, stdout, stderr } = await running.ended;
  clearInterval(timer);
  const verdict = JSON.parse(stdout) as Verdict;
  expect([code, verdict.verdict, verdict.fleet], stderr).toEqual([0, 'pass', 'restored']);
  return { all: [...all], told: [...told] };
}

it('S1: an agent that came back after a drill has no secret of its operator, nor has any command of the drill', async () => {
  const folder = ownFolder();
  fleet = startSwitchFleet(folder);
  const file = join(folder, 'inventory.yaml');
  const inventory = readFileSync(file, 'utf8');
  writeFileSync(file, `${inventory}secrets: ["\${EXTRA_SECRET}"]\n`);
  const { all, told } = await drilled(['--level', '2'], folder);
  expect(all.some((line) => line.includes('haltdrill-canary'))).toBe(true);
  expect(told).toEqual([]);
  const back = ['hermes', 'shiva'].map((name) => readFileSync(join(folder, 'run', name), 'utf8').trim());
  for (const pid of back) {
    expect(read(pid, 'environ')).toContain(`TMPDIR=${folder}`);
    expect(read(pid, 'environ')).not.toContain(WORD);
  }
});

it('S1: no process of a whole drill of the lab has a secret of the environment of the runner', async () => {
  const folder = ownFolder();
  const file = join(PACKAGE, 'drills/selftest/level-2.yaml');
  cpSync(join(PACKAGE, 'inventory.yaml'), join(folder, 'inventory.yaml'));
  const { all, told } = await drilled(['--drill', file, '--lab', 'reference', '--out', 'out'], folder);
  for (const started of ['dist/lab/main.js', 'haltdrill-canary', 'bin/hermes', 'bin/principal'])
    expect(
      all.some((line) => line.includes(started)),
      started,
    ).toBe(true);
  expect(told).toEqual([]);
  expect(processesIn(folder)).toEqual([]);
});
