import type { FindingCode } from '../../../src/drill/model/findings.ts';
import { present, unreadable } from '../../../src/drill/model/reading.ts';
import {
  auditLine,
  baselineLife,
  calm,
  DEADLINE,
  FOREVER,
  GONE,
  halted,
  LEVEL4,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
  UP,
} from '../scenario.ts';
import type { Change } from './case.ts';

export const deep = { ...halted, level: 4 };

export const acknowledging: Change = (s) => {
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
export const refusing: Change = (s) => {
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
export const withIncidents = (
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
export const step = (s: Scenario, index = 0): Scenario['manualSteps'][number] => {
  const found = s.manualSteps[index];
  if (found === undefined) throw new Error('no such step');
  return found;
};
const inHalt = (ms: number): boolean => ms >= T0 && ms < RESUME;

/** A step that a person says to have taken: nobody saw a result of it. */
const takenByHand = (s: Scenario, index: number): void => {
  const one = step(s, index);
  one.result = null;
  one.byHand = true;
};
/** From the second step on nothing is done: only the first, which lifts the halt, was. */
const stopped: Change = (s) => {
  const one = step(s, 1);
  one.result = null;
  one.withdrawn = true;
  s.starts = [];
  s.lives = s.lives.filter((some) => some.services.length === 0 || some.fromMs < T0);
  s.api = (ms) => (ms >= GONE ? unreadable('refused') : present(ms >= T0 + 50 ? deep : calm));
  s.interruptedAt = RESUME + 160;
};

/** A broker that keeps no incidents table: the state in its store is all that there is. */
const withoutTable = (s: Scenario, before: Partial<typeof deep>, after: Partial<typeof deep>): void => {
  s.plan = { ...s.plan, sources: { ...s.plan.sources, incidents: false } };
  holding(s, (ms) => ms < T0, { ...calm, ...before });
  holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, { ...deep, ...after });
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return read.kind === 'present' ? present({ ...read.value, incidents: null }) : read;
  };
};

/** A hand tool that matches hermes as long as it runs. */
const tool = (s: Scenario, fromMs: number, toMs: number): void =>
  void s.lives.push(life('hermes', 'tesseract', 995, fromMs, toMs));
const planned = (s: Scenario, ...steps: Scenario['plan']['manualResume']): void => {
  s.plan = { ...s.plan, manualResume: steps };
};
/** The halt is lifted where it lives, and the state there goes on naming its incident. */
const naming = (s: Scenario): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return read.kind === 'present' && ms > RESUME + 40
      ? present({ ...read.value, state: { ...read.value.state, incident: 'i-1' } })
      : read;
  };
};

/** What the log has of the broker in place of that it goes. */
const brokerSaying = (s: Scenario, lines: (ms: number) => Partial<ReturnType<typeof auditLine>>[]): void => {
  logging(s, ({ seq, subject }) => seq === 1 || subject !== 'principal');
  const { audit } = s;
  s.audit = (ms) => {
    const read = audit(ms);
    if (read.kind !== 'present' || ms < T0) return read;
    const said = lines(ms).map((line, index) => ({
      ...auditLine(40 + index, 'principal', 'knox', 'going'),
      ...line,
    }));
    return present([...read.value, ...said]);
  };
};

/** Changes to a clean level 4 that leave it one. */
export const right: readonly (readonly [string, Change])[] = [
  ['a step is done by hand', (s) => takenByHand(s, 0)],
  [
    'every step is done by hand, and had its effect before anybody said so',
    (s) => {
      takenByHand(s, 0);
      takenByHand(s, 1);
    },
  ],
  ['the broker keeps no incidents table', (s) => withoutTable(s, {}, {})],
  [
    'a hand tool that looks like hermes ends with the step that runs it',
    (s) => {
      step(s, 1).atMs = RESUME + 40;
      tool(s, RESUME + 90, RESUME + 200);
    },
  ],
  [
    'hermes is started in the instant of the last step',
    (s) => {
      for (const one of s.starts) if (one.service === 'hermes') one.atMs = RESUME + 100;
    },
  ],
  [
    'a step is filled in with level and revision, and a word that only looks like one to be',
    (s) => {
      planned(s, { host: 'knox', run: ['lift', '$level', '$revision', '$levels', 'x'] });
      s.manualSteps = [{ ...step(s, 0), command: ['lift', '4', '2', '$levels', 'x'] }];
    },
  ],
  [
    'the same step is planned and taken twice',
    (s) => {
      const [first, second] = s.plan.manualResume;
      if (first === undefined || second === undefined) throw new Error('no steps');
      planned(s, first, second, second);
      s.manualSteps.push({ ...step(s, 1), atMs: RESUME + 170 });
    },
  ],
  [
    'the broker says that it goes only once it is back, in the words of every stop',
    (s) => brokerSaying(s, (ms) => (ms > RESUME ? [{}] : [])),
  ],
  [
    'the broker says that it goes, in words of its own, at the very end of the halt',
    (s) => {
      s.auditAt = [T0 - 100, RESUME - 13, s.endMs - 100];
      brokerSaying(s, () => [{ action: 'leave' }]);
    },
  ],
];

/** Changes to a clean level 4, and all the primary findings that each must leave. */
export const wrong: readonly (readonly [string, Change, readonly `${FindingCode} ${string}`[]])[] = [
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
    ['orphaned-children principal', 'restored-differently principal'],
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
    ['unreadable-store principal'],
  ],
  [
    'the store is never read while halted',
    (s) => {
      s.storeRests = inHalt;
    },
    ['unreadable-store principal'],
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
    'what somebody else did is in the store instead of the halt',
    (s) => {
      s.api = (ms) => (ms >= T0 && ms < UP ? unreadable('refused') : present(calm));
      const theirs = { ...deep, level: 3, incident: 'i-9', reason: 'real trouble' };
      holding(s, (ms) => ms >= T0 + 50 && ms < RESUME, theirs);
      withIncidents(s, (row) => [{ ...row, id: 'i-9', reason: 'real trouble' }]);
    },
    ['foreign-halt principal'],
  ],
  [
    'the store is gone from the trigger on',
    (s) => {
      const { store } = s;
      s.store = (ms) => (inHalt(ms) ? { kind: 'absent' } : store(ms));
    },
    ['unpersisted-halt principal'],
  ],
  [
    'there is no incidents table, and no incident in the state',
    (s) => withoutTable(s, {}, { incident: null }),
    ['missing-incident principal'],
  ],
  [
    'there is no incidents table, and no reason in the state',
    (s) => withoutTable(s, {}, { reason: null }),
    ['missing-incident principal'],
  ],
  [
    'there is no incidents table, and the incident is an old one',
    (s) => withoutTable(s, { incident: 'i-1' }, {}),
    ['missing-incident principal'],
  ],
  [
    'the broker goes too late, and disagrees with its store once it should be gone',
    (s) => {
      baselineLife(s, 'principal').toMs = DEADLINE + 2000;
      s.plan = { ...s.plan, timing: { ...s.plan.timing, holdMs: 2000 } };
      const { api } = s;
      s.api = (ms) => {
        if (ms < GONE || ms >= DEADLINE + 2000) return api(ms);
        return present(ms < DEADLINE ? deep : { ...deep, incident: null });
      };
    },
    ['late-stop principal'],
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
    'one step is taken twice, and another never',
    (s) => {
      const [lift] = s.manualSteps;
      if (lift === undefined) throw new Error('no step');
      s.manualSteps = [lift, { ...lift, atMs: lift.atMs + 100 }];
      const [first] = s.plan.manualResume;
      if (first === undefined) throw new Error('no planned step');
      s.plan = { ...s.plan, manualResume: [first, { host: first.host, run: ['/opt/invictus/bin/thaw'] }] };
    },
    LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
  ],
  [
    'a step is taken that begins as another, which is not',
    (s) => {
      s.manualSteps = s.manualSteps.slice(0, 1);
      const [first] = s.plan.manualResume;
      if (first === undefined) throw new Error('no planned step');
      s.plan = { ...s.plan, manualResume: [first, { host: first.host, run: first.run.slice(0, 1) }] };
    },
    LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
  ],
  [
    'the step that lifts the halt is said to be done by hand, and is not',
    (s) => {
      takenByHand(s, 0);
      holding(s, (ms) => ms >= T0 + 50, deep);
      withIncidents(s, (row) => [{ ...row, resolvedAt: null }]);
      const { api } = s;
      s.api = (ms) => (ms >= UP ? present(deep) : api(ms));
    },
    ['incident-left-open principal'],
  ],
  [
    'the operator stops at the second step',
    stopped,
    [
      'cut-short -',
      'unreadable-broker principal',
      ...LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
    ],
  ],
  [
    'the operator stops at the second step of a resume that was begun anew, whose third is the same on another host',
    (s) => {
      stopped(s);
      const { manualResume } = s.plan;
      s.plan = {
        ...s.plan,
        manualResume: [...manualResume, { host: 'knox', run: ['launchctl', 'enable', 'all'] }],
      };
      s.manualSteps = [{ ...step(s, 0), result: null }, { ...step(s, 0), atMs: RESUME + 50 }, step(s, 1)];
    },
    [
      'cut-short -',
      'manual-resume-failed principal',
      'unreadable-broker principal',
      ...LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
    ],
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
    'a hand tool that looks like hermes outlives the step that runs it',
    (s) => {
      step(s, 1).atMs = RESUME + 40;
      tool(s, RESUME + 90, RESUME + 400);
    },
    ['unrestored-service hermes'],
  ],
  [
    'hermes is started in vain, and shiva cannot be started',
    (s) => {
      const services = s.plan.services.map((one) => (one.name === 'shiva' ? { ...one, start: null } : one));
      s.plan = { ...s.plan, services };
      s.starts = s.starts.filter(({ service }) => service !== 'shiva');
      s.lives = s.lives.filter(
        (one) => one.fromMs < T0 || !one.services.some((name) => name === 'hermes' || name === 'shiva'),
      );
    },
    ['unrestored-service hermes', 'unrestored-service shiva'],
  ],
  [
    'a step gives no result, and another fails without a word',
    (s) => {
      step(s, 0).result = { kind: 'absent' };
      step(s, 1).result = present({ exitCode: 7, output: ' ' });
    },
    ['manual-resume-failed principal', 'manual-resume-failed principal'],
  ],
  [
    'a step is planned on two hosts, and taken on one',
    (s) => {
      planned(s, ...s.plan.manualResume, { host: 'knox', run: ['launchctl', 'enable', 'all'] });
    },
    LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
  ],
  [
    'the same step is planned twice, and taken once',
    (s) => {
      const [first, second] = s.plan.manualResume;
      if (first === undefined || second === undefined) throw new Error('no steps');
      planned(s, first, second, second);
    },
    LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
  ],
  [
    'a step is filled in where nothing is to be',
    (s) => {
      planned(s, { host: 'knox', run: ['lift', '$level', '$levels'] });
      s.manualSteps = [{ ...step(s, 0), command: ['lift', '4', '4'] }];
    },
    LEVEL4.toSorted().map((name) => `unrestored-service ${name}` as const),
  ],
  ['the store still names the incident, whose row is resolved', naming, ['cut-short -']],
  [
    'the incident is gone from the store with the undo',
    (s) => withIncidents(s, (row, ms) => (ms > RESUME + 40 ? [] : [row])),
    ['incident-rewritten principal'],
  ],
  [
    'another incident, resolved long ago, is in the store, and this one stays open',
    (s) => {
      withIncidents(s, (row) => [{ ...row, resolvedAt: null }]);
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        if (read.kind !== 'present') return read;
        const old = {
          id: 'i-0',
          level: 2,
          reason: null,
          openedAt: '2026-11-20T09:00:00Z',
          resolvedAt: '2026-11-20T10:00:00Z',
        };
        return present({ ...read.value, incidents: [old, ...(read.value.incidents ?? [])] });
      };
    },
    ['incident-left-open principal'],
  ],
  [
    'the broker is up and silent after the undo, and hermes is down',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms >= UP ? unreadable('503') : api(ms));
      s.starts = s.starts.filter(({ service }) => service !== 'hermes');
      s.lives = s.lives.filter((one) => !one.services.includes('hermes') || one.fromMs < T0);
    },
    ['unreadable-broker principal', 'unrestored-service hermes'],
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
  [
    'the broker says that it begins, once it is back, and nothing of its end',
    (s) => brokerSaying(s, (ms) => (ms > RESUME ? [{ action: 'boot', outcome: 'up' }] : [])),
    ['unlogged-halt principal'],
  ],
  [
    'the broker says that it begins, as another service does, and nothing of its end',
    (s) =>
      brokerSaying(s, (ms) =>
        ms > RESUME
          ? [
              { action: 'boot', outcome: null, subject: 'horus' },
              { action: 'boot', outcome: 'up' },
            ]
          : [],
      ),
    ['unlogged-halt principal'],
  ],
];
