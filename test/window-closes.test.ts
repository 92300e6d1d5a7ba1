import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Effects } from '../src/cli/effects.ts';
import { runCli } from '../src/cli/run-cli.ts';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { createEffects } from '../src/effects.ts';
import { createFiles } from '../src/files.ts';
import { ownFolder, PACKAGE, requireFreshBuild } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

const OPEN = '2026-12-05T02:30:00.000Z';
const CLOSED = '2026-12-05T04:00:00.000Z';

/** A drill of the lab in a window that closes at `closes`; the wall clock stands still until then. */
async function drilled(closes: 'while it holds' | 'never') {
  const folder = ownFolder();
  const window = 'windows: [{ cron: "0 3 * * 6", duration: 2h, zone: Europe/Berlin }]\n';
  const text = readFileSync(join(PACKAGE, 'drills', 'level-2.yaml'), 'utf8');
  writeFileSync(join(folder, 'level-2.yaml'), `${text}\n${window}`);
  writeFileSync(join(folder, 'inventory.yaml'), readFileSync(join(PACKAGE, 'inventory.yaml'), 'utf8'));
  const { effects } = createEffects();
  let wall = OPEN;
  let out = '';
  let err = '';
  const fake: Effects = {
    ...effects,
    folder,
    files: createFiles(folder),
    wall: () => wall,
    out: {
      write: (words) => {
        out += words;
      },
      isTerminal: false,
      columns: 80,
    },
    err: {
      write: (words) => {
        err += words;
        if (closes === 'while it holds' && /^.*\bhold\b/m.test(words)) wall = CLOSED;
      },
      isTerminal: false,
      columns: 80,
    },
  };
  const argv = ['drill', '--drill', 'level-2.yaml', '--out', 'reports', '--json', '--scheduled'];
  const code = await runCli([...argv, '--skip-gate', 'the broker was replaced'], fake);
  return { code, err, verdict: JSON.parse(out) as Verdict };
}

it('resumes and aborts a drill whose window closes while it runs', async () => {
  const { code, err, verdict } = await drilled('while it holds');
  expect(err).toContain('haltdrill: its window closed; ending the drill and putting the fleet back');
  expect([code, verdict.verdict, verdict.fleet]).toEqual([4, 'aborted', 'restored']);
  expect(verdict.headline).toBe('LAB (reference): ABORTED: its window closed; the fleet is restored');
});

it('lets a scheduled drill run to its end inside its window, and shows why the gate was skipped', async () => {
  const { code, verdict } = await drilled('never');
  expect([code, verdict.verdict, verdict.fleet]).toEqual([0, 'pass', 'restored']);
  expect(verdict.gateSkipped).toBe('the broker was replaced');
});
