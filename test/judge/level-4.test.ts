import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { Entry } from '../../src/drill/model/journal.ts';
import { present, unreadable } from '../../src/drill/model/reading.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { given } from './given.ts';
import {
  auditLine,
  baselineLife,
  calm,
  cleanLevel4,
  DEADLINE,
  END,
  FOREVER,
  GONE,
  journalOf,
  LEVEL4,
  life,
  NONCE,
  RESUME,
  T0,
  UP,
} from './scenario.ts';
import type { Change } from './scenarios/case.ts';
import { acknowledging, deep, refusing, right, step, withIncidents, wrong } from './scenarios/level-4.ts';

const options = { today: '2026-11-22', strict: true };
const verdictOf = (change: Change = () => undefined): Verdict =>
  given(cleanLevel4).and(change).verdict(options);

const primaries = ({ findings }: Verdict): string[] =>
  findings
    .filter((f) => f.consequenceOf === null)
    .map((f) => `${f.code} ${f.service ?? '-'}`)
    .sort();

describe('a clean level 4', () => {
  it('passes with the broker among the targets, and everything back by hand', () => {
    const verdict = verdictOf();
    expect(verdict.findings).toEqual([]);
    expect(verdict).toMatchObject({
      verdict: 'pass',
      exitCode: 0,
      fleet: 'restored',
      headline: 'PASS: 7 targets proven stopped for 8.58 s, and everything came back',
      coverage: { targets: { declared: 7, proven: 7 }, survivors: { declared: 0, proven: 0 } },
      halt: { acknowledged: null },
    });
    expect(verdict.broker.crash).toEqual({ done: false, why: 'the drill does not ask for it' });
    expect(verdict.broker.moments).toMatchObject([
      { moment: 'before', api: { level: 0 }, store: { level: 0 } },
      { moment: 'halted', api: { level: 4 }, store: { level: 4, incident: 'i-1' } },
      { moment: 'after-resume', api: { level: 0 }, store: { level: 0, incident: null } },
    ]);
    expect(verdict.halt.services[0]).toMatchObject({ service: 'principal', stoppedAfterMs: [600, 820] });
  });

  it.each<[string, Change]>([
    ['a reply that arrived', acknowledging],
    ['a trigger without any outcome', (s) => void Object.assign(s, { withOutcome: false })],
    [
      'an API that nobody managed to ask before the broker went',
      (s) => {
        const { api } = s;
        s.api = (ms) => (ms >= T0 && ms < UP ? unreadable('refused') : api(ms));
      },
    ],
    [
      'a store that was left alone until the broker was gone',
      (s) => {
        const { storeRests } = s;
        s.storeRests = (ms) => (ms >= T0 && ms < GONE + 300) || storeRests(ms);
      },
    ],
    [
      'an API that answers for a moment longer than its process is seen',
      (s) => {
        const { api } = s;
        s.api = (ms) => (ms >= GONE && ms < DEADLINE - 300 ? present(deep) : api(ms));
      },
    ],
    [
      'a hand tool that looks like the broker while a step runs',
      (s) => void s.lives.push(life('principal', 'knox', 990, RESUME + 5, RESUME + 150)),
    ],
    [
      'a service that a second look at what is down starts again',
      (s) => void s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME + 900 }),
    ],
    ...right.map(([name, change]): [string, Change] => [name, change]),
  ])('is not shaken by %s', (_, change) => {
    expect(verdictOf(change).findings).toEqual([]);
  });

  it('takes the state from the reply where the broker had no time to be asked', () => {
    const verdict = verdictOf((s) => {
      acknowledging(s);
      const { api } = s;
      s.api = (ms) => (ms >= T0 && ms < UP ? unreadable('refused') : api(ms));
      s.storeRests = (ms) => ms >= T0 && ms < GONE + 300;
    });
    expect(verdict.findings).toEqual([]);
    expect(verdict.broker.moments[1]?.store).toMatchObject({ level: 4, incident: 'i-1' });
  });

  it('counts the hold from when the store was first seen to hold the halt', () => {
    const late: Change = (s) => {
      s.storeRests = (ms) => ms >= T0 && ms < T0 + 3000;
    };
    expect(verdictOf(late).halt.heldMs).toBeLessThan(6500);
    const short = verdictOf((s) => {
      late(s);
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 6500 } };
    });
    expect(primaries(short)).toEqual(['hold-short -']);
    expect(short.verdict).toBe('inconclusive');
  });
});

describe('at level 4 it is no pass, and has one cause, when', () => {
  it.each(wrong)('%s', (_, change, expected) => {
    const verdict = verdictOf(change);
    expect(primaries(verdict)).toEqual(expected);
    expect(verdict.verdict).not.toBe('pass');
    expect(verdict.exitCode).not.toBe(0);
  });

  it('the halt was refused: the services that run on are the cause, not the store', () => {
    const verdict = verdictOf((s) => {
      refusing(s);
      for (const name of LEVEL4) {
        const first = baselineLife(s, name);
        first.toMs = FOREVER;
        s.lives = s.lives.filter((one) => one === first || !one.services.includes(name));
      }
      s.starts = [];
      s.manualSteps = [];
      s.api = () => present(calm);
      s.store = () => present({ state: calm, incidents: [], inode: 7 });
      s.audit = () => present([auditLine(1, 'principal', 'knox', 'started')]);
      s.exchange = (ms) =>
        present({
          positions: {},
          open: {},
          accepted: [{ asset: 'DOGE-USD', account: 'hermes', count: Math.floor(ms / 200) }],
        });
    });
    expect(primaries(verdict)).toEqual(LEVEL4.toSorted().map((name) => `partial-stop ${name}`));
    expect(verdict).toMatchObject({ verdict: 'fail', exitCode: 1, fleet: 'restored' });
  });
});

describe('after a level 4, the fleet', () => {
  it.each<[string, Change, Verdict['fleet']]>([
    [
      'is halted while the incident is open',
      (s) => withIncidents(s, (row) => [{ ...row, resolvedAt: null }]),
      'halted',
    ],
    [
      'is not known to be restored where the incident is gone from the store',
      (s) => withIncidents(s, (row, ms) => (ms < RESUME ? [row] : [])),
      'unknown',
    ],
    [
      'is not known to be restored where only the store could be read',
      (s) => {
        const { api } = s;
        s.api = (ms) => (ms >= UP ? unreadable('503') : api(ms));
      },
      'unknown',
    ],
    [
      'is not known to be restored where only the API could be read',
      (s) => {
        const { store } = s;
        s.store = (ms) => (ms >= RESUME + 250 ? unreadable('locked') : store(ms));
      },
      'unknown',
    ],
    [
      'is restored though a step failed, if everything was seen back',
      (s) => {
        step(s).result = present({ exitCode: 1, output: '' });
      },
      'restored',
    ],
  ])('%s', (_, change, fleet) => {
    expect(verdictOf(change)).toMatchObject({ fleet, exitCode: fleet === 'restored' ? 1 : 5 });
  });
});

describe('the checklist', () => {
  it('says of each step what came of it, and what is left to do, with the exact command', () => {
    const steps = (change: Change) =>
      verdictOf(change).manualResume?.map(({ service, outcome }) => `${service ?? 'lift'} ${outcome}`);
    expect(steps(() => undefined)).toEqual([
      'lift succeeded',
      'lift succeeded',
      ...['principal', 'sentinel', 'horus', ...LEVEL4.slice(0, 4)].map((name) => `${name} succeeded`),
    ]);
    const [byHand] = right;
    expect(steps(byHand?.[1] ?? (() => undefined))?.slice(0, 2)).toEqual(['lift by hand', 'lift succeeded']);
    const left = verdictOf((s) => {
      wrong.find(([name]) => name === 'the operator stops at the second step')?.[1](s);
      s.manualSteps = s.manualSteps.map((one) => ({ ...one, result: null, withdrawn: true }));
    });
    expect(left).toMatchObject({ verdict: 'aborted', exitCode: 5 });
    expect(left.manualResume?.map(({ outcome }) => outcome)).toEqual(Array(9).fill('not taken'));
    expect(left.manualResume?.slice(0, 3)).toEqual([
      {
        host: 'knox',
        service: null,
        command: ['/opt/invictus/bin/lift', '--incident', 'i-1'],
        outcome: 'not taken',
      },
      { host: 'tesseract', service: null, command: ['launchctl', 'enable', 'all'], outcome: 'not taken' },
      {
        host: 'knox',
        service: 'principal',
        command: ['launchctl', 'start', 'principal'],
        outcome: 'not taken',
      },
    ]);
  });

  it('is there only where something was halted that it could lift', () => {
    const untouched = verdictOf((s) => {
      s.triggered = false;
      s.manualSteps = [];
      s.starts = [];
    });
    expect(untouched.manualResume).toBeUndefined();
    const api = verdictOf((s) => {
      s.plan = { ...s.plan, resume: 'api', manualResume: [] };
    });
    expect(api.manualResume).toBeUndefined();
  });
});

describe('what a failed step said', () => {
  it('is one bounded line without harmful characters', () => {
    const verdict = verdictOf((s) => {
      step(s).result = present({
        exitCode: 2,
        output: `\u001b[2Jgone\r\nwrong \u202e${'x'.repeat(90_000)}`,
      });
    });
    const { message } = verdict.findings.find((f) => f.code === 'manual-resume-failed') ?? { message: '' };
    expect(message).toContain(
      'The step "/opt/invictus/bin/lift --incident i-1" of the manual resume on knox',
    );
    expect(message).toContain('exit code 2: [2Jgone wrong xxx');
    expect(message).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(message.length).toBeLessThan(400);
  });

  it('cannot be accepted', () => {
    const verdict = verdictOf((s) => {
      step(s).result = present({ exitCode: 2, output: '' });
      s.knownIssues = [
        {
          id: 'KI-001',
          code: 'manual-resume-failed',
          level: 4,
          host: 'knox',
          services: ['principal'],
          title: 'it always does',
          owner: 'operations',
          filed: '2026-11-01',
          fix: 'mend it',
          expires: '2026-12-01',
        },
      ];
    });
    expect(verdict).toMatchObject({ verdict: 'fail', exitCode: 1 });
  });
});

describe('a drill whose halt the API lifts', () => {
  it('is forgiven nothing of this: a broker that goes has stopped itself, and is down', () => {
    const verdict = verdictOf((s) => {
      s.plan = { ...s.plan, resume: 'api', manualResume: [] };
    });
    const codes = verdict.findings.map((f) => f.code);
    expect(codes).toContain('self-halt');
    expect(codes).toContain('broker-down');
    expect(codes).toContain('unrestored-service');
    expect(codes).toContain('unlogged-halt');
  });
});

describe('taking evidence of a level 4 away never makes a pass', () => {
  const journal = journalOf(cleanLevel4());
  const noPass = (entries: readonly Entry[]): void => {
    const verdict = judge(entries, options);
    expect(verdict.verdict).not.toBe('pass');
    expect(verdict.exitCode).not.toBe(0);
  };
  const isStep = (e: Entry): boolean =>
    (e.kind === 'intent' || e.kind === 'outcome') && e.act.act === 'manual-step';

  it('any record of a step, and all of them', () => {
    const steps = journal.filter(isStep);
    expect(steps).toHaveLength(4);
    for (const one of steps.filter(({ kind }) => kind === 'outcome'))
      noPass(journal.filter((e) => e !== one));
    for (const host of ['knox', 'tesseract']) {
      noPass(journal.filter((e) => !isStep(e) || !('act' in e) || !('host' in e.act) || e.act.host !== host));
    }
    noPass(journal.filter((e) => !isStep(e)));
  });

  it('the store within the halt, from when it held the halt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), (rest) => {
        noPass(
          journal.filter((e) => e.kind !== 'store' || e.read.sentMs < T0 + rest || e.read.sentMs > RESUME),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('what API or store say after the undo', () => {
    for (const kind of ['status', 'store']) {
      noPass(journal.filter((e) => e.kind !== kind || e.atMs < RESUME + 300 || e.atMs > END));
    }
  });

  it('the nonce in the store', () => {
    const text = JSON.stringify(journal.filter((e) => e.kind !== 'opened'));
    const [opened] = journal;
    if (opened === undefined) throw new Error('no journal');
    noPass([opened, ...(JSON.parse(text.replaceAll(NONCE, 'somebody')) as Entry[])]);
  });
});
