import { describe, expect, it } from 'vitest';
import { type Behaviour, destructivePlan, FakeFleet, fakePlan } from '../../test/fakes/fake-fleet.ts';
import { judge } from './09-judge/verdict/judge.ts';
import type { GuardName } from './model/guards.ts';
import type { Entry } from './model/journal.ts';
import type { HostPin } from './model/pin.ts';
import type { Plan } from './model/plan.ts';
import { present, unreadable } from './model/reading.ts';
import type { CheckedStep, Confirm, World } from './ports/world.ts';
import { runDrill } from './run-drill.ts';

async function drill(
  behaviour: Behaviour = {},
  prepare: (fleet: FakeFleet) => void = () => undefined,
  plan: Plan = fakePlan(),
) {
  const fleet = new FakeFleet(behaviour);
  prepare(fleet);
  const input = {
    plan,
    drillId: 'd-1',
    knownIssues: [],
    inventory: { path: 'inventory.yaml', sha256: '0'.repeat(64) },
    runner: '0.0.0',
    judging: { today: '2026-11-22', strict: false },
  };
  await fleet.clock.drive(runDrill(input, fleet.world));
  return fleet;
}

const stages = (fleet: FakeFleet): string[] =>
  fleet.entries.flatMap((entry) =>
    entry.kind === 'stage' && entry.event !== 'end' ? [`${entry.stage} ${entry.event}`] : [],
  );
const lastNote = (fleet: FakeFleet, stage: string): string | null | undefined =>
  fleet.entries.findLast(
    (entry): entry is Entry & { kind: 'stage' } => entry.kind === 'stage' && entry.stage === stage,
  )?.note;

describe('runDrill', () => {
  it('halts, crashes the broker, holds, resumes, and leaves everything up', async () => {
    const fleet = await drill();
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    expect(stages(fleet)).toEqual([
      'baseline begin',
      'trigger begin',
      'observe begin',
      'crash begin',
      'hold begin',
      'resume begin',
    ]);
    expect(lastNote(fleet, 'resume')).toBeNull();
    expect(fleet.entries.at(-1)?.kind).toBe('closed');
    expect(['hermes', 'shiva', 'principal', 'sentinel'].every((name) => fleet.alive(name))).toBe(true);
  });

  describe('a connection that breaks in the hold', () => {
    const cut = async (to: string) => {
      const fleet = await drill({}, (one) => {
        // Some seconds after the broker came back: targets are gone, and must stay gone.
        void one.clock.sleep(8_000).then(() => {
          one.tesseract.cutTo = to;
          one.tesseract.lost = 'the ssh connection was lost';
          return one.clock.sleep(3_000).then(() => {
            one.tesseract.lost = null;
          });
        });
      });
      const { entries } = fleet;
      const at = entries.findIndex(
        (one) =>
          one.kind === 'sample' && one.sample.host === 'tesseract' && one.sample.seen.kind === 'unreadable',
      );
      const after = entries.slice(at).flatMap((one) => {
        if (one.kind === 'host' && one.host === 'tesseract') return [`who: ${one.identity.kind}`];
        if (one.kind !== 'sample' || one.sample.host !== 'tesseract') return [];
        return [one.sample.seen.kind];
      });
      const verdict = judge(entries, { today: '2026-11-22', strict: false });
      return { fleet, at, after, verdict };
    };

    it('proves the identity again before anything more is read, and the gap stays a gap', async () => {
      const { fleet, at, after, verdict } = await cut('tesseract');
      expect(at).toBeGreaterThan(0);
      expect(fleet.tesseract.opened).toBe(2);
      expect(after.filter((one) => one === 'unreadable').length).toBeGreaterThan(2);
      expect(after.slice(0, after.indexOf('present'))).toContain('who: present');
      expect(after).toContain('present');
      expect(verdict.verdict).toBe('inconclusive');
      expect(verdict.coverage.targets.proven).toBeLessThan(verdict.coverage.targets.declared);
    });

    it('reads nothing more where another machine answers, and says so', async () => {
      const { fleet, after, verdict } = await cut('impostor');
      expect(fleet.tesseract.opened).toBe(2);
      expect(after).toContain('who: present');
      expect(after).not.toContain('present');
      expect(verdict.verdict).not.toBe('pass');
      expect(verdict.findings).toContainEqual(
        expect.objectContaining({
          code: 'wrong-host-probe',
          message: expect.stringContaining('tesseract was not one machine throughout'),
        }),
      );
    });
  });

  it('samples less often while the halt stands, and as often as before for the last look and the undo', async () => {
    const { entries } = await drill();
    const sent = entries.flatMap((one) =>
      one.kind === 'sample' && one.sample.host === 'tesseract' ? [one.sample.sentMs] : [],
    );
    const at = (stage: string, event: string): number =>
      entries.find((one) => one.kind === 'stage' && one.stage === stage && one.event === event)?.atMs ?? 0;
    const median = (fromMs: number, toMs: number): number => {
      const own = sent.filter((ms) => ms >= fromMs && ms <= toMs);
      const apart = own.slice(1).map((ms, index) => ms - (own[index] ?? 0));
      return apart.toSorted((a, b) => a - b)[Math.floor(apart.length / 2)] ?? 0;
    };
    const [begin, end] = [at('hold', 'begin'), at('hold', 'end')];
    expect(begin).toBeLessThan(end - 4_000);
    expect(median(at('baseline', 'begin'), begin)).toBeLessThan(150);
    expect(median(begin + 500, end - 2_000)).toBeGreaterThanOrEqual(250);
    expect(median(end - 1_000, end)).toBeLessThan(150);
    expect(median(at('resume', 'begin'), Number.POSITIVE_INFINITY)).toBeLessThan(150);
  });

  it('looks again at lives that it knows while the halt stands, though nothing is new', async () => {
    const { timing } = fakePlan();
    const fleet = await drill({}, undefined, fakePlan({ timing: { ...timing, holdMs: 20_000 } }));
    const looked = new Map<string, number[]>();
    for (const one of fleet.entries) {
      if (one.kind !== 'sample' || one.sample.host !== 'knox' || one.sample.seen.kind !== 'present') continue;
      for (const { services } of one.sample.seen.value.details)
        for (const name of services) looked.set(name, [...(looked.get(name) ?? []), one.sample.sentMs]);
    }
    const at = (event: string): number =>
      fleet.entries.find((one) => one.kind === 'stage' && one.stage === 'hold' && one.event === event)
        ?.atMs ?? 0;
    const [from, to] = [at('begin'), at('end') - 2_000];
    for (const [name, times] of looked)
      expect(times.filter((ms) => ms > from && ms < to).length, name).toBeGreaterThanOrEqual(2);
    expect(looked.size).toBeGreaterThan(0);
  });

  describe('a host that is rebooted in the hold', () => {
    const reboot = async (atBoot: string[], bootedMs?: number) => {
      const fleet = await drill({}, (one) => {
        void one.clock.sleep(8_000).then(() => {
          one.tesseract.reboot(
            atBoot.map((name) => ['/usr/bin/node', `/opt/bin/${name}`]),
            bootedMs,
          );
        });
      });
      const verdict = judge(fleet.entries, { today: '2026-11-22', strict: false });
      const primary = verdict.findings.filter(({ consequenceOf }) => consequenceOf === null);
      return {
        fleet,
        verdict,
        found: primary.map(({ code, host, service }) => `${code} ${service ?? '-'}@${host ?? '-'}`),
      };
    };

    it('is watched on, and what comes back with it is found', async () => {
      const { fleet, verdict, found } = await reboot(['hermes']);
      expect(found.toSorted()).toEqual([
        'boot-resurrection hermes@tesseract',
        'unreachable-host -@tesseract',
      ]);
      expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'restored' });
      expect(fleet.tesseract.opened).toBe(2);
    });

    it('proves nothing where nothing comes back, and breaks nothing', async () => {
      const { verdict, found } = await reboot([]);
      expect(found).toEqual(['unreachable-host -@tesseract']);
      expect(verdict).toMatchObject({ verdict: 'inconclusive', fleet: 'restored' });
    });

    it('is let go where it has been up all along: a clone of it, perhaps', async () => {
      const { fleet, found } = await reboot(['hermes'], 0);
      expect(found).toContain('wrong-host-probe -@tesseract');
      const strange = fleet.entries.filter(
        (one) =>
          one.kind === 'sample' &&
          one.sample.seen.kind === 'present' &&
          one.sample.seen.value.scope.bootId === 'boot-2-tesseract',
      );
      expect(strange).toHaveLength(1);
      const planted = fleet.entries.findLast(
        (one) => one.kind === 'canary' && one.host === 'tesseract' && one.event === 'planted',
      );
      expect(planted?.atMs).toBeLessThan(strange[0]?.atMs ?? 0);
    });
  });

  describe('hosts that are pinned', () => {
    const pinning = (pin: HostPin): Plan => {
      const plan = fakePlan();
      return {
        ...plan,
        hosts: plan.hosts.map((host) => (host.name === 'tesseract' ? { ...host, pin } : host)),
      };
    };
    const itself = { machineId: 'tesseract', hostname: 'tesseract', hostKey: null };

    it('are drilled where they are what was pinned', async () => {
      const fleet = await drill({}, undefined, pinning(itself));
      expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    });

    it.each([
      ['machine id', { ...itself, machineId: 'older' }, 'its machine id is tesseract, and older was pinned'],
      ['host name', { ...itself, hostname: 'older' }, 'its host name is tesseract, and older was pinned'],
    ])('are left alone where the %s is another, and both are named', async (_, pin, why) => {
      const fleet = await drill({}, undefined, pinning(pin));
      expect(fleet.acts).toEqual([]);
      expect(fleet.entries.some(({ kind }) => kind === 'canary' || kind === 'sample')).toBe(false);
      const verdict = judge(fleet.entries, { today: '2026-11-22', strict: false });
      expect([verdict.verdict, verdict.exitCode, verdict.fleet]).toEqual(['not-run', 3, 'untouched']);
      expect(verdict.findings).toEqual([
        expect.objectContaining({ code: 'wrong-host-probe', host: 'tesseract' }),
      ]);
      expect(verdict.findings[0]?.message).toContain(why);
      expect(lastNote(fleet, 'baseline')).toContain(why);
    });
  });

  it('carries the reason for a skipped gate from the journal into the verdict', async () => {
    const { entries } = await drill();
    const asked = { today: '2026-11-22', strict: false };
    expect(judge(entries, asked)).not.toHaveProperty('gateSkipped');
    const skipped = entries.map((entry) =>
      entry.kind === 'opened' ? { ...entry, gateSkipped: 'the broker was replaced' } : entry,
    );
    expect(judge(skipped, asked).gateSkipped).toBe('the broker was replaced');
  });

  it('journals the intent before the act, and a sample of every host before and after', async () => {
    const { entries } = await drill();
    const at = (test: (entry: Entry) => boolean): number => entries.findIndex(test);
    const intent = at((entry) => entry.kind === 'intent' && entry.act.act === 'trigger');
    const outcome = at((entry) => entry.kind === 'outcome' && entry.act.act === 'trigger');
    expect(intent).toBeGreaterThan(0);
    expect(outcome).toBeGreaterThan(intent);
    for (const host of ['knox', 'tesseract']) {
      const samples = entries.flatMap((entry, i) =>
        entry.kind === 'sample' && entry.sample.host === host ? [i] : [],
      );
      expect(Math.min(...samples)).toBeLessThan(intent);
      expect(Math.max(...samples)).toBeGreaterThan(
        at((entry) => entry.kind === 'outcome' && entry.act.act === 'resume'),
      );
    }
  });

  it('plants controls on every host, and ends one before the trigger and one after the hold', async () => {
    const { entries } = await drill();
    const killed = entries.flatMap((entry) =>
      entry.kind === 'canary' && entry.event === 'killed' ? [`${entry.host} ${entry.purpose}`] : [],
    );
    for (const host of ['knox', 'tesseract']) {
      expect(killed).toContain(`${host} calibration`);
      expect(killed).toContain(`${host} rotation`);
      expect(killed).toContain(`${host} final`);
    }
  });

  it('neither crashes nor holds what never stopped, and resumes it all the same', async () => {
    const fleet = await drill({ stopsNothing: true });
    expect(stages(fleet)).toContain('crash skipped');
    expect(stages(fleet)).toContain('hold skipped');
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
  });

  it('starts by hand what a forgetful broker left down, and nothing else', async () => {
    const fleet = await drill({ forgets: true });
    expect(fleet.acts).toEqual(['halt 2', 'start hermes', 'start shiva']);
    expect(fleet.alive('hermes') && fleet.alive('shiva')).toBe(true);
  });

  it('starts by hand what the resume left down', async () => {
    const fleet = await drill({ forgetsToStart: 'shiva' });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1', 'start shiva']);
    expect(lastNote(fleet, 'resume')).toBeNull();
  });

  it('starts by hand what a late stop took down again after the resume', async () => {
    const fleet = await drill({ stopsAgainAfterMs: 400 });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1', 'start hermes']);
    expect(fleet.alive('hermes')).toBe(true);
    expect(lastNote(fleet, 'resume')).toBeNull();
  });

  it.each([1, 2])(
    'H-A1: waits for what its own supervisor restarts, %d times, and starts no second one beside it',
    async (stopsAgainTimes) => {
      const fleet = await drill({ stopsAgainAfterMs: 400, supervisedMs: 600, stopsAgainTimes });
      expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
      expect(fleet.count('hermes')).toBe(1);
      expect(lastNote(fleet, 'resume')).toBeNull();
    },
  );

  it.each<[string, Behaviour, number]>([
    ['answers before it is done', { resumesAfterMs: 6_000 }, 10_000],
    ['takes longer to answer than others', { resumesAfterMs: 17_000, answersResume: 'when done' }, 20_000],
    ['never answers in time', { resumesAfterMs: 23_000, answersResume: 'when done' }, 20_000],
  ])(
    'H-A2: asks a broker that %s for one resume, and gives it its time',
    async (_, behaviour, restoreWithinMs) => {
      const timing = { ...fakePlan().timing, restoreWithinMs };
      const fleet = await drill(behaviour, undefined, fakePlan({ timing }));
      expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
      expect(lastNote(fleet, 'resume')).toBeNull();
      expect(fleet.alive('hermes') && fleet.alive('shiva')).toBe(true);
    },
  );

  it('S21: opens what came back once more before it ends: it may have called exec since', async () => {
    const timing = { ...fakePlan().timing, settleMs: 2_000 };
    const fleet = await drill(
      {},
      ({ clock, tesseract, entries }) => {
        const isResumed = (): boolean =>
          entries.some((one) => one.kind === 'outcome' && one.act.act === 'resume');
        const exec = async (): Promise<void> => {
          while (!isResumed()) await clock.sleep(50);
          await clock.sleep(1_200);
          const hermes = tesseract.find('/opt/bin/hermes');
          if (hermes) tesseract.becomes(hermes.pid, ['/usr/bin/node', '/opt/bin/idle']);
        };
        void exec();
      },
      fakePlan({ timing }),
    );
    const verdict = judge(fleet.entries, { today: '2026-11-22', strict: false });
    expect(verdict.findings.map(({ code, service }) => [code, service])).toEqual([
      ['restored-differently', 'hermes'],
    ]);
    expect(verdict.fleet).not.toBe('restored');
  });

  it('presumes fired what got no reply: never repeats the trigger, resumes what it finds', async () => {
    const fleet = await drill({ silent: true });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
  });

  it('resumes a halt of its own whose API gives no reason, since the store does', async () => {
    const fleet = await drill({ hidesIncident: true });
    expect(fleet.acts).toEqual(['halt 2', 'resume nothing']);
    expect(stages(fleet)).toContain('crash begin');
    expect(lastNote(fleet, 'resume')).toBeNull();
  });

  it('goes on reading the store of a broker that is there and says nothing, and resumes by it', async () => {
    const fleet = await drill({ mute: true });
    const triggered = fleet.entries.findIndex((entry) => entry.kind === 'outcome');
    const read = fleet.entries.slice(triggered).filter((entry) => entry.kind === 'store');
    expect(read.length).toBeGreaterThan(10);
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    expect(lastNote(fleet, 'resume')).toBeNull();
  });

  it('leaves the store alone while the broker starts', async () => {
    const fleet = await drill();
    const crash = fleet.entries.findIndex((entry) => entry.kind === 'intent' && entry.act.act === 'crash');
    const answer = fleet.entries.findIndex(
      (entry, at) => at > crash + 2 && entry.kind === 'status' && entry.read.reading.kind === 'present',
    );
    const silent = fleet.entries.findIndex(
      (entry, at) => at > crash && entry.kind === 'status' && entry.read.reading.kind === 'unreadable',
    );
    expect(silent).toBeGreaterThan(crash);
    expect(fleet.entries.slice(silent, answer).filter((entry) => entry.kind === 'store')).toEqual([]);
  });

  it('keeps its hands off a halt that somebody else made', async () => {
    const fleet = await drill({ foreignHaltAfterMs: 2_000 });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(lastNote(fleet, 'resume')).toBe('foreign');
    expect(fleet.alive('hermes')).toBe(false);
  });

  it('keeps its hands off a halt that somebody else joined, though the reason is still its own', async () => {
    const fleet = await drill({ joinedAfterMs: 2_000 });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(lastNote(fleet, 'resume')).toBe('foreign');
    expect(fleet.alive('hermes')).toBe(false);
  });

  it('keeps its hands off a halt made past an API that hangs', async () => {
    const fleet = new FakeFleet();
    const { world } = fleet;
    const hanging = {
      ...world,
      broker: {
        ...world.broker,
        status: async (timeoutMs: number) => {
          if (fleet.acts.length === 0 || fleet.stored.level === 0) return world.broker.status(timeoutMs);
          fleet.stored = { ...fleet.stored, reason: 'a real one', revision: 9 };
          return unreadable('no whole answer within 2000 ms');
        },
      },
    };
    const input = {
      plan: fakePlan(),
      drillId: 'd-1',
      knownIssues: [],
      inventory: { path: '', sha256: '' },
      runner: '',
      judging: { today: '2026-11-22', strict: false },
    };
    await fleet.clock.drive(runDrill(input, hanging));
    expect(fleet.acts).toEqual(['halt 2']);
    expect(lastNote(fleet, 'resume')).toBe('foreign');
  });

  it('does not pass when a stranger becomes a target in the hold, under an unchanged command name', async () => {
    const fleet = await drill({}, (one) => {
      const pid = one.tesseract.spawn(['/bin/sh', '/opt/bin/reviver']);
      const timer = setInterval(() => {
        if (one.acts.length === 0) return;
        clearInterval(timer);
        void one.clock.sleep(3_000).then(() => {
          const stranger = one.tesseract.processes.get(pid);
          if (stranger)
            one.tesseract.processes.set(pid, { ...stranger, argv: ['/usr/bin/node', '/opt/bin/hermes'] });
        });
      }, 0);
    });
    const verdict = judge(fleet.entries, { today: '2026-01-01', strict: false });
    expect(verdict.verdict).toBe('fail');
    expect(verdict.findings.map((f) => `${f.code} ${f.service}`)).toContain('respawned hermes');
  });

  it('reads the row of every process that it opens, since the judge hears of no argv without one', async () => {
    const fleet = await drill({}, (one) => {
      for (let n = 0; n < 60; n += 1) one.tesseract.spawn(['/bin/sh', `/opt/bin/stranger-${n}`]);
    });
    const lone = fleet.entries.flatMap((entry) => {
      if (entry.kind !== 'sample' || entry.sample.seen.kind !== 'present') return [];
      const rows = new Set(entry.sample.seen.value.rows.map(({ pid }) => pid));
      return entry.sample.seen.value.details.filter(({ pid }) => !rows.has(pid));
    });
    expect(lone).toEqual([]);
  });

  it('starts nothing under a halt whose resume is refused', async () => {
    const fleet = await drill({ refusesResume: true });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1', 'resume inc-1', 'resume inc-1']);
    expect(lastNote(fleet, 'resume')).toBe('not restored');
    expect(fleet.alive('hermes')).toBe(false);
  });

  it('does not fire when it is told to stop while the intent is written', async () => {
    const fleet = new FakeFleet();
    const { world } = fleet;
    const stopping = {
      ...world,
      journal: {
        ...world.journal,
        sync: async () => {
          if (fleet.entries.some((entry) => entry.kind === 'intent')) fleet.stop.abort('SIGINT');
        },
      },
    };
    const input = {
      plan: fakePlan(),
      drillId: 'd-1',
      knownIssues: [],
      inventory: { path: '', sha256: '' },
      runner: '',
      judging: { today: '2026-11-22', strict: false },
    };
    await fleet.clock.drive(runDrill(input, stopping));
    expect(fleet.acts).toEqual([]);
    expect(judge(fleet.entries, { today: '2026-01-01', strict: false })).toMatchObject({
      verdict: 'not-run',
      fleet: 'untouched',
      exitCode: 3,
    });
  });

  it('starts no bystander', async () => {
    const plan = fakePlan();
    const services = plan.services.map((one) =>
      one.name === 'sentinel' ? { ...one, role: 'bystander' as const, instances: 2 } : one,
    );
    expect((await drill({}, undefined, { ...plan, services })).acts).toEqual(['halt 2', 'resume inc-1']);
  });

  it.each([
    [
      'a target that is down',
      (fleet: FakeFleet) =>
        fleet.tesseract.processes.delete(fleet.tesseract.find('/opt/bin/hermes')?.pid ?? 0),
      /hermes on tesseract: 0 processes of it found, 1 expected/,
    ],
    [
      'a host that does not answer',
      (fleet: FakeFleet) => {
        fleet.tesseract.lost = 'connection refused';
      },
      /tesseract: connection refused/,
    ],
    [
      'a broker that is halted already',
      (fleet: FakeFleet) => {
        fleet.stored = { level: 3, incident: 'x', reason: 'real', revision: 9, asset: null };
      },
      /already halted: level 3/,
    ],
  ])('does not begin with %s', async (_, prepare, reason) => {
    const fleet = await drill({}, prepare);
    expect(fleet.acts).toEqual([]);
    expect(lastNote(fleet, 'baseline')).toMatch(reason);
  });

  it('does not begin when the undo cannot be rehearsed', async () => {
    const plan = fakePlan();
    const fleet = await drill({}, undefined, {
      ...plan,
      services: plan.services.map((one) => ({ ...one, start: null })),
    });
    expect(fleet.acts).toEqual([]);
    expect(lastNote(fleet, 'baseline')).toMatch(/no start command/);
  });

  it('does not fire when the intent cannot be written', async () => {
    const fleet = new FakeFleet();
    const fired = runDrill(
      {
        plan: fakePlan(),
        drillId: 'd-1',
        knownIssues: [],
        inventory: { path: '', sha256: '' },
        runner: '',
        judging: { today: '2026-11-22', strict: false },
      },
      {
        ...fleet.world,
        journal: { ...fleet.world.journal, sync: () => Promise.reject(new Error('EIO')) },
      },
    );
    await expect(fleet.clock.drive(fired)).rejects.toThrow('EIO');
    expect(fleet.entries.at(-1)).toMatchObject({ kind: 'failed', why: 'EIO' });
    expect(fleet.acts).toEqual([]);
  });

  it.each([0, 50, 500, 2_000, 5_000])(
    'resumes when it is told to stop %i ms after the trigger',
    async (afterMs) => {
      const fleet = await drill({}, (one) => {
        const { world } = one;
        const halt = world.broker.halt.bind(world.broker);
        void halt;
        const timer = setInterval(() => {
          if (one.acts.length === 0) return;
          clearInterval(timer);
          void one.clock.sleep(afterMs).then(() => one.stop.abort('SIGINT'));
        }, 0);
      });
      expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
      expect(fleet.entries.some((entry) => entry.kind === 'interrupted' && entry.cause === 'SIGINT')).toBe(
        true,
      );
      expect(fleet.alive('hermes') && fleet.alive('shiva')).toBe(true);
    },
  );

  it('undoes from memory when the journal breaks after the trigger', async () => {
    const fleet = new FakeFleet();
    const { world } = fleet;
    const breaking = {
      ...world,
      broker: {
        ...world.broker,
        halt: async (...args: Parameters<typeof world.broker.halt>) => {
          const answer = await world.broker.halt(...args);
          fleet.journalBroken = true;
          return answer;
        },
      },
    };
    const input = {
      plan: fakePlan(),
      drillId: 'd-1',
      knownIssues: [],
      inventory: { path: '', sha256: '' },
      runner: '',
      judging: { today: '2026-11-22', strict: false },
    };
    await expect(fleet.clock.drive(runDrill(input, breaking))).rejects.toThrow('ENOSPC');
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    expect(fleet.alive('hermes') && fleet.alive('shiva')).toBe(true);
  });

  describe('with guards', () => {
    const before = ['no-token', 'wrong-token'] as const;
    const held = ['message-to-halted', 'resume-without-incident', 'resume-wrong-incident'] as const;
    const route = { sender: 'sentinel', halted: 'hermes', alive: 'principal', table: true };
    const plan = (...guards: GuardName[]): Plan => fakePlan({ guards, messages: route });
    const word = (fleet: FakeFleet) => judge(fleet.entries, { today: '2026-01-01', strict: false });
    const primaries = (fleet: FakeFleet): string[] =>
      word(fleet)
        .findings.filter((f) => f.consequenceOf === null)
        .map((f) => f.code);

    it('tries each once, in the order of the plan, and passes where all are refused', async () => {
      const fleet = await drill({}, undefined, plan(...before, ...held, 'repeat'));
      expect(fleet.acts).toEqual([
        'guard no-token',
        'guard wrong-token',
        'halt 2',
        'guard control',
        'guard message-to-halted',
        'guard resume-without-incident',
        'guard resume-wrong-incident',
        'guard repeat',
        'resume inc-1',
      ]);
      expect(word(fleet)).toMatchObject({ verdict: 'pass', findings: [], fleet: 'restored' });
    });

    it('journals the intent of each, with its undo, before it is sent', async () => {
      const { entries } = await drill({}, undefined, plan(...before, ...held));
      const intents = entries.filter((one) => one.kind === 'intent' && one.act.act === 'guard');
      expect(intents).toHaveLength(6);
      for (const intent of intents) {
        const done = entries.findIndex((one) => one.kind === 'outcome' && one.intent === intent.id);
        expect(done).toBeGreaterThan(entries.indexOf(intent));
      }
    });

    it('holds as long as without them', async () => {
      const heldMs = (fleet: FakeFleet): number => word(fleet).halt.heldMs ?? 0;
      const [plain, guarded] = [await drill(), await drill({}, undefined, plan(...held, 'repeat'))];
      expect(Math.abs(heldMs(guarded) - heldMs(plain))).toBeLessThan(200);
    });

    it.each([
      [{ obeys: 'no-token' }, 'unauthenticated-trigger'],
      [{ obeys: 'no-token', answers: 403 }, 'unauthenticated-trigger'],
      [{ obeys: 'no-token', answers: null }, 'unauthenticated-trigger'],
      [{ obeys: 'wrong-token' }, 'unauthenticated-trigger'],
      [{ diesOf: 'no-token' }, 'guard-side-effect'],
    ] as const)(
      'ends before the trigger where the broker %j, undoes it, and fails',
      async (behaviour, code) => {
        const fleet = await drill(behaviour, undefined, plan(...before));
        expect(fleet.acts).not.toContain('halt 2');
        expect(primaries(fleet)).toEqual([code]);
        expect(word(fleet)).toMatchObject({ verdict: 'fail', exitCode: 1, fleet: 'restored' });
        expect(['hermes', 'shiva', 'principal'].every((name) => fleet.alive(name))).toBe(true);
      },
    );

    it('does not trigger, and is not run, where a refusal is not clear', async () => {
      const fleet = new FakeFleet();
      const { world } = fleet;
      const input = {
        plan: plan('no-token'),
        drillId: 'd',
        knownIssues: [],
        runner: '',
        judging: { today: '2026-11-22', strict: false },
      };
      const lost: World = {
        ...world,
        broker: {
          ...world.broker,
          guard: async () =>
            present({ status: 404, acknowledged: false, state: null, stops: null, recorded: null, body: '' }),
        },
      };
      await fleet.clock.drive(runDrill({ ...input, inventory: { path: '', sha256: '' } }, lost));
      expect(fleet.acts).toEqual([]);
      expect(word(fleet)).toMatchObject({ verdict: 'not-run', exitCode: 3, fleet: 'untouched' });
      expect(primaries(fleet)).toEqual(['unreadable-broker']);
    });

    it.each([
      ['resume-without-incident', 200],
      ['resume-wrong-incident', 200],
      ['resume-wrong-incident', 409],
    ] as const)(
      'ends the hold where %s is obeyed and answered %d, and starts nothing by hand',
      async (guard, answers) => {
        const fleet = await drill({ obeys: guard, answers }, undefined, plan(...held));
        expect(fleet.acts.slice(-1)).toEqual([`guard ${guard}`]);
        expect(primaries(fleet)).toEqual(['unguarded-resume']);
        expect(word(fleet)).toMatchObject({ verdict: 'fail', fleet: 'restored' });
      },
    );

    it.each([
      [{ obeys: 'message-to-halted' }, 'leaked-command'],
      [{ obeys: 'message-to-halted', answers: 409 }, 'leaked-command'],
      [{ obeys: 'repeat' }, 'duplicate-incident'],
      [{ routesNothing: true }, 'vacuous-target'],
    ] as const)('finds what the broker does while halted: %j', async (behaviour, code) => {
      const fleet = await drill(behaviour, undefined, plan(...held, 'repeat'));
      expect(primaries(fleet)).toEqual([code]);
      expect(fleet.acts.filter((act) => act.startsWith('resume'))).toHaveLength(1);
      expect(fleet.alive('hermes') && fleet.alive('shiva')).toBe(true);
    });

    it('finds a lower level that lowers the halt, and undoes what is left of it', async () => {
      const three = { ...plan('lower-level'), level: 3, expect: { level: 3, incident: 'open' as const } };
      const fleet = await drill({ obeys: 'lower-level' }, undefined, three);
      expect(primaries(fleet)).toEqual(['silent-downgrade']);
      expect(fleet.acts).toEqual(['halt 3', 'guard lower-level', 'resume inc-1']);
    });

    it('keeps its hands off where a repeated halt moved the revision by more than its own', async () => {
      const fleet = await drill({ countsRepeat: 2 }, undefined, plan('repeat'));
      expect(fleet.acts).toEqual(['halt 2', 'guard repeat']);
      expect(lastNote(fleet, 'resume')).toBe('foreign');
      expect(primaries(fleet)).toContain('foreign-halt');
    });

    it('sends nothing under a halt that somebody else made', async () => {
      const fleet = await drill({ foreignHaltAfterMs: 30 }, undefined, plan(...held, 'repeat'));
      expect(fleet.acts).toEqual(['halt 2']);
    });

    it('sends nothing more once it is told to stop', async () => {
      const fleet = new FakeFleet();
      const { world } = fleet;
      const stopping: World = {
        ...world,
        broker: {
          ...world.broker,
          guard: (request, timeoutMs) => {
            fleet.stop.abort('SIGINT');
            return world.broker.guard(request, timeoutMs);
          },
        },
      };
      const input = {
        plan: plan(...before),
        drillId: 'd',
        knownIssues: [],
        inventory: { path: '', sha256: '' },
        runner: '',
        judging: { today: '2026-11-22', strict: false },
      };
      await fleet.clock.drive(runDrill(input, stopping));
      expect(fleet.acts).toEqual(['guard no-token']);
      expect(word(fleet)).toMatchObject({ verdict: 'not-run', fleet: 'untouched' });
    });

    it('sends none whose intent cannot be written', async () => {
      const fleet = new FakeFleet();
      const input = {
        plan: plan(...before),
        drillId: 'd',
        knownIssues: [],
        runner: '',
        judging: { today: '2026-11-22', strict: false },
      };
      const broken = { ...fleet.world.journal, sync: () => Promise.reject(new Error('EIO')) };
      const world: World = { ...fleet.world, journal: broken };
      const ran = runDrill({ ...input, inventory: { path: '', sha256: '' } }, world);
      await expect(fleet.clock.drive(ran)).rejects.toThrow('EIO');
      expect(fleet.acts).toEqual([]);
    });

    it('undoes a destructive halt that got through by hand, and one at the level below through the API', async () => {
      const four = { ...destructivePlan(), guards: ['wrong-phrase', 'phrase-at-wrong-level'] as const };
      const lower = await drill({ obeys: 'phrase-at-wrong-level' }, undefined, four);
      expect(lower.acts).toEqual(['guard wrong-phrase', 'guard phrase-at-wrong-level', 'resume inc-1']);
      expect(primaries(lower)).toEqual(['unguarded-trigger']);
      expect(word(lower)).toMatchObject({ verdict: 'fail', fleet: 'restored' });
    });
  });

  describe('of a level that takes the broker down too', () => {
    it('reads the state without it, lifts the halt by hand, and starts the broker first', async () => {
      const fleet = await drill({}, undefined, destructivePlan());
      expect(fleet.acts).toEqual([
        'halt 4',
        'lift inc-1 by hand',
        'start principal',
        'start sentinel',
        'start hermes',
        'start shiva',
      ]);
      expect(lastNote(fleet, 'observe')).toBeNull();
      expect(lastNote(fleet, 'resume')).toBeNull();
      const held = fleet.entries.some(
        (entry) =>
          entry.kind === 'store' &&
          entry.read.reading.kind === 'present' &&
          entry.read.reading.value.state.level === 4,
      );
      expect(held).toBe(true);
    });

    it('lifts nothing by hand where nothing was halted', async () => {
      const fleet = await drill({ forgets: true }, undefined, destructivePlan());
      expect(fleet.acts).not.toContain('lift inc-1 by hand');
      expect(fleet.alive('hermes') && fleet.alive('principal')).toBe(true);
    });

    describe('with somebody present', () => {
      const STEPS = 'lift inc-1 by hand|start principal|start sentinel|start hermes|start shiva'.split('|');
      type Answer = Awaited<ReturnType<Confirm>>;
      const asked = async (
        answer: (step: CheckedStep, fleet: FakeFleet) => Answer | Promise<Answer>,
        behaviour: Behaviour = {},
      ) => {
        const steps: CheckedStep[] = [];
        const fleet = await drill(
          behaviour,
          (one) => {
            one.confirm = async (step) => {
              steps.push(step);
              return answer(step, one);
            };
          },
          destructivePlan(),
        );
        const judged = judge(fleet.entries, { today: '2026-11-22', strict: false });
        return { fleet, steps, judged };
      };

      it('shows the whole checklist, then asks before each step, with the exact command', async () => {
        const { fleet, steps, judged } = await asked(() => 'run');
        expect(steps.map(({ number, of, service }) => `${number}/${of} ${service}`)).toEqual([
          '1/5 null',
          '2/5 principal',
          '3/5 sentinel',
          '4/5 hermes',
          '5/5 shiva',
        ]);
        expect(steps[0]).toMatchObject({ host: 'knox', command: ['principal', 'lift', 'inc-1'] });
        expect(fleet.told.filter(({ kind }) => kind === 'checklist')).toEqual([{ kind: 'checklist', steps }]);
        expect(fleet.acts.slice(1)).toEqual(STEPS);
        expect(judged).toMatchObject({ verdict: 'pass', fleet: 'restored' });
      });

      it('has the intent of a step on disk before it asks', async () => {
        const before: (string | undefined)[] = [];
        await asked((_, fleet) => {
          before.push(fleet.entries.findLast(({ kind }) => kind === 'intent' || kind === 'outcome')?.kind);
          return 'run';
        });
        expect(before).toEqual(Array(5).fill('intent'));
      });

      it('does not run what was done by hand, and proves it all the same', async () => {
        const { fleet, judged } = await asked(async ({ host, command }, one): Promise<Answer> => {
          // As the operator does it, before saying so.
          await (host === 'knox' ? one.knox : one.tesseract).run(command);
          await one.clock.sleep(3_000);
          return 'by-hand';
        });
        expect(fleet.acts.slice(1)).toEqual(STEPS);
        const outcomes = fleet.entries.filter((one) => one.kind === 'outcome' && one.act.act !== 'trigger');
        expect(outcomes).toHaveLength(5);
        for (const outcome of outcomes) expect(outcome).toMatchObject({ byHand: true, command: null });
        expect(judged).toMatchObject({ verdict: 'pass', fleet: 'restored', findings: [] });
      });

      it('believes nobody who says "by hand" and has not done it', async () => {
        const { judged } = await asked(({ service }) => (service === null ? 'by-hand' : 'run'));
        expect(judged).toMatchObject({ verdict: 'fail', fleet: 'halted', exitCode: 5 });
        expect(judged.findings.map(({ code }) => code)).toContain('incident-left-open');
      });

      it('stops where it is told to, and leaves the rest', async () => {
        const { fleet, steps, judged } = await asked(({ number }) => (number === 2 ? 'stop' : 'run'));
        expect(steps).toHaveLength(2);
        expect(fleet.acts).toEqual(['halt 4', 'lift inc-1 by hand']);
        expect(judged).toMatchObject({
          verdict: 'aborted',
          exitCode: 5,
          headline:
            'THE FLEET IS NOT PROVEN RESTORED; ABORTED: the operator stopped the manual resume at step 2 of 5',
        });
        expect(judged.manualResume?.map(({ outcome }) => outcome)).toEqual([
          'succeeded',
          ...Array(4).fill('not taken'),
        ]);
      });

      it('does not ask about a service that is up by then', async () => {
        const { steps, judged } = await asked(async ({ service }, one): Promise<Answer> => {
          if (service === 'principal') await one.tesseract.run(['launchctl', 'start', 'hermes']);
          return 'run';
        });
        expect(steps.map(({ service }) => service)).toEqual([null, 'principal', 'sentinel', 'shiva']);
        expect(judged.fleet).toBe('restored');
      });

      it('does not start what came up while it asked', async () => {
        const { fleet } = await asked(async ({ service }, one): Promise<Answer> => {
          if (service !== 'hermes') return 'run';
          await one.tesseract.run(['launchctl', 'start', 'hermes']);
          await one.clock.sleep(3_000);
          return 'run';
        });
        expect(fleet.acts.filter((act) => act === 'start hermes')).toHaveLength(1);
        expect(fleet.entries.filter(({ kind }) => kind === 'withdrawn')).toHaveLength(1);
      });

      it('keeps its hands off once somebody else has halted while it asked', async () => {
        const { fleet, judged } = await asked(async (_, one): Promise<Answer> => {
          one.stored = { ...one.stored, reason: 'a real one', revision: 9 };
          await one.clock.sleep(3_000);
          return 'run';
        });
        expect(fleet.acts).toEqual(['halt 4']);
        expect(judged.findings.map(({ code }) => code)).toContain('foreign-halt');
        expect(judged.exitCode).toBe(5);
      });

      it('asks nobody about a halt that an API call lifts', async () => {
        const fleet = await drill({}, (one) => {
          one.confirm = () => Promise.reject(new Error('asked'));
        });
        expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
      });
    });

    it('is undone when it is told to stop', async () => {
      const fleet = await drill(
        {},
        (one) => {
          const timer = setInterval(() => {
            if (one.acts.length === 0) return;
            clearInterval(timer);
            one.stop.abort('SIGINT');
          }, 0);
        },
        destructivePlan(),
      );
      expect(fleet.acts.slice(0, 3)).toEqual(['halt 4', 'lift inc-1 by hand', 'start principal']);
      expect(['hermes', 'shiva', 'principal', 'sentinel'].every((name) => fleet.alive(name))).toBe(true);
    });
  });
});
