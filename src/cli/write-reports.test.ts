import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownFolder } from '../../test/support/haltproof.ts';
import { passed } from '../../test/support/verdicts.ts';
import { openLedger } from '../adapters/ledger/proofs-db.ts';
import { writeFileAtomic } from '../adapters/system/files.ts';
import { createEffects } from '../effects.ts';
import type { Effects } from './effects.ts';
import { writeReports } from './write-reports.ts';

const rerun = ['haltproof', 'drill', '--level', '2'];
const { effects } = createEffects();

async function report(over: Partial<Effects>, redact = (text: string): string => text) {
  const folder = ownFolder();
  const lost = await writeReports(
    { verdict: passed, folder, reports: folder, rerun, redact },
    { ...effects, ...over },
  );
  return { folder, lost };
}

it('writes verdict.json and report.md for the owner only, and records the proof', async () => {
  const { folder, lost } = await report({});
  expect(lost).toEqual([]);
  expect(JSON.parse(await readFile(join(folder, 'verdict.json'), 'utf8'))).toEqual(passed);
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('    haltproof drill --level 2\n');
  for (const name of ['verdict.json', 'report.md']) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  }
  const ledger = openLedger(join(folder, 'ledger.db'));
  expect(ledger.list().map(({ drillId }) => drillId)).toEqual([passed.drillId]);
  ledger.close();
});

it('loses only the file that cannot be written, and names it in the rest', async () => {
  const files = {
    ...effects.files,
    write: (path: string, text: string) =>
      path.endsWith('verdict.json')
        ? Promise.reject(new Error('the disk is full'))
        : writeFileAtomic(path, text),
  };
  const { folder, lost } = await report({ files });
  expect(lost).toEqual(['verdict.json was not written; the disk is full']);
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain(
    'verdict.json was not written; the disk is full',
  );
});

it('reports all the same where the ledger cannot be opened', async () => {
  const { folder, lost } = await report({ openLedger: () => Promise.reject(new Error('a newer schema')) });
  expect(lost).toEqual(['the ledger was not written; a newer schema']);
  expect(await readFile(join(folder, 'report.md'), 'utf8')).toContain('a newer schema');
  expect(JSON.parse(await readFile(join(folder, 'verdict.json'), 'utf8'))).toEqual(passed);
});

it('lets no secret into a file', async () => {
  const { folder } = await report({}, (text) => text.replaceAll('k3x9', '[redacted]'));
  for (const name of ['verdict.json', 'report.md']) {
    expect(await readFile(join(folder, name), 'utf8')).not.toContain('k3x9');
  }
});
