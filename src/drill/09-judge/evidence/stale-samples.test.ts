import { expect, it } from 'vitest';
import { cleanLevel2, DEADLINE, journalOf, neverStops, RESUME, T0 } from '../../../../test/judge/scenario.ts';
import type { Entry } from '../../model/journal.ts';
import { present } from '../../model/reading.ts';
import { judge } from '../verdict/judge.ts';

const options = { today: '2026-11-22', strict: false };
const judged = (entries: readonly Entry[]) => {
  const verdict = judge(entries, options);
  return { ...verdict, codes: verdict.findings.map(({ code }) => code) };
};

type SampleEntry = Extract<Entry, { kind: 'sample' }>;

/** The journal with what samples of tesseract showed replaced, by when they were asked for. */
function withTables(
  entries: readonly Entry[],
  change: (sample: SampleEntry) => SampleEntry['sample']['seen'],
): Entry[] {
  return entries.map((entry) =>
    entry.kind === 'sample' && entry.sample.host === 'tesseract'
      ? { ...entry, sample: { ...entry.sample, seen: change(entry) } }
      : entry,
  );
}

/** As a wire would do it that puts old rows under a new nonce and the clocks of now. */
function replaying(entries: readonly Entry[], fromMs: number, toMs: number, oldMs: number): Entry[] {
  const old = new Map<string, SampleEntry['sample']['seen']>();
  for (const entry of entries) {
    if (entry.kind !== 'sample' || entry.sample.host !== 'tesseract' || entry.sample.sentMs > oldMs) continue;
    old.set(entry.sample.mode, entry.sample.seen);
  }
  return withTables(entries, ({ sample }) => {
    const kept = old.get(sample.mode);
    if (sample.sentMs < fromMs || sample.sentMs > toMs) return sample.seen;
    if (kept?.kind !== 'present' || sample.seen.kind !== 'present') return sample.seen;
    const { uptimeMs, hostWallMs } = sample.seen.value;
    return present({ ...kept.value, uptimeMs, hostWallMs });
  });
}

it('believes neither the presence nor the absence that a table repeated since T0 shows', () => {
  const s = cleanLevel2();
  const at = T0 + 2000;
  s.canaries = [
    ...s.canaries,
    {
      host: 'tesseract',
      tag: 'late',
      pid: 902,
      fromMs: at,
      killedMs: null,
      goneMs: RESUME,
      purpose: 'rotation',
    },
  ];
  const { verdict, codes } = judged(replaying(journalOf(s), T0, RESUME + 500, T0 - 50));
  expect(verdict).toBe('inconclusive');
  expect(codes).toContain('blind-probe');
  expect(codes).not.toContain('successful-no-op');
  expect(codes).not.toContain('late-stop');
});

it('finds one old table among fresh ones by a canary that is dead', () => {
  const { verdict, codes } = judged(replaying(journalOf(cleanLevel2()), T0 + 3000, T0 + 3000, 2900));
  expect({ verdict, codes }).toEqual({ verdict: 'inconclusive', codes: ['blind-probe'] });
});

it('does not call late what one contradicted sample shows', () => {
  const { verdict, codes } = judged(
    replaying(journalOf(cleanLevel2()), DEADLINE + 400, DEADLINE + 600, T0 - 50),
  );
  expect(verdict).toBe('inconclusive');
  expect(codes).toContain('blind-probe');
  expect(codes).not.toContain('late-stop');
});

it('still convicts a target that a trustworthy table shows', () => {
  const s = cleanLevel2();
  neverStops(s, 'hermes');
  expect(judged(journalOf(s)).codes).toContain('successful-no-op');
});

it('forgets what a lost link owed', () => {
  const s = cleanLevel2();
  const at = RESUME + 1000;
  s.canaries = [
    ...s.canaries,
    {
      host: 'tesseract',
      tag: 'lost',
      pid: 902,
      fromMs: at,
      killedMs: null,
      goneMs: at + 1,
      purpose: 'rotation',
    },
  ];
  const entries = journalOf(s);
  expect(judged(entries).codes).toContain('blind-probe');
  const host = entries.find((entry) => entry.kind === 'host' && entry.host === 'tesseract') as Entry;
  const after = entries.findIndex((entry) => entry.atMs > at + 6);
  const again = { ...host, id: 'e-again', atMs: at + 7 };
  const reopened = [...entries.slice(0, after), again, ...entries.slice(after)];
  expect(judged(reopened).codes).not.toContain('blind-probe');
});

it('blames the host that lacks what another host of the same machine shows', () => {
  const s = cleanLevel2();
  const [knox] = Object.values(s.scopes);
  if (knox === undefined) throw new Error('no scope');
  s.scopes = { knox, tesseract: knox };
  s.plan = { ...s.plan, oneMachine: [['knox', 'tesseract']] };
  for (const one of s.lives.filter(({ pid }) => pid === 1 || pid === 50)) one.start = 1;
  for (const one of s.lives) one.hosts = ['knox', 'tesseract'];
  neverStops(s, 'hermes');
  const pid = s.lives.find((one) => one.services.includes('hermes'))?.pid;
  const hidden = withTables(journalOf(s), ({ sample }) =>
    sample.seen.kind === 'present' && sample.sentMs > T0
      ? present({ ...sample.seen.value, rows: sample.seen.value.rows.filter((row) => row.pid !== pid) })
      : sample.seen,
  );
  const found = judge(hidden, options).findings.map(({ code, host }) => `${code} ${host}`);
  expect(found).toContain('blind-probe tesseract');
  expect(found).not.toContain('blind-probe knox');
  expect(found).toContain('successful-no-op tesseract');
});

it('does not accuse a broker that could reach a host which the runner could not', () => {
  const s = cleanLevel2();
  s.sampling = (host, ms) => (host === 'tesseract' && ms >= T0 - 100 && ms < T0 + 4000 ? 'failed' : 'kept');
  const { verdict, codes } = judged(journalOf(s));
  expect(verdict).toBe('inconclusive');
  expect(codes).not.toContain('false-success');
});

it('says of a host that answers in riddles that its probe is blind, and not that it is gone', () => {
  const s = cleanLevel2();
  s.sampling = (host, ms) => (host === 'tesseract' && ms >= T0 - 100 && ms < T0 + 4000 ? 'failed' : 'kept');
  const raw = { bytes: 900, sha256: 'ab', end: 'E x 3' };
  const riddles = journalOf(s).map((entry) =>
    entry.kind === 'sample' && entry.sample.seen.kind === 'unreadable'
      ? { ...entry, sample: { ...entry.sample, raw } }
      : entry,
  );
  const { codes } = judged(riddles);
  expect(codes).toContain('blind-probe');
  expect(codes).not.toContain('unreachable-host');
});

it('never passes a journal that breaks off, or that says of itself that the drill failed', () => {
  const whole = journalOf(cleanLevel2());
  expect(judged(whole).verdict).toBe('pass');
  expect(judged(whole.slice(0, -1))).toMatchObject({
    verdict: 'inconclusive',
    codes: ['journal-broken'],
    exitCode: 2,
  });
  const failed = { ...(whole.at(-1) as Entry), kind: 'failed' as const, why: 'out of memory' } as Entry;
  expect(judged([...whole.slice(0, -1), failed])).toMatchObject({
    verdict: 'inconclusive',
    codes: [],
    exitCode: 70,
  });
});
