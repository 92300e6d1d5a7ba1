import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../../test/fakes/fake-fleet.ts';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { passed } from '../../../test/support/verdicts.ts';
import { verdictJson } from '../../drill/10-report/verdict-json.ts';
import type { Verdict } from '../../drill/model/verdict.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { Effects } from '../effects.ts';
import { refuseUnfinished, withDrillLock } from './one-drill.ts';

const folder = ownFolder();
const effects: Effects = { ...createEffects().effects, folder, files: createFiles(folder) };

describe('one drill at a time', () => {
  const work = () => Promise.resolve('done');

  it('is refused while another has the lock, and not after it', async () => {
    const reports = join(folder, 'locked');
    const during = withDrillLock(reports, effects, () => withDrillLock(reports, effects, work));
    await expect(during).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /^another drill or recovery is running on this machine; it holds .*drill\.lock; /,
      ),
    });
    await expect(withDrillLock(reports, effects, work)).resolves.toBe('done');
  });

  it('goes beside one whose reports lie elsewhere', async () => {
    const both = withDrillLock(join(folder, 'one'), effects, () =>
      withDrillLock(join(folder, 'other'), effects, work),
    );
    await expect(both).resolves.toBe('done');
  });
});

describe('an earlier drill', () => {
  const journal = (environment: string): string =>
    `${JSON.stringify({ id: 'e-1', atMs: 0, wall: '', kind: 'opened', format: 1, plan: { ...fakePlan(), environment } })}\n`;
  const reportsWith = (name: string, files: Readonly<Record<string, string>>): string => {
    const reports = join(folder, name);
    mkdirSync(join(reports, 'd-1'), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(reports, 'd-1', file), text);
    return reports;
  };
  const verdict = (change: Partial<Verdict>): string =>
    verdictJson({ ...passed, environment: 'live', ...change });

  it.each([
    ['was interrupted', { 'journal.jsonl': journal('live') }, 'it was interrupted'],
    ['has a damaged journal', { 'journal.jsonl': 'x\n' }, 'its journal cannot be read'],
    [
      'left its fleet halted',
      { 'journal.jsonl': journal('live'), 'verdict.json': verdict({ fleet: 'halted', exitCode: 5 }) },
      'its fleet is halted',
    ],
    [
      'has a verdict that nobody can read',
      { 'journal.jsonl': journal('live'), 'verdict.json': '{}' },
      'its verdict cannot be read',
    ],
  ])('refuses the next while it %s', async (why, files, words) => {
    await expect(refuseUnfinished(reportsWith(`refused ${why}`, files), effects)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        new RegExp(`not recovered; .*d-1: ${words}.*; run haltdrill recover .*d-1$`),
      ),
    });
  });

  it.each([
    ['ended with its fleet restored', { 'journal.jsonl': journal('live'), 'verdict.json': verdict({}) }],
    ['was of a lab', { 'journal.jsonl': journal('lab:reference') }],
    ['had not begun', { 'journal.jsonl': '' }],
    ['is no drill', { 'selftest.md': '' }],
  ])('is no hindrance where it %s', async (why, files) => {
    await expect(refuseUnfinished(reportsWith(`free ${why}`, files), effects)).resolves.toBeUndefined();
  });
});
