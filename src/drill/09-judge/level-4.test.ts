import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindingCode } from '../model/findings.ts';
import type { Entry } from '../model/journal.ts';
import { present, unreadable } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';
import {
  auditLine,
  baselineLife,
  calm,
  cleanLevel4,
  DEADLINE,
  END,
  FOREVER,
  GONE,
  halted,
  journalOf,
  LEVEL4,
  life,
  livesOf,
  NONCE,
  RESUME,
  type Scenario,
  T0,
  UP,
} from './fixtures.ts';
import { judge } from './judge.ts';

const options = { today: '2026-11-22', strict: true };
const deep = { ...halted, level: 4 };
type Change = (s: Scenario) => void;

function verdictOf(change: Change = () => undefined): Verdict {
  const s = cleanLevel4();
  change(s);
  return judge(journalOf(s), options);
}

const primaries = ({ findings }: Verdict): string[] =>
  findings
    .filter((f) => f.consequenceOf === null)
    .map((f) => `${f.code} ${f.service ?? '-'}`)
    .sort();

const acknowledging: Change = (s) => {
  s.reply = present({
    status: 200,
    acknowledged: true,
    state: deep,
    stops: LEVEL4.map((service) => ({
      service,
      host: null,
      outcome: service === 'principal' ? 'last' : 'stopped',
    })),
    recorded: true,
    body: '{}',
  });
};
const refusing: Change = (s) => {
  s.reply = present({
    status: 403,
    acknowledged: false,
    state: null,
    stops: null,
    recorded: null,
    body: '{}',
  });
};
/** The broker stays, as one process, and goes on answering. */
const lives: Change = (s) => {
  const broker = baselineLife(s, 'principal');
  broker.toMs = FOREVER;
  s.lives = s.lives.filter((one) => one === broker || !one.services.includes('principal'));
  s.starts = s.starts.filter(({ service }) => service !== 'principal');
  s.api = (ms) => present(ms >= T0 + 50 && ms < RESUME + 40 ? deep : calm);
};
/** Has the store hold this while a condition holds, with the incidents as they are. */
const holding = (s: Scenario, when: (ms: number) => boolean, state: typeof halted): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return when(ms) && read.kind === 'present' ? present({ ...read.value, state }) : read;
  };
};
const withIncidents = (
  s: Scenario,
  change: (
    row: { id: string; reason: string | null; resolvedAt: string | null },
    ms: number,
  ) => { id: string; reason: string | null; resolvedAt: string | null }[],
): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    if (read.kind !== 'present') return read;
    const incidents = (read.value.incidents ?? []).flatMap((row) =>
      change(row, ms).map((other) => ({ ...row, ...other })),
    );
    return present({ ...read.value, incidents });
  };
};
const logging = (s: Scenario, change: (line: ReturnType<typeof auditLine>) => boolean): void => {
  const { audit } = s;
  s.audit = (ms) => {
    const read = audit(ms);
    return read.kind === 'present' ? present(read.value.filter(change)) : read;
  };
};
const step = (s: Scenario, index = 0): Scenario['manualSteps'][number] => {
  const found = s.manualSteps[index];
  if (found === undefined) throw new Error('no such step');
  return found;
};
const inHalt = (ms: number): boolean => ms >= T0 && ms < RESUME;

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
    expect(verdict.halt.services[0]).toMatchObject({ service: 'principal', stoppedAfterMs: [700, 820] });
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
    expect(primaries(short)).toEqual(['cut-short -']);
    expect(short.verdict).toBe('inconclusive');
  });
});

/** Changes to a clean level 4, and all the primary findings that each must leave. */
const wrong: readonly (readonly [string, Change, readonly `${FindingCode} ${string}`[]])[] = [
  [
    'the broker acknowledges and stays',
    (s) => {
      acknowledging(s);
      lives(s);
    },
    ['successful-no-op principal'],
  ],
  ['the broker stays without a reply', lives, ['partial-stop principal']],
  [
    'the broker stays, and its API has forgotten the halt',
    (s) => {
      lives(s);
      s.api = (ms) => present(ms >= T0 + 50 && ms < T0 + 1000 ? deep : calm);
    },
    ['partial-stop principal'],
  ],
  [
    'its process is gone, and its API still answers',
    (s) => {
      const { api } = s;
      s.api = (ms) => (inHalt(ms) ? present(deep) : api(ms));
    },
    ['partial-stop principal'],
  ],
  [
    'its supervisor brings it back, without the halt',
    (s) => {
      s.lives.push(life('principal', 'knox', 990, T0 + 1500, RESUME + 100));
      const { api } = s;
      s.api = (ms) => (ms > T0 + 1800 && ms < RESUME + 100 ? present(calm) : api(ms));
    },
    ['respawned principal'],
  ],
  [
    'it goes too late',
    (s) => {
      baselineLife(s, 'principal').toMs = DEADLINE + 700;
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 3000 } };
      const { api } = s;
      s.api = (ms) => (ms >= GONE && ms < DEADLINE + 700 ? present(deep) : api(ms));
    },
    ['late-stop principal'],
  ],
  [
    'it leaves a child behind',
    (s) =>
      void s.lives.push({
        ...life('', 'knox', 991, 0, FOREVER),
        services: [],
        ppid: baselineLife(s, 'principal').pid,
        pgrp: baselineLife(s, 'principal').pid,
      }),
    ['orphaned-children principal'],
  ],
  [
    'the store does not change',
    (s) => {
      s.store = () => present({ state: calm, incidents: [], inode: 7 });
    },
    ['unpersisted-halt principal'],
  ],
  [
    'the store does not change, so that there is nothing to lift',
    (s) => {
      s.store = () => present({ state: calm, incidents: [], inode: 7 });
      s.manualSteps = [];
    },
    ['unpersisted-halt principal'],
  ],
  [
    'the store is written after the deadline only',
    (s) => holding(s, (ms) => ms >= T0 && ms < DEADLINE + 600, calm),
    ['unpersisted-halt principal'],
  ],
  [
    'the broker wipes its state as it goes',
    (s) => holding(s, (ms) => ms >= GONE && ms < RESUME, calm),
    ['silent-downgrade principal'],
  ],
  [
    'the state is gone with the broker',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms >= GONE && ms < RESUME ? { kind: 'absent' } : store(ms));
    },
    ['silent-downgrade principal'],
  ],
  [
    'the store holds a lower level',
    (s) => holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, { ...deep, level: 3 }),
    ['silent-downgrade principal'],
  ],
  [
    'the store cannot be read while halted',
    (s) => {
      const { store } = s;
      s.store = (ms) => (inHalt(ms) ? unreadable('locked') : store(ms));
    },
    ['cut-short -', 'unreadable-store principal'],
  ],
  [
    'the store is never read while halted',
    (s) => {
      s.storeRests = inHalt;
    },
    ['cut-short -', 'unreadable-store principal'],
  ],
  [
    'the store cannot be read once the broker is gone',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms >= GONE && ms < RESUME ? unreadable('locked') : store(ms));
    },
    ['unreadable-store principal'],
  ],
  [
    'API and store disagree while the broker still lives',
    (s) => {
      baselineLife(s, 'principal').toMs = T0 + 3000;
      const { api } = s;
      s.api = (ms) => (ms >= GONE && ms < T0 + 3000 ? present(deep) : api(ms));
      holding(s, (ms) => ms >= T0 && ms < T0 + 2500, calm);
    },
    ['split-state principal'],
  ],
  [
    'no incident is opened',
    (s) => {
      holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, { ...deep, incident: null });
      withIncidents(s, () => []);
    },
    ['missing-incident principal'],
  ],
  [
    'the incident is closed by the broker as it goes',
    (s) => withIncidents(s, (row, ms) => [{ ...row, resolvedAt: ms < GONE ? null : '2026-11-22T10:00:06Z' }]),
    ['missing-incident principal'],
  ],
  [
    'neither incident nor state has a reason',
    (s) => {
      holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, { ...deep, reason: null });
      withIncidents(s, (row) => [{ ...row, reason: null }]);
    },
    ['missing-incident principal'],
  ],
  [
    'two incidents are opened',
    (s) => withIncidents(s, (row) => [row, { ...row, id: 'i-2' }]),
    ['duplicate-incident principal'],
  ],
  [
    'the halt in the store is somebody else’s',
    (s) => {
      s.api = (ms) => (ms >= T0 && ms < UP ? unreadable('refused') : present(calm));
      holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, { ...deep, incident: 'i-9', reason: 'real trouble' });
      withIncidents(s, (row) => [{ ...row, id: 'i-9', reason: 'real trouble' }]);
    },
    ['foreign-halt principal'],
  ],
  [
    'the store was halted before',
    (s) => holding(s, (ms) => ms < RESUME, { ...deep }),
    ['foreign-halt principal', 'missing-incident principal', 'vacuous-target principal'],
  ],
  [
    'the log has nothing about the broker',
    (s) => logging(s, (line) => line.seq === 1 || line.subject !== 'principal'),
    ['unlogged-halt principal'],
  ],
  [
    'the log has nothing about the broker but that it was started again',
    (s) => {
      logging(s, (line) => line.seq === 1 || line.subject !== 'principal');
      const { audit } = s;
      s.audit = (ms) => {
        const read = audit(ms);
        const again = { ...auditLine(20, 'principal', 'knox', 'started'), action: 'start' };
        return read.kind === 'present' && ms > RESUME ? present([...read.value, again]) : read;
      };
    },
    ['unlogged-halt principal'],
  ],
  [
    'the log says of another service only that it goes',
    (s) => {
      const { audit } = s;
      s.audit = (ms) => {
        const read = audit(ms);
        const going = (line: ReturnType<typeof auditLine>) =>
          line.subject === 'hermes' ? { ...line, outcome: 'going' } : line;
        return read.kind === 'present' ? present(read.value.map(going)) : read;
      };
    },
    ['unlogged-halt hermes'],
  ],
  [
    'a step of the manual resume fails',
    (s) => {
      step(s).result = present({ exitCode: 3, output: 'no such incident' });
    },
    ['manual-resume-failed principal'],
  ],
  [
    'a step of the manual resume cannot be seen to succeed',
    (s) => {
      step(s, 1).result = unreadable('the connection was lost');
    },
    ['manual-resume-failed principal'],
  ],
  [
    'a step of the manual resume has no outcome',
    (s) => {
      step(s).result = null;
    },
    ['manual-resume-failed principal'],
  ],
  [
    'a step of the manual resume is left out',
    (s) => {
      s.manualSteps = s.manualSteps.slice(0, 1);
    },
    LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
  ],
  [
    'one service is started before the steps are taken',
    (s) => {
      for (const one of s.starts) if (one.service === 'hermes') one.atMs = RESUME + 50;
    },
    ['unrestored-service hermes'],
  ],
  [
    'a service is not started, and does not come back',
    (s) => {
      s.starts = s.starts.filter(({ service }) => service !== 'hermes');
      s.lives = s.lives.filter((one) => !one.services.includes('hermes') || one.fromMs < T0);
    },
    ['unrestored-service hermes'],
  ],
  [
    'a service falls again after it was started',
    (s) => {
      for (const one of livesOf(s, 'hermes')) if (one.fromMs > RESUME) one.toMs = one.fromMs + 700;
      s.lives.push(life('hermes', 'tesseract', 992, RESUME + 1600, FOREVER));
    },
    ['unrestored-service hermes'],
  ],
  [
    'a service takes too long to come back',
    (s) => {
      s.plan = { ...s.plan, timing: { ...s.plan.timing, restoreWithinMs: 500, settleMs: 500 } };
      for (const one of livesOf(s, 'hermes')) if (one.fromMs > RESUME) one.fromMs = RESUME + 3500;
    },
    ['unrestored-service hermes'],
  ],
  [
    'the incident stays open',
    (s) => withIncidents(s, (row) => [{ ...row, resolvedAt: null }]),
    ['incident-left-open principal'],
  ],
  [
    'the broker comes back halted',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms >= UP ? present(deep) : api(ms));
    },
    ['incident-left-open principal'],
  ],
  [
    'the broker does not answer after the undo',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms >= UP ? unreadable('503') : api(ms));
    },
    ['unreadable-broker principal'],
  ],
  [
    'the store cannot be read after the undo',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms >= RESUME + 250 ? unreadable('locked') : store(ms));
    },
    ['unreadable-store principal'],
  ],
];

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
