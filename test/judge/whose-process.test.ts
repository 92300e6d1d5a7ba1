import { describe, expect, it } from 'vitest';
import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { EntryBody } from '../../src/drill/model/journal.ts';
import type { PlannedService } from '../../src/drill/model/plan.ts';
import { present } from '../../src/drill/model/reading.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { type FakeFleet, fakePlan } from '../fakes/fake-fleet.ts';
import { begins, type FakeDrill, runFakeDrill } from '../fakes/run-fake-drill.ts';
import { Given, told } from './given.ts';
import {
  baselineLife,
  cleanLevel2,
  type FakeLife,
  FOREVER,
  journalOf,
  life,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';

const judged = (s: Scenario): Verdict => new Given(s).verdict();
const outcome = async (drill: FakeDrill): Promise<readonly [string, readonly string[]]> => {
  const { verdict } = await runFakeDrill(drill);
  return [verdict.verdict, told(verdict)];
};

const HERMES = '/opt/bin/hermes';

/** Does something once, when the stage begins, or some time after it. */
const when =
  (stage: string, act: (fleet: FakeFleet) => void, afterMs = 0) =>
  (body: EntryBody, fleet: FakeFleet): void => {
    if (begins(body, stage)) void fleet.clock.sleep(afterMs).then(() => act(fleet));
  };

describe('B1: a target that is started again under options or by a relative path', () => {
  const back = (argv: readonly string[], cwd?: string): FakeDrill => ({
    on: when('hold', ({ tesseract }) => tesseract.spawn(argv, 1, cwd === undefined ? {} : { cwd })),
  });

  it.each([
    [['python3', '-X', 'dev', HERMES]],
    [['python3', '-W', 'ignore', HERMES]],
    [['node', '-r', 'y', HERMES]],
    [['node', '--import', 'y', HERMES]],
    [['node', '--env-file', 'f', HERMES]],
    [['perl', '-I', 'd', HERMES]],
    [['bash', '-o', 'posix', HERMES]],
    [['java', '-cp', 'c', '-jar', HERMES]],
  ])('B1: %j is respawned', async (argv) => {
    const [verdict, findings] = await outcome(back(argv));
    expect(verdict).toBe('fail');
    expect(findings).toContain('respawned hermes');
  });

  it('B1: a relative path is held against its folder, and is in doubt without one', async () => {
    expect((await outcome(back(['python3', 'hermes'], '/opt/bin')))[1]).toContain('respawned hermes');
    // It may have been in the right folder when it began.
    expect((await outcome(back(['python3', 'hermes'], '/opt/other')))[0]).toBe('inconclusive');
    expect((await outcome(back(['python3', 'other/hermes'], '/opt')))[0]).toBe('pass');
    const [verdict, findings] = await outcome(back(['python3', 'hermes']));
    expect(verdict).toBe('inconclusive');
    expect(findings).toContain('blind-probe hermes');
  });

  it.each([[['some-runtime', '--fast', HERMES]], [['python3', '/usr/bin/watch.py', HERMES]]])(
    'B1: what %j does with the script nobody knows',
    async (argv) => {
      const [verdict, findings] = await outcome(back(argv));
      expect(verdict).toBe('inconclusive');
      expect(findings).toContain('blind-probe hermes');
    },
  );

  it('B1: a wrapper that nobody knows is no doubt where it goes with the target', async () => {
    let wrapper = 0;
    const found = await outcome({
      prepare: ({ tesseract }) => {
        wrapper = tesseract.spawn(['some-wrapper', '--', HERMES]);
      },
      on: (body, { tesseract }) => {
        if (body.kind === 'outcome' && body.act.act === 'trigger') tesseract.processes.delete(wrapper);
      },
    });
    expect(found).toEqual(['pass', []]);
  });
});

describe('D3: who reads a script in the halt', () => {
  it.each([
    [['vi', '-R', HERMES]],
    [['less', '-N', HERMES]],
    [['tail', '-f', HERMES]],
    [['sha256sum', '-b', HERMES]],
    [['grep', 'x', HERMES]],
  ])('D3: %j, is nobody, whether it stays or goes', async (argv) => {
    for (const stage of ['baseline', 'hold']) {
      let reader = 0;
      const stays = when(stage, ({ tesseract }) => {
        reader = tesseract.spawn(argv);
      });
      const goes = when(stage, ({ tesseract }) => tesseract.processes.delete(reader), 400);
      expect(await outcome({ on: stays })).toEqual(['pass', []]);
      expect(
        await outcome({
          on: (body, fleet) => {
            stays(body, fleet);
            goes(body, fleet);
          },
        }),
      ).toEqual(['pass', []]);
    }
  });
});

describe('D2: a process that matches a survivor', () => {
  const command = ['/usr/bin/node', '/opt/bin/principal', 'status'];
  const forMs = (stage: string, afterMs: number, lastsMs: number): FakeDrill => ({
    on: when(
      stage,
      ({ clock, knox }) => {
        const pid = knox.spawn(command);
        void clock.sleep(lastsMs).then(() => knox.processes.delete(pid));
      },
      afterMs,
    ),
  });

  it.each([
    ['baseline', 900],
    ['baseline', 1_300],
    ['trigger', 0],
    ['observe', 50],
    ['hold', 500],
    ['hold', 5_600],
    ['resume', 50],
  ])('D2: for a moment, is nothing: %s, %d ms', async (stage, afterMs) => {
    for (const lastsMs of [200, 450, 700])
      expect(await outcome(forMs(stage, afterMs, lastsMs))).toEqual(['pass', []]);
  });

  it.each([
    ['hold', 500, 3_000],
    ['hold', 500, 60_000],
  ])('D2: and stays, is a second instance: %s, %d ms, %d ms', async (stage, afterMs, lastsMs) => {
    const [verdict, findings] = await outcome(forMs(stage, afterMs, lastsMs));
    expect(verdict).toBe('fail');
    expect(findings).toContain('duplicate-instance principal');
  });
});

/** A child of a target, in a group of its own or not. */
function child(of: FakeLife, pid: number, toMs: number): FakeLife {
  return { ...life('', 'tesseract', pid, 0, toMs), ppid: of.pid, pgrp: of.pid, services: [] };
}

describe('B4: a declared helper', () => {
  const becoming = (services: string[]): Scenario => {
    const s = cleanLevel2();
    const helper = child(baselineLife(s, 'hermes'), 270, RESUME + 300);
    helper.leftByAt = (ms) => (ms < T0 + 2_000 ? ['hermes'] : []);
    helper.matchedAt = (ms) => (ms < T0 + 2_000 ? [] : services);
    s.lives.push(helper);
    return s;
  };

  it('B4: that becomes another program is an orphan', () => {
    expect(told(judged(becoming([])))).toContain('orphaned-children hermes');
  });

  it('B4: that becomes the service itself is respawned', () => {
    expect(told(judged(becoming(['hermes'])))).toContain('respawned hermes');
  });

  it('B4: that stays what it is, is none', () => {
    const s = cleanLevel2();
    s.lives.push({ ...child(baselineLife(s, 'hermes'), 270, FOREVER), leftBy: ['hermes'] });
    expect(told(judged(s))).toEqual([]);
  });

  it('B4: that was an orphan for most of the halt before it became one, is an orphan', () => {
    const s = cleanLevel2();
    const late = child(baselineLife(s, 'hermes'), 270, FOREVER);
    late.leftByAt = (ms) => (ms < RESUME - 1_500 ? [] : ['hermes']);
    s.lives.push(late);
    expect(told(judged(s))).toContain('orphaned-children hermes');
  });
});

describe('B5: a child that is another service', () => {
  it('B5: of another host is an orphan', () => {
    const s = cleanLevel2();
    s.lives.push({ ...child(baselineLife(s, 'hermes'), 270, FOREVER), services: ['horus'] });
    expect(told(judged(s))).toContain('orphaned-children hermes');
  });

  it('B5: of another host is an orphan, in a whole drill', async () => {
    const [verdict, findings] = await outcome({
      prepare: ({ tesseract }) => {
        const parent = tesseract.find(HERMES)?.pid ?? 0;
        tesseract.spawn(['/usr/bin/node', '/opt/bin/sentinel'], parent, { sid: parent });
      },
    });
    expect(verdict).toBe('fail');
    expect(findings).toContain('orphaned-children hermes');
  });
});

describe('D4: a declared helper with a child of its own', () => {
  const helper = ['/bin/sh', '/opt/bin/helper'];
  const services: PlannedService[] = fakePlan().services.map((one) =>
    one.name === 'hermes' ? { ...one, leaves: [{ script: '/opt/bin/helper' }] } : one,
  );
  const withHelper = ({ tesseract }: FakeFleet): void => {
    const hermes = tesseract.find(HERMES)?.pid ?? 0;
    const shell = tesseract.spawn(helper, hermes, { pgrp: hermes, sid: hermes });
    tesseract.spawn(['sleep', '60'], shell, { pgrp: hermes, sid: hermes });
  };

  it('D4: reaches the hold, and passes', async () => {
    expect(await outcome({ plan: { services }, prepare: withHelper })).toEqual(['pass', []]);
  });

  it('D4: though a child of the target itself is an orphan all the same', async () => {
    const [, findings] = await outcome({
      plan: { services },
      prepare: (fleet) => {
        withHelper(fleet);
        const hermes = fleet.tesseract.find(HERMES)?.pid ?? 0;
        fleet.tesseract.spawn(['sleep', '60'], hermes, { pgrp: hermes, sid: hermes });
      },
    });
    expect(findings).toContain('orphaned-children hermes');
  });
});

const UNIT = '/system.slice/hermes.service';

/** hermes in the cgroup of a unit, that systemd calls its own. */
function inUnit(s: Scenario): FakeLife {
  const managed = {
    pid: 202,
    runs: null,
    restarts: 0,
    invocation: 'a'.repeat(32),
    controlGroup: UNIT,
    keepAlive: null,
    comesBack: null,
    startsLeft: null,
    disabled: null,
    revives: null,
  };
  s.also.push({
    atMs: 2_000,
    body: {
      kind: 'manager',
      host: 'tesseract',
      moment: 'baseline',
      read: {
        sentMs: 1_990,
        receivedMs: 2_000,
        reading: present([{ service: 'hermes', reading: present(managed) }]),
      },
    },
  });
  for (const one of s.lives.filter(({ services }) => services.includes('hermes'))) one.cgroup = UNIT;
  return baselineLife(s, 'hermes');
}

/** A process that nothing but its cgroup ties to anybody. */
const stray = (pid: number, fromMs: number, toMs: number, cgroup = UNIT): FakeLife => ({
  ...life('', 'tesseract', pid, fromMs, toMs),
  services: [],
  cgroup,
});

describe('B8: what sits in the cgroup that a manager calls a service’s own', () => {
  it('B8: a leftover of an earlier life is an orphan, though it is older than the service', () => {
    const s = cleanLevel2();
    inUnit(s);
    s.lives.push(stray(150, 0, FOREVER), stray(260, 0, FOREVER));
    expect(told(judged(s))).toContain('orphaned-children hermes');
  });

  it('B12: so is a server that left the unit’s session before its last restart, in a folder below', () => {
    const s = cleanLevel2();
    inUnit(s);
    s.lives.push(stray(150, 0, FOREVER, `${UNIT}/tmux`));
    expect(told(judged(s))).toContain('orphaned-children hermes');
  });

  it('B8: who is in another, by a name that begins alike, is a stranger', () => {
    const s = cleanLevel2();
    inUnit(s);
    s.lives.push(stray(150, 0, FOREVER, `${UNIT}.d`));
    expect(told(judged(s))).toEqual([]);
  });

  it('B8: the runner counts it too: it is not held what is not gone', async () => {
    const { verdict, fleet } = await runFakeDrill({
      prepare: ({ tesseract, managers }) => {
        const group = { cgroup: UNIT };
        tesseract.spawn(['tmux', 'new'], 1, group);
        const hermes = tesseract.find(HERMES);
        if (hermes) tesseract.processes.set(hermes.pid, { ...hermes, ...group });
        const account = {
          pid: hermes?.pid ?? null,
          runs: null,
          restarts: 0,
          invocation: 'a',
          controlGroup: UNIT,
          keepAlive: null,
          comesBack: null,
          startsLeft: null,
          disabled: null,
          revives: null,
        };
        managers.set('tesseract', {
          read: async () => present([{ service: 'hermes', reading: present(account) }]),
        });
      },
    });
    expect(told(verdict)).toContain('orphaned-children hermes');
    expect(fleet.entries.some((entry) => entry.kind === 'stage' && begins(entry, 'hold'))).toBe(false);
  });

  it('A6: a child of the next life is none of the one before', () => {
    const s = cleanLevel2();
    inUnit(s);
    const next = { ...life('hermes', 'tesseract', 270, T0 + 1_000, FOREVER), cgroup: UNIT };
    s.lives.push(next, { ...stray(280, T0 + 1_200, FOREVER), ppid: 270 });
    const findings = told(judged(s));
    expect(findings).toContain('respawned hermes');
    expect(findings).not.toContain('orphaned-children hermes');
  });
});

/** A container on tesseract, where all that is in it is seen too, under other pids. */
function withContainer(pidNamespace = 'ns-vat'): Scenario {
  const s = cleanLevel2();
  s.plan = {
    ...s.plan,
    hosts: [
      ...s.plan.hosts,
      { name: 'vat', reachedBy: 'podman exec vat, on tesseract', manager: 'none', on: 'tesseract' },
    ],
  };
  s.scopes.vat = { bootId: 'boot-t', pidNamespace: 'ns-vat' };
  const inBoth = (one: FakeLife): void => {
    const outer = { ...one, hosts: ['tesseract'], pid: one.pid + 5_000 };
    s.lives.push({ ...outer, inner: { pid: one.pid, pidNamespace } });
  };
  const init = { ...life('', 'vat', 1, 0, FOREVER), services: [] };
  s.lives.push(init);
  inBoth(init);
  for (const canary of s.canaries.filter(({ host }) => host === 'tesseract')) {
    const { tag, pid, fromMs, goneMs } = canary;
    const inBox = { ...canary, host: 'vat', tag: `${tag}-vat` };
    s.canaries.push(inBox);
    inBoth({
      ...life('', 'vat', pid, fromMs, goneMs),
      start: pid * 10 + fromMs,
      services: [],
      canary: inBox.tag,
    });
  }
  return s;
}

/** hermes is seen in the container as well, and is declared there or on its host. */
function hermesInContainer(declaredAt: 'tesseract' | 'vat', pidNamespace?: string): Scenario {
  const s = withContainer(pidNamespace);
  const services = s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, host: declaredAt } : one));
  s.plan = { ...s.plan, services };
  for (const outer of s.lives.filter((one) => one.services.includes('hermes'))) {
    const pid = outer.pid - 190;
    outer.inner = { pid, pidNamespace: pidNamespace ?? 'ns-vat' };
    s.lives.push({ ...outer, hosts: ['vat'], pid });
  }
  return s;
}

describe('D1: a host that is a container on another', () => {
  const claimedAtBox = (s: Scenario): Verdict => {
    const text = JSON.stringify(journalOf(s));
    const claims = text
      .replaceAll(
        '"service":"hermes","host":"tesseract","outcome"',
        '"service":"hermes","host":"vat","outcome"',
      )
      .replaceAll('"subject":"hermes","host":"tesseract"', '"subject":"hermes","host":"vat"');
    return judge(JSON.parse(claims), { today: '2026-01-15', strict: false });
  };

  it('D1: passes where no service is declared in it', () => {
    expect(judged(withContainer())).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('D1: passes where the service is declared on its host', () => {
    expect(judged(hermesInContainer('tesseract'))).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('D1: passes where the service is declared in it', () => {
    expect(claimedAtBox(hermesInContainer('vat'))).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('D1: finds a second instance beside the container, or in another one', () => {
    const s = hermesInContainer('vat');
    s.lives.push(life('hermes', 'tesseract', 290, 0, FOREVER));
    expect(claimedAtBox(s).findings.map(({ code }) => code)).toContain('duplicate-instance');
    const other = hermesInContainer('vat');
    other.lives.push({
      ...life('hermes', 'tesseract', 290, 0, FOREVER),
      inner: { pid: 12, pidNamespace: 'ns-other' },
    });
    expect(claimedAtBox(other).findings.map(({ code }) => code)).toContain('duplicate-instance');
  });
});
