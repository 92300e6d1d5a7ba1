import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownFolder } from '../../test/support/haltdrill.ts';
import { passed } from '../../test/support/verdicts.ts';
import { openLedger } from '../adapters/ledger/proofs-db.ts';
import { writeFileAtomic } from '../adapters/system/files.ts';
import { createEffects } from '../effects.ts';
import type { Effects } from './effects.ts';
import { writeReports } from './write-reports.ts';

const rerun = ['haltdrill', 'drill', '--level', '2'];
const { effects } = createEffects();

const NAMES = ['verdict.json', 'junit.xml', 'report.html', 'report.md'];

async function report(over: Partial<Effects>, verdict = passed) {
  const folder = ownFolder();
  const lost = await writeReports({ verdict, folder, reports: folder, rerun }, { ...effects, ...over });
  return { folder, lost };
}

it('writes every report for the owner only, and records the proof', async () => {
  const { folder, lost } = await report({});
  expect(lost).toEqual([]);
  expect(JSON.parse(await readFile(join(folder, 'verdict.json'), 'utf8'))).toEqual(passed);
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('    haltdrill drill --level 2\n');
  expect((await readdir(folder)).filter((name) => !name.startsWith('ledger.db')).sort()).toEqual(
    [...NAMES].sort(),
  );
  for (const name of NAMES) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  }
  const ledger = openLedger(join(folder, 'ledger.db'));
  expect(ledger.list().map(({ drillId }) => drillId)).toEqual([passed.drillId]);
  ledger.close();
});

it.each(NAMES)('loses only %s where it cannot be written, and names it in the rest', async (name) => {
  const files = {
    ...effects.files,
    write: (path: string, text: string) =>
      path.endsWith(name) ? Promise.reject(new Error('the disk is full')) : writeFileAtomic(path, text),
  };
  const { folder, lost } = await report({ files });
  expect(lost).toEqual([`${name} was not written; the disk is full`]);
  for (const other of ['report.html', 'report.md'].filter((one) => one !== name))
    expect(await readFile(join(folder, other), 'utf8')).toContain(
      `${name} was not written; the disk is full`,
    );
  for (const other of NAMES.filter((one) => one !== name))
    expect((await stat(join(folder, other))).size).toBeGreaterThan(0);
});

it('loses only what its reporter throws at', async () => {
  const { lost, folder } = await report({}, { ...passed, notTested: null as never });
  expect(lost.map((line) => line.split(' ')[0])).toEqual(['report.html', 'report.md']);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['verdict.json', 'junit.xml', 'ledger.db']));
});

it('reports all the same where the ledger cannot be opened', async () => {
  const { folder, lost } = await report({ openLedger: () => Promise.reject(new Error('a newer schema')) });
  expect(lost).toEqual([
    `the ledger was not written; a newer schema; until \`haltdrill recover ${effects.files.shown(folder)}\` has written it, this drill has no end there`,
  ]);
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('a newer schema');
  expect(JSON.parse(await readFile(join(folder, 'verdict.json'), 'utf8'))).toEqual(passed);
});

it('lets no secret into a file, in whatever coat the format would give it', async () => {
  const secret = `k3x9 _*<&>"'|`;
  const own = createEffects().effects;
  own.secrets.keep([secret]);
  const { folder } = await report(own, { ...passed, drillId: secret, title: `a ${secret} b` });
  for (const name of [...NAMES, 'ledger.db', 'ledger.db-wal']) {
    const bytes = await readFile(join(folder, name)).catch(() => Buffer.from(''));
    expect(bytes.toString('latin1')).not.toContain('k3x9 ');
  }
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('a \\[redacted\\] b');
});

it('lets a secret through that nobody told it of: the test above can fail', async () => {
  const { folder } = await report({}, { ...passed, title: 'k3x9 ' });
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('k3x9 ');
});
