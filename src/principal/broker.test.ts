import { describe, expect, it } from 'vitest';
import { createBroker } from './broker.ts';
import type { FakeWorld } from './fixtures/parts.ts';
import { fakeWorld, target } from './fixtures/parts.ts';
import type { Broker, BrokerParts, HaltReport, ResumeReport, Stopper, Target } from './parts.ts';

const REASON = 'drill 7f3a: "verbatim" \n ünïcode';

async function halt(broker: Broker, level: number, asset: string | null = null, reason = REASON) {
  const report = await broker.halt({ level, asset, reason }, 'operator');
  if ('refused' in report) throw new Error(report.why);
  return report;
}

function resumeOf(report: HaltReport) {
  return {
    level: report.level,
    incident: report.incident?.id ?? '',
    revision: report.revision,
    reason: 'done',
    second: 'grace',
  };
}

async function resume(broker: Broker, report: HaltReport): Promise<ResumeReport> {
  const result = await broker.resume(resumeOf(report), 'operator');
  if ('refused' in result) throw new Error(result.why);
  return result;
}

const lines = (world: FakeWorld): string[] =>
  world.audit.map((line) => `${line.action} ${line.subject} ${line.host ?? '-'} ${line.outcome}`);

describe('a halt', () => {
  it('is saved before the first stop, and says where each service stopped', async () => {
    const world = fakeWorld();
    const report = await halt(createBroker(world.parts), 2);
    expect(world.events.slice(0, 3)).toEqual(['save 2', 'stop hermes@tesseract', 'stop shiva@tesseract']);
    expect(report).toMatchObject({ level: 2, revision: 1, recorded: true, complete: true, asset: null });
    expect(report.incident).toMatchObject({ id: 'inc-1', reason: REASON, level: 2, resolvedAt: null });
    expect(report.stops).toEqual([
      { service: 'hermes', host: 'tesseract', outcome: 'stopped' },
      { service: 'shiva', host: 'tesseract', outcome: 'stopped' },
    ]);
    expect(lines(world)).toEqual([
      'halt level 2 - opened',
      'stop hermes tesseract stopped',
      'stop shiva tesseract stopped',
    ]);
    expect(world.audit[0]?.reason).toBe(REASON);
  });

  it('blocks an asset before it flattens it', async () => {
    const world = fakeWorld();
    const report = await halt(createBroker(world.parts), 1, 'DOGE-USD');
    expect(world.events).toEqual(['save 1', 'block DOGE-USD', 'flatten DOGE-USD', 'save 1']);
    expect(report).toMatchObject({ level: 1, asset: 'DOGE-USD', stops: [], complete: true });
  });

  it.each([
    ['still-running' as const, 'still-running'],
    [new Error('connection lost'), 'unknown'],
  ])('is not complete when a stop ends %s', async (answer, outcome) => {
    const world = fakeWorld();
    world.fail.stop = (one) => (one.service === 'shiva' ? answer : null);
    const report = await halt(createBroker(world.parts), 2);
    expect(report.complete).toBe(false);
    expect(report.stops[1]).toEqual({ service: 'shiva', host: 'tesseract', outcome });
    expect(lines(world)).toContain(`stop shiva tesseract ${outcome}`);
    expect(lines(world)).not.toContain('stop shiva tesseract stopped');
  });

  it('is unknown for a service on a host that nothing reaches', async () => {
    const world = fakeWorld();
    const parts = { ...world.parts, stoppers: new Map() };
    expect((await halt(createBroker(parts), 2)).stops.map((stop) => stop.outcome)).toEqual([
      'unknown',
      'unknown',
    ]);
  });

  it('stops the fleet although it cannot be written, and says so', async () => {
    const world = fakeWorld();
    world.fail.save = true;
    const broker = createBroker(world.parts);
    const report = await halt(broker, 2);
    expect(report).toMatchObject({ level: 2, recorded: false, complete: false });
    expect(broker.gate().agents).toEqual(new Set(['hermes', 'shiva']));
    expect(world.running).toEqual(new Set(['scribe@knox']));
    expect(world.warnings.join()).toContain('disk full');
  });

  it('is refused, and changes nothing, where no such level or asset is given', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    expect(await broker.halt({ level: 4, asset: null, reason: 'x' }, 'operator')).toMatchObject({
      refused: 'invalid',
      why: 'there is no level 4; the levels are 1, 2, 3',
    });
    expect(await broker.halt({ level: 1, asset: null, reason: 'x' }, 'operator')).toMatchObject({
      refused: 'invalid',
    });
    expect(broker.status()).toMatchObject({ level: 0, revision: 0, incident: null });
    expect(world.audit.map((line) => line.action)).toEqual(['refuse', 'refuse']);
  });
});

describe('a second halt', () => {
  it.each([
    [2, 1],
    [2, 2],
  ])('at level %i opens no second incident (a halt at level %i is in force or lower)', async (held, next) => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    await halt(broker, held);
    const second = await halt(broker, next, 'DOGE-USD', 'another');
    expect(second).toMatchObject({ level: held, revision: 2, incident: { id: 'inc-1', reason: REASON } });
    expect(broker.incidents()).toHaveLength(1);
    expect(lines(world)).toContain(`halt level ${next} - already halted`);
  });

  it('at a higher level widens the incident and keeps its reason', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    await halt(broker, 2);
    const wider = await halt(broker, 3, null, 'worse');
    expect(wider).toMatchObject({
      level: 3,
      revision: 2,
      incident: { id: 'inc-1', reason: REASON, level: 3 },
    });
    expect(wider.stops.map((stop) => stop.outcome)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(world.running.size).toBe(0);
    expect(broker.incidents()).toHaveLength(1);
  });

  it('makes the resume of whoever holds the older revision fail', async () => {
    const broker = createBroker(fakeWorld().parts);
    const first = await halt(broker, 2);
    await halt(broker, 2, null, 'somebody else');
    expect(await broker.resume(resumeOf(first), 'operator')).toMatchObject({ refused: 'conflict' });
    expect(broker.status().level).toBe(2);
  });

  it('tries again what the first did not stop', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    world.fail.stop = () => 'unknown';
    expect((await halt(broker, 2)).complete).toBe(false);
    world.fail.stop = () => null;
    expect((await halt(broker, 2)).complete).toBe(true);
    expect(world.running).toEqual(new Set(['scribe@knox']));
  });

  it('is refused where it names another asset than the one halted', async () => {
    const broker = createBroker(fakeWorld().parts);
    await halt(broker, 1, 'DOGE-USD');
    const second = await broker.halt({ level: 1, asset: 'BTC-USD', reason: 'x' }, 'operator');
    expect(second).toMatchObject({ refused: 'conflict' });
    expect(broker.status()).toMatchObject({ asset: 'DOGE-USD', revision: 1 });
  });
});

describe('a resume', () => {
  it('starts what the halt stopped, unblocks, resolves', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    await halt(broker, 1, 'DOGE-USD');
    const report = await resume(broker, await halt(broker, 2));
    expect(report).toMatchObject({ level: 0, revision: 3, incident: null, asset: null, recorded: true });
    expect(report.resolved).toMatchObject({ id: 'inc-1', reason: REASON });
    expect(report.resolved?.resolvedAt).not.toBeNull();
    expect(world.running.size).toBe(3);
    expect(world.events).toContain('unblock DOGE-USD');
    expect(world.saved()).toMatchObject({ state: { level: 0, incident: null, revision: 3 }, targets: [] });
    expect(lines(world).slice(-2)).toEqual(['start shiva tesseract running', 'resolve inc-1 - resolved']);
  });

  it('leaves alone what was down before the halt', async () => {
    const world = fakeWorld();
    world.running.delete('shiva@tesseract');
    const broker = createBroker(world.parts);
    const report = await halt(broker, 2);
    expect(report.stops[1]?.outcome).toBe('not-running');
    expect((await resume(broker, report)).starts.map((start) => start.service)).toEqual(['hermes']);
  });

  it.each([
    ['level', { level: 3 }],
    ['incident', { incident: 'inc-2' }],
    ['revision', { revision: 2 }],
  ])('is refused where the %s is another', async (_what, wrong) => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    const report = await halt(broker, 2);
    const result = await broker.resume({ ...resumeOf(report), ...wrong }, 'operator');
    expect(result).toMatchObject({ refused: 'conflict' });
    expect(broker.status()).toMatchObject({ level: 2, revision: 1 });
    expect(world.events.some((event) => event.startsWith('start'))).toBe(false);
    expect(world.audit.at(-1)?.action).toBe('refuse');
  });

  it('leaves the halt in force where something does not come back, and can be repeated', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    const report = await halt(broker, 2);
    world.fail.start = (one) => (one.service === 'shiva' ? 'not-running' : null);
    expect(await resume(broker, report)).toMatchObject({ level: 2, revision: 1, resolved: null });
    world.fail.start = () => null;
    expect((await resume(broker, report)).resolved?.id).toBe('inc-1');
  });

  it('is overtaken by a halt that comes meanwhile: everything is stopped again', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    const report = await halt(broker, 3);
    let begun = (): void => {};
    let release = (): void => {};
    const inTheMiddle = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.gate.before = async (verb) => {
      begun();
      if (verb === 'start') await held;
    };
    const resuming = broker.resume(resumeOf(report), 'operator');
    await inTheMiddle;
    const halting = halt(broker, 2, null, 'again');
    expect(broker.status()).toMatchObject({ level: 3, revision: 2 });
    release();
    expect(await resuming).toMatchObject({ refused: 'conflict' });
    expect((await halting).complete).toBe(true);
    expect(world.running.size).toBe(0);
    expect(broker.status()).toMatchObject({ level: 3, incident: { id: 'inc-1' } });
  });

  it('waits for the stops of its halt', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.gate.before = async (verb) => {
      if (verb === 'stop') await held;
    };
    const halting = halt(broker, 2);
    const { incident, revision } = broker.status();
    const resuming = broker.resume(
      { level: 2, incident: incident?.id ?? '', revision, reason: 'x' },
      'operator',
    );
    release();
    await halting;
    expect(await resuming).toMatchObject({ level: 0 });
    expect(world.running.size).toBe(3);
  });
});

describe('a restarted broker', () => {
  it('is still halted, and routes nothing to the halted', async () => {
    const world = fakeWorld();
    const before = await halt(createBroker(world.parts), 2);
    const after = createBroker(world.parts);
    expect(after.status()).toEqual({
      level: before.level,
      asset: before.asset,
      revision: before.revision,
      incident: before.incident,
      holders: before.holders,
      incomplete: [],
      resume: 'incident',
      complete: true,
      recorded: true,
    });
    expect(after.gate().agents).toEqual(new Set(['hermes', 'shiva']));
    expect(await resume(after, before)).toMatchObject({ level: 0 });
  });

  it('finishes a halt that it died in, and starts it all again at the resume', async () => {
    const world = fakeWorld();
    world.gate.before = () => new Promise(() => {});
    void createBroker(world.parts).halt({ level: 2, asset: null, reason: 'x' }, 'operator');
    expect(world.saved()?.targets.map((one) => one.outcome)).toEqual(['pending', 'pending']);

    world.gate.before = async () => {};
    // It had died of the first stop before the broker could see it.
    world.running.delete('hermes@tesseract');
    const after = createBroker(world.parts);
    await after.finishHalt();
    expect(world.saved()?.targets.map((one) => one.outcome)).toEqual(['stopped', 'stopped']);
    const { level, revision, incident } = after.status();
    await after.resume({ level, revision, incident: incident?.id ?? '', reason: 'x' }, 'operator');
    expect(world.running.size).toBe(3);
  });

  it('does nothing at level 0', async () => {
    const world = fakeWorld();
    await createBroker(world.parts).finishHalt();
    expect(world.events).toEqual([]);
  });

  it('does not come up where it cannot tell whether it is halted', () => {
    const world = fakeWorld();
    const store = {
      ...world.parts.store,
      load: () => {
        throw new Error('malformed');
      },
    };
    expect(() => createBroker({ ...world.parts, store })).toThrow('malformed');
  });
});

async function until(condition: () => boolean, what: string): Promise<void> {
  await expect.poll(condition, { timeout: 10_000, interval: 5, message: what }).toBe(true);
}

describe('an incomplete halt', () => {
  it('keeps trying, loudly, until the host is back; every attempt is on record', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    world.fail.stop = (one) => (one.service === 'shiva' ? new Error('no route to host') : null);
    const report = await halt(broker, 2);
    expect(report.complete).toBe(false);
    expect(broker.status()).toMatchObject({
      complete: false,
      incomplete: [{ service: 'shiva', host: 'tesseract', outcome: 'unknown' }],
    });
    expect(lines(world)).toContain('halt level 2 - incomplete');
    await until(() => world.audit.filter((line) => line.action === 'retry').length >= 2, 'two more attempts');
    expect(lines(world)).toContain('retry level 2 - incomplete: shiva on tesseract unknown');
    expect(world.running).toContain('shiva@tesseract');
    world.fail.stop = () => null;
    await until(() => broker.status().complete, 'the end of the halt');
    expect(world.running).toEqual(new Set(['scribe@knox']));
    expect(lines(world).slice(-2)).toEqual(['stop shiva tesseract stopped', 'retry level 2 - complete']);
    await broker.close();
  });

  it('keeps trying after a crash too', async () => {
    const world = fakeWorld();
    world.fail.stop = () => 'unknown';
    const dead = createBroker(world.parts);
    await halt(dead, 2);
    await dead.close();
    const broker = createBroker(world.parts);
    await broker.finishHalt();
    expect(broker.status().complete).toBe(false);
    world.fail.stop = () => null;
    await until(() => broker.status().complete, 'the end of the halt');
    expect(world.running).toEqual(new Set(['scribe@knox']));
    await broker.close();
  });

  it('is not tried any more once a resume begins', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    world.fail.stop = (one) => (one.service === 'shiva' ? 'still-running' : null);
    const report = await halt(broker, 2);
    expect(await resume(broker, report)).toMatchObject({ level: 0, result: 'resumed' });
    const stops = world.events.filter((event) => event.startsWith('stop')).length;
    // Far longer than the pause between attempts.
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(world.events.filter((event) => event.startsWith('stop'))).toHaveLength(stops);
    expect(world.running.size).toBe(3);
    await broker.close();
  });

  it('that could not be written is written as soon as it can be', async () => {
    const world = fakeWorld();
    world.fail.save = true;
    const broker = createBroker(world.parts);
    expect(await halt(broker, 2)).toMatchObject({ recorded: false, complete: false });
    expect(world.saved()).toBeNull();
    world.fail.save = false;
    await until(() => broker.status().recorded, 'the record');
    expect(world.saved()).toMatchObject({
      state: { level: 2, reason: REASON },
      holders: [{ who: 'operator' }],
    });
    expect(lines(world)[0]).toBe('halt level 2 - opened');
    await broker.close();
  });
});

describe('holders', () => {
  it('are all asked: the fleet is back when the last one lets go', async () => {
    const world = fakeWorld();
    const broker = createBroker(world.parts);
    await halt(broker, 2);
    await broker.halt({ level: 1, asset: 'DOGE-USD', reason: 'mine' }, 'bob');
    const { revision, holders, incident } = broker.status();
    expect(holders).toMatchObject([
      { id: 1, who: 'operator', reason: REASON, level: 2 },
      { id: 2, who: 'bob', reason: 'mine', level: 1 },
    ]);
    const by = (more: object) => ({ level: 2, incident: incident?.id ?? '', revision, reason: 'x', ...more });
    expect(await broker.resume(by({}), 'carol')).toMatchObject({ refused: 'conflict' });
    expect(await broker.resume(by({ holder: 7 }), 'bob')).toMatchObject({ refused: 'conflict' });
    const first = await broker.resume(by({}), 'bob');
    expect(first).toMatchObject({
      ...{ result: 'released', released: { id: 2 }, level: 2, revision: revision + 1, starts: [] },
      holders: [{ id: 1 }],
    });
    expect(world.running).toEqual(new Set(['scribe@knox']));
    expect(await broker.resume(by({}), 'operator')).toMatchObject({ refused: 'conflict' });
    const last = await broker.resume(by({ revision: revision + 1 }), 'operator');
    expect(last).toMatchObject({ result: 'resumed', level: 0, holders: [] });
    expect(world.running.size).toBe(3);
    expect(world.audit.map((line) => line.action)).toContain('release');
  });

  it('count once for a request that is sent twice', async () => {
    const broker = createBroker(fakeWorld().parts);
    await halt(broker, 2);
    expect((await halt(broker, 2)).holders).toHaveLength(1);
    expect((await halt(broker, 3)).holders).toMatchObject([{ level: 3 }]);
    expect((await halt(broker, 3, null, 'another reason')).holders).toHaveLength(2);
  });
});

describe('the cost of a resume', () => {
  it('is a reason at level 1', async () => {
    const broker = createBroker(fakeWorld().parts);
    const report = await halt(broker, 1, 'DOGE-USD');
    expect(report.resume).toBe('reason');
    const cheap = { level: 1, incident: null, revision: report.revision, reason: 'x' };
    expect(await broker.resume(cheap, 'operator')).toMatchObject({ level: 0 });
  });

  it('is the incident too at level 2', async () => {
    const broker = createBroker(fakeWorld().parts);
    const report = await halt(broker, 2);
    const cheap = { ...resumeOf(report), incident: null };
    expect(await broker.resume(cheap, 'operator')).toMatchObject({ refused: 'conflict' });
    expect(broker.status().level).toBe(2);
  });

  it('is another operator too at level 3', async () => {
    const broker = createBroker(fakeWorld().parts);
    const dear = resumeOf(await halt(broker, 3));
    for (const second of [null, 'operator']) {
      expect(await broker.resume({ ...dear, second }, 'operator')).toMatchObject({ refused: 'forbidden' });
    }
    expect(broker.status().level).toBe(3);
    expect(await broker.resume(dear, 'operator')).toMatchObject({ level: 0 });
  });
});

describe('the destructive level', () => {
  const PHRASE = 'SHUTDOWN INVICTUS';
  const everything = [
    ...['hermes', 'shiva'].map((one) => target(one, 'tesseract')),
    target('scribe', 'knox'),
  ];

  function destructible(here: boolean) {
    const world = fakeWorld();
    world.running.add('principal@knox');
    const left: string[] = [];
    const reach = { tesseract: true, knox: true };
    const stoppers = new Map(
      Object.keys(reach).map((host) => [
        host,
        {
          ...(world.parts.stoppers.get(host) as Stopper),
          reach: async () => reach[host as keyof typeof reach],
          leave: async (one: Target) => void left.push(one.service),
        },
      ]),
    );
    const parts: BrokerParts = {
      ...world.parts,
      stoppers,
      self: { service: 'principal', host: 'knox', here },
      levels: [
        ...world.parts.levels,
        {
          level: 4,
          asset: false,
          stops: [target('principal', 'knox'), ...everything],
          destructive: { phrase: PHRASE },
        },
      ],
    };
    return { world, parts, left, reach };
  }
  const four = { level: 4, asset: null, reason: REASON };

  it.each([null, 'shutdown invictus', `${PHRASE} `])('touches nothing on the phrase %j', async (phrase) => {
    const { world, parts, left } = destructible(true);
    const broker = createBroker(parts);
    expect(await broker.halt({ ...four, phrase }, 'operator')).toMatchObject({ refused: 'invalid' });
    expect([world.events, left, broker.status().level]).toEqual([[], [], 0]);
  });

  it('takes the phrase at no other level', async () => {
    const { world, parts } = destructible(true);
    const broker = createBroker(parts);
    const answer = await broker.halt({ ...four, level: 2, phrase: PHRASE }, 'operator');
    expect(answer).toMatchObject({ refused: 'invalid', why: 'level 2 takes no confirmation phrase' });
    expect([world.events, broker.status().level]).toEqual([[], 0]);
  });

  it('touches nothing while a host is not reached', async () => {
    const { world, parts, left, reach } = destructible(true);
    reach.tesseract = false;
    const broker = createBroker(parts);
    const answer = await broker.halt({ ...four, phrase: PHRASE }, 'operator');
    expect(answer).toMatchObject({ refused: 'unreachable', why: expect.stringContaining('tesseract') });
    expect([world.events, left, broker.status().level]).toEqual([[], [], 0]);
  });

  it('stops everything, then goes itself, and is not resumed over the API', async () => {
    const { world, parts, left } = destructible(true);
    const broker = createBroker(parts);
    const report = await broker.halt({ ...four, phrase: PHRASE }, 'operator');
    expect(report).toMatchObject({ complete: true, level: 4, resume: 'by-hand' });
    if ('refused' in report) throw new Error(report.why);
    expect(report.stops.at(-1)).toEqual({ service: 'principal', host: 'knox', outcome: 'last' });
    expect(world.running).toEqual(new Set(['principal@knox']));
    await until(() => left.length > 0, 'the end of the broker');
    expect(left).toEqual(['principal']);
    expect(await broker.resume(resumeOf(report), 'operator')).toMatchObject({ refused: 'forbidden' });
    await broker.close();
  });

  it('does not go while anything else is not seen down; a broker that comes back goes on with it', async () => {
    const { world, parts, left } = destructible(true);
    world.fail.stop = (one) => (one.service === 'shiva' ? 'unknown' : null);
    const broker = createBroker(parts);
    expect(await broker.halt({ ...four, phrase: PHRASE }, 'operator')).toMatchObject({ complete: false });
    await until(() => world.audit.some((line) => line.action === 'retry'), 'another attempt');
    expect(left).toEqual([]);
    await broker.close();
    const next = createBroker(parts);
    await next.finishHalt();
    expect(left).toEqual([]);
    world.fail.stop = () => null;
    await until(() => left.length > 0, 'the end of the broker');
    expect(world.running).toEqual(new Set(['principal@knox']));
    await next.close();
  });

  it('is undone by hand, the broker last', async () => {
    const { world, parts } = destructible(false);
    const tool = createBroker(parts);
    const report = await tool.halt({ ...four, phrase: PHRASE }, 'ada by hand');
    if ('refused' in report) throw new Error(report.why);
    expect(report.stops.at(-1)).toEqual({ service: 'principal', host: 'knox', outcome: 'stopped' });
    expect(world.running.size).toBe(0);
    const back = await tool.resume({ ...resumeOf(report), byHand: true }, 'ada by hand');
    expect(back).toMatchObject({ result: 'resumed', level: 0 });
    expect(world.events.at(-1)).toBe('start principal@knox');
    expect(world.running.size).toBe(4);
    await tool.close();
  });
});
