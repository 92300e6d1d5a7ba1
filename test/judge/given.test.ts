import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/drill/model/journal.ts';
import { afterUndo, at, type Given, given } from './given.ts';
import { baselineLife, cleanLevel2, cleanLevel4, journalOf, livesOf } from './scenario.ts';

const drill = (): Given => given(cleanLevel2);

/** The pids that the samples of a host show then. */
function shown(
  journal: readonly Entry[],
  host: string,
  ms: number,
): (readonly [pid: number, state: string])[] {
  const sample = journal.find((e) => e.kind === 'sample' && e.sample.host === host && e.sample.sentMs >= ms);
  if (sample?.kind !== 'sample' || sample.sample.seen.kind !== 'present') return [];
  return sample.sample.seen.value.rows.map(({ pid, state }) => [pid, state]);
}

describe('a given drill', () => {
  it('is the clean one where nothing happens in it', () => {
    expect(drill().journal()).toEqual(journalOf(cleanLevel2()));
    expect(given(cleanLevel4).verdict()).toMatchObject({ verdict: 'pass', level: 4 });
  });

  it('has lives that end when it says, or never', () => {
    expect(baselineLife(drill().stopsAt('hermes', at(3)).scenario, 'hermes').toMs).toBe(8000);
    expect(livesOf(drill().neverStops('hermes').scenario, 'hermes')).toHaveLength(1);
  });

  it('has a service come back on its own host, or on another', () => {
    const s = drill()
      .respawns('hermes', at(2))
      .respawns('hermes', at(3), { untilMs: at(4), host: 'knox' });
    expect(livesOf(s.scenario, 'hermes').slice(-2)).toMatchObject([
      { hosts: ['tesseract'], fromMs: 7000, pid: 801 },
      { hosts: ['knox'], fromMs: 8000, toMs: 9000, pid: 802 },
    ]);
    expect(() => drill().respawns('nobody', at(2))).toThrow('no service nobody');
  });

  it('has a child that descends from a service and matches none', () => {
    const { pid } = baselineLife(cleanLevel2(), 'hermes');
    expect(drill().leavesAChild('hermes').scenario.lives.at(-1)).toMatchObject({ ppid: pid, services: [] });
  });

  it('shows a frozen process, and one that was thawed', () => {
    const journal = drill().freezes('sentinel', at(1)).thaws('sentinel', at(3)).journal();
    const stateAt = (ms: number): unknown => shown(journal, 'knox', ms).find(([pid]) => pid === 110)?.[1];
    expect([at(0), at(2), at(4)].map(stateAt)).toEqual(['S', 'T', 'S']);
    expect(() => drill().freezes('nobody', at(1))).toThrow('nobody has no life');
  });

  it('loses one host for a while', () => {
    const journal = drill().loses('knox', at(1), at(2)).journal();
    expect(shown(journal, 'knox', at(1))).toEqual([]);
    expect(shown(journal, 'knox', at(2))).not.toEqual([]);
    expect(shown(journal, 'tesseract', at(1))).not.toEqual([]);
  });

  it('lacks the final control wholly, or has one too early', () => {
    const kills = (one: Given): string[] =>
      one
        .journal()
        .flatMap((e) => (e.kind === 'canary' && e.event === 'killed' && e.host === 'knox' ? e.purpose : []));
    expect(kills(drill().lacksFinalControl('knox'))).toEqual(['calibration']);
    expect(kills(drill().lacksFinalControl('knox', at(1)))).toEqual(['calibration', 'final']);
    expect(() => drill().lacksFinalControl('atlas')).toThrow('atlas has no final control');
  });

  it('leaves the broker alone', () => {
    const journal = drill().crashNotDone().journal();
    expect(journal.filter((e) => e.kind === 'intent' && e.act.act === 'crash')).toEqual([]);
    expect(journal.filter((e) => e.kind === 'status' && e.read.reading.kind !== 'present')).toEqual([]);
  });

  it('cannot read a store or an API from some moment to another', () => {
    const unread = (journal: readonly Entry[], kind: 'store' | 'status'): number[] =>
      journal.flatMap((e) => (e.kind === kind && e.read.reading.kind === 'unreadable' ? e.read.sentMs : []));
    const stores = unread(drill().storeUnreadable(at(1), at(2)).journal(), 'store');
    expect([Math.min(...stores), Math.max(...stores)]).toEqual([6000, 6763]);
    const answers = unread(drill().apiUnreadable(at(6), at(6.5)).journal(), 'status').filter(
      (ms) => ms > at(3),
    );
    expect(answers).toEqual([11006, 11256]);
    const slow = unread(drill().brokerSlowToReturn(at(5)).journal(), 'status');
    expect([Math.min(...slow), Math.max(...slow)]).toEqual([6506, 9756]);
    expect(() => drill().crashNotDone().brokerSlowToReturn(at(5))).toThrow('not crashed');
  });

  it('is interrupted, or breaks off', () => {
    expect(
      drill()
        .interrupted(at(4))
        .journal()
        .filter(({ kind }) => kind === 'interrupted'),
    ).toHaveLength(1);
    const journal = drill().breaksOff(at(4)).journal();
    expect(journal.at(-1)?.atMs).toBeLessThan(at(4));
    expect(journal.at(-1)?.kind).not.toBe('closed');
  });
});

describe('what is accepted', () => {
  it('is a subject, or every subject about which a code is said', () => {
    const running = (): Given => drill().neverStops('hermes').neverStops('shiva');
    const opened = running().accepting('successful-no-op').journal()[0];
    expect(opened?.kind === 'opened' && opened.knownIssues).toMatchObject([
      { code: 'successful-no-op', level: 2, host: 'tesseract', services: ['hermes'] },
      { code: 'successful-no-op', level: 2, host: 'tesseract', services: ['shiva'] },
    ]);
    const subject = { code: 'successful-no-op', host: 'tesseract', service: 'hermes' } as const;
    expect(running().accepting(subject).verdict().verdict).toBe('fail');
    expect(() => drill().accepting('late-stop').verdict()).toThrow('nobody says late-stop, but nothing');
  });

  it('names the asset where there is one', () => {
    const order = {
      code: 'position-not-flat',
      host: 'knox',
      service: 'principal',
      asset: 'DOGE-USD',
    } as const;
    const opened = drill().accepting(order).holding(1000).journal()[0];
    expect(opened?.kind === 'opened' && opened.knownIssues).toMatchObject([{ asset: 'DOGE-USD' }]);
    expect(opened?.kind === 'opened' && opened.plan.timing.holdMs).toBe(1000);
  });

  it('is counted from when the undo began, too', () => {
    expect(afterUndo(1) - at(0)).toBe(10_500);
  });
});
