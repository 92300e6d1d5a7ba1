import { expect, it } from 'vitest';
import { cleanLevel2, journalOf } from '../../../../test/judge/scenario.ts';
import { present } from '../../model/reading.ts';
import { judge } from './judge.ts';

it('a pass says what could not be seen where only ps showed processes, and holds without the host’s own clock', () => {
  const s = cleanLevel2();
  s.identify = (host, own) => present(host === 'tesseract' ? { ...own, os: 'Darwin' } : own);
  const entries = journalOf(s).map((entry) =>
    entry.kind === 'sample' && entry.sample.host === 'tesseract' && entry.sample.seen.kind === 'present'
      ? {
          ...entry,
          sample: { ...entry.sample, seen: present({ ...entry.sample.seen.value, uptimeMs: null }) },
        }
      : entry,
  );
  const verdict = judge(entries, { today: '2026-11-22', strict: false });
  expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
  const told = verdict.notTested.filter((line) => line.includes('ps of macOS'));
  expect(told).toEqual([expect.stringContaining('does not show of tesseract: fractions of the second')]);
});
