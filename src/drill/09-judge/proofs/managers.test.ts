import { describe, expect, it } from 'vitest';
import {
  baselineLife,
  cleanLevel2,
  DEADLINE,
  journalOf,
  life,
  RESUME,
  type Scenario,
  T0,
} from '../../../../test/judge/scenario.ts';
import type { Entry, ManagerMoment } from '../../model/journal.ts';
import type { ManagedReading, ManagedService, Revival } from '../../model/manager.ts';
import { absent, present, type Reading, unreadable } from '../../model/reading.ts';
import type { Finding, Verdict } from '../../model/verdict.ts';
import { judge } from '../verdict/judge.ts';

const WHEN: Readonly<Record<ManagerMoment, number>> = {
  baseline: T0 - 1000,
  stopped: T0 + 600,
  held: RESUME - 100,
  restored: RESUME + 3000,
};
const TARGETS = ['foresight', 'shiva', 'hermes', 'leverage'];

const job = (own: Partial<ManagedService> = {}): ManagedService => ({
  pid: null,
  runs: 3,
  restarts: null,
  invocation: null,
  keepAlive: null,
  comesBack: null,
  startsLeft: null,
  disabled: null,
  revives: null,
  ...own,
});
const unit = (own: Partial<ManagedService> = {}): ManagedService => job({ runs: null, restarts: 0, ...own });

type Told = Partial<Record<ManagerMoment, Reading<ManagedService>>>;

type Scheduled = Partial<Record<ManagerMoment, Revival | null>>;

/** The journal of a scenario, with what the manager, cron and at of tesseract said of hermes; of the others nothing ever changes. */
function told(says: Told, scenario: Scenario = cleanLevel2(), scheduled: Scheduled = {}): Entry[] {
  const others = TARGETS.filter((name) => name !== 'hermes');
  const managers = (Object.keys(says) as ManagerMoment[]).map((moment, index): Entry => {
    const sentMs = WHEN[moment];
    const services = [
      {
        service: 'hermes',
        reading: says[moment] ?? absent,
        ...(scheduled[moment] !== undefined && { scheduled: { revives: scheduled[moment], bites: [] } }),
      },
      ...others.map((service) => ({ service, reading: present(job()) })),
    ];
    const read = { sentMs, receivedMs: sentMs + 50, reading: present(services) };
    const atMs = sentMs + 50;
    const wall = new Date(Date.UTC(2026, 10, 22, 10) + atMs).toISOString();
    const common = { id: `m-${index}`, atMs, wall };
    return { ...common, kind: 'manager', host: 'tesseract', moment, read };
  });
  return [...journalOf(scenario), ...managers].sort((a, b) => a.atMs - b.atMs);
}

const judged = (entries: readonly Entry[]): Verdict => judge(entries, { today: '2026-11-22', strict: false });
const found = (says: Told, scenario?: Scenario): readonly Finding[] => judged(told(says, scenario)).findings;
const counterOf = (verdict: Verdict): unknown =>
  verdict.halt.services.find(({ service }) => service === 'hermes')?.counter;

describe('a life that no sample saw', () => {
  it.each<[string, ManagedService, ManagedService, how: string]>([
    ['launchd counts one more run', job(), job({ runs: 4 }), 'its runs went from 3 to 4'],
    ['launchd counts anew, and has counted one', job(), job({ runs: 1 }), 'its runs went from 3 to 1'],
    ['systemd restarted it', unit(), unit({ restarts: 1 }), 'its restarts went from 0 to 1'],
    [
      'systemd activated it',
      unit({ invocation: 'a'.repeat(32) }),
      unit({ invocation: 'b'.repeat(32) }),
      'its invocation id changed',
    ],
    [
      'systemd had forgotten it, and knows it again',
      unit(),
      unit({ invocation: 'b'.repeat(32) }),
      'its invocation id changed',
    ],
  ])('is a flap where %s', (_, stopped, held, how) => {
    const verdict = judged(told({ stopped: present(stopped), held: present(held) }));
    expect(verdict).toMatchObject({ verdict: 'fail', coverage: { targets: { proven: 3 } } });
    expect(verdict.findings).toMatchObject([
      {
        code: 'flapped',
        service: 'hermes',
        host: 'tesseract',
        consequenceOf: null,
        evidence: ['m-0', 'm-1'],
        message: `launchd on tesseract counted another life of hermes while it was halted, too short for any sample: ${how}.`,
      },
    ]);
    expect(counterOf(verdict)).toBe('moved');
  });

  it('is a flap where it was loaded again and has run', () => {
    expect(found({ stopped: absent, held: present(job({ runs: 1 })) })).toMatchObject([
      { code: 'flapped', message: expect.stringContaining('it was loaded again and has run') },
    ]);
  });

  it('is a flap where it was activated again, by a manager that had forgotten it', () => {
    const held = present(unit({ invocation: 'b'.repeat(32) }));
    expect(found({ stopped: absent, held })).toMatchObject([{ code: 'flapped' }]);
  });

  it.each<[string, Told]>([
    ['nothing changed', { stopped: present(job()), held: present(job()) }],
    ['it was loaded again and has not run', { stopped: present(job()), held: present(job({ runs: 0 })) }],
    [
      'systemd has forgotten it',
      { stopped: present(unit({ invocation: 'a'.repeat(32) })), held: present(unit()) },
    ],
    [
      'the counter grew before the stop',
      { baseline: present(job({ runs: 1 })), stopped: present(job()), held: present(job()) },
    ],
    [
      'the counter grew with the undo',
      { stopped: present(job()), held: present(job()), restored: present(job({ runs: 4 })) },
    ],
    [
      'launchd began to count it only then',
      { stopped: present(job({ runs: null })), held: present(job({ runs: 1 })) },
    ],
    [
      'systemd began to count its restarts only then',
      { stopped: present(unit({ restarts: null })), held: present(unit({ restarts: 2 })) },
    ],
    [
      'systemd stopped counting its restarts',
      { stopped: present(unit({ restarts: 2 })), held: present(unit({ restarts: null })) },
    ],
    ['it was unloaded', { stopped: present(job()), held: absent }],
    ['the manager cannot be read', { stopped: present(job()), held: unreadable('launchctl ended with 1') }],
  ])('is not made up where %s', (_, says) => {
    expect(judged(told(says))).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('is not told again where a sample saw it', () => {
    const s = cleanLevel2();
    s.lives.push(life('hermes', 'tesseract', 701, T0 + 3000, T0 + 3600));
    const findings = found({ stopped: present(job()), held: present(job({ runs: 4 })) }, s);
    expect(findings.filter(({ code }) => code === 'flapped')).toHaveLength(1);
  });

  it('hides behind no late stop that was accepted', () => {
    const s = cleanLevel2();
    s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 3000 } };
    baselineLife(s, 'hermes').toMs = DEADLINE + 300;
    const entries = told({ stopped: present(job()), held: present(job({ runs: 4 })) }, s);
    const late = entries.map((entry) =>
      entry.kind === 'manager' && entry.moment === 'stopped'
        ? { ...entry, read: { ...entry.read, sentMs: DEADLINE + 500, receivedMs: DEADLINE + 550 } }
        : entry,
    );
    expect(judged(late).findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['late-stop', 'flapped']),
    );
  });
});

describe('what the report claims', () => {
  it('is more where the counters stood still', () => {
    const verdict = judged(told({ stopped: present(job()), held: present(job()) }));
    expect(counterOf(verdict)).toBe('steady');
    expect(verdict.notTested).toEqual(['power loss']);
  });

  it.each<[string, Told, string]>([
    ['nobody was asked', {}, 'its manager was not asked'],
    ['it was asked once', { stopped: present(job()) }, 'answered only once'],
    ['it has none', { stopped: present(unit()), held: present(unit()) }, 'no counter for it'],
    ['it cannot be read', { stopped: unreadable('ended with 1'), held: present(job()) }, 'ended with 1'],
    ['it was unloaded', { stopped: present(job()), held: absent }, 'does not know it'],
    [
      'it has an invocation from then on only',
      { stopped: present(unit()), held: absent },
      'does not know it',
    ],
    ['it was loaded later', { stopped: absent, held: present(job({ runs: 0 })) }, 'did not know it at first'],
    ['it was loaded later, and counts no runs', { stopped: absent, held: present(unit()) }, 'at first'],
  ])('is less where there was no counter: %s', (_, says, why) => {
    const verdict = judged(told(says));
    expect(verdict.verdict).toBe('pass');
    expect(counterOf(verdict)).toBe('unread');
    expect(verdict.notTested.join('\n')).toContain(why);
    expect(verdict.notTested.join('\n')).toContain('hermes on tesseract');
  });
});

describe('an answer of a manager', () => {
  const held = (
    change: (services: readonly ManagedReading[]) => Reading<readonly ManagedReading[]>,
  ): Entry[] =>
    told({ stopped: present(job()), held: present(job({ runs: 4 })) }).map((entry) =>
      entry.kind === 'manager' && entry.moment === 'held' && entry.read.reading.kind === 'present'
        ? { ...entry, read: { ...entry.read, reading: change(entry.read.reading.value) } }
        : entry,
    );

  it('says nothing of any service where it cannot be read', () => {
    const verdict = judged(held(() => unreadable('ssh ended with 255')));
    expect(verdict.findings).toEqual([]);
    expect(verdict.notTested.at(-1)).toMatch(
      /foresight on .*hermes on .*leverage on .*: ssh ended with 255\./,
    );
  });

  it('says nothing of a service that it leaves out', () => {
    const verdict = judged(held((all) => present(all.filter(({ service }) => service !== 'hermes'))));
    expect(verdict.findings).toEqual([]);
    expect(verdict.notTested.at(-1)).toMatch(
      /: hermes on tesseract\. .*: its manager was not asked about it\./,
    );
  });
});

describe('what was foreseen', () => {
  const bites = [{ kind: 'leaves-children', how: 'KillMode=process' }] as const;

  it('is in the verdict where the baseline said so, and changes nothing in it', () => {
    const verdict = judged(
      told({ baseline: present(job({ bites })), stopped: present(job()), held: present(job()) }),
    );
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
    expect(verdict.foresight).toEqual(['hermes on tesseract: KillMode=process.']);
  });

  it('is left out where it is nothing, or was said after the trigger', () => {
    expect(
      judged(told({ baseline: present(job()), held: present(job({ bites })) })).foresight,
    ).toBeUndefined();
  });
});

describe('a hold that is too short', () => {
  const revives = (withinMs: Revival['withinMs']): ManagedService =>
    job({ revives: { withinMs, by: 'a timer' } });
  const held = (it: ManagedService): Told => ({ stopped: present(it), held: present(it) });

  it.each([
    [60_000, 'within 60.0 s'],
    // One more than it was watched for.
    [8981, 'within 8.98 s'],
    [null, 'at no known time'],
  ])('is found where something may revive the target within %s ms', (withinMs, when) => {
    const verdict = judged(told(held(revives(withinMs))));
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 2,
      coverage: { targets: { proven: 3 } },
    });
    expect(verdict.findings).toMatchObject([
      {
        code: 'hold-too-short',
        service: 'hermes',
        consequenceOf: null,
        evidence: ['m-1'],
        message: `hermes on tesseract may still be brought back by a timer (${when}); it was watched for 8.98 s after it stopped.`,
      },
    ]);
  });

  it('is not one where the reviver had its time', () => {
    expect(found(held(revives(8980)))).toEqual([]);
  });

  it('is not one where the reviver was taken away while halted', () => {
    expect(found({ stopped: present(revives(null)), held: present(job()) })).toEqual([]);
    expect(found({ baseline: present(revives(null)), ...held(job()) })).toEqual([]);
  });

  it('is found where the manager still runs a process for it at the end', () => {
    const running = job({ pid: 77 });
    expect(found({ stopped: present(running), held: present(running) })).toMatchObject([
      {
        code: 'hold-too-short',
        message: expect.stringContaining('by pid 77, which launchd still runs for it'),
      },
    ]);
    expect(found({ stopped: present(running), held: present(job()) })).toEqual([]);
  });

  describe('for cron or at', () => {
    const cron = { withinMs: 300_000, by: '/etc/crontab (*/5 * * * *)' };
    const late = (says: Told, scheduled: Scheduled) => judged(told(says, cleanLevel2(), scheduled)).findings;

    it.each<[string, Told]>([
      ['has unloaded it', { stopped: absent, held: absent }],
      ['cannot be read', { stopped: unreadable('there is none'), held: unreadable('there is none') }],
      ['says that nothing would', held(job())],
    ])('is found where the manager %s', (_, says) => {
      expect(late(says, { stopped: cron, held: cron })).toMatchObject([
        {
          ...{ code: 'hold-too-short', service: 'hermes', host: 'tesseract', evidence: ['m-1'] },
          message: expect.stringContaining('back by /etc/crontab (*/5 * * * *) (within 300.0 s); it was'),
        },
      ]);
    });

    it('goes by what they said last, and names the manager beside them', () => {
      expect(late(held(job()), { stopped: cron, held: null })).toEqual([]);
      expect(late({ baseline: absent, ...held(job()) }, { baseline: cron, held: null })).toEqual([]);
      const unread = unreadable('no answer within 3 s');
      const says0 = { baseline: present(job()), stopped: unread, held: unread };
      expect(late(says0, { baseline: cron })).toMatchObject([{ code: 'hold-too-short', evidence: ['m-0'] }]);
      expect(late(held(job()), { stopped: cron })).toMatchObject([{ evidence: ['m-0'] }]);
      const says = { stopped: present(revives(60_000)), held: absent };
      expect(late(says, { stopped: cron, held: cron })).toMatchObject([
        {
          evidence: ['m-0', 'm-1'],
          message: expect.stringContaining('a timer (within 60.0 s) and /etc/crontab'),
        },
      ]);
    });

    it('is not one where they had their time', () => {
      expect(late(held(job()), { held: { ...cron, withinMs: 8980 } })).toEqual([]);
      expect(late(held(job()), { held: { ...cron, withinMs: 8981 } })).toHaveLength(1);
    });
  });

  it('can be accepted, and proves no more for that', () => {
    const s = cleanLevel2();
    s.knownIssues = [
      {
        ...{ id: 'KI-9', title: 'a timer', code: 'hold-too-short', level: 2, host: 'tesseract' },
        ...{ services: ['hermes'], owner: 'ops', filed: '2026-01-01', fix: 'later', expires: '2026-12-01' },
      },
    ];
    expect(judged(told(held(revives(60_000)), s))).toMatchObject({
      verdict: 'pass',
      qualified: true,
      coverage: { targets: { proven: 3 } },
    });
  });
});
