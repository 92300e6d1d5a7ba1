import { describe, expect, it } from 'vitest';
import { createBroker } from './broker.ts';
import type { FakeWorld } from './fixtures/parts.ts';
import { fakeWorld } from './fixtures/parts.ts';
import type { Broker, HaltReport, ResumeReport } from './parts.ts';

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
    expect(world.events).toEqual(['save 1', 'block DOGE-USD', 'flatten DOGE-USD']);
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
      recorded: true,
    });
    expect(after.send({ from: 'scribe', to: 'hermes', body: 'buy' })).toMatchObject({ refused: 'conflict' });
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

describe('messages', () => {
  it('are kept in order for their agent', () => {
    const broker = createBroker(fakeWorld().parts);
    const first = broker.send({ from: 'scribe', to: 'hermes', body: 'one' });
    broker.send({ from: 'scribe', to: 'hermes', body: 'two' });
    expect(broker.receive('hermes', 0)).toMatchObject([{ body: 'one' }, { body: 'two' }]);
    expect(broker.receive('hermes', 'seq' in first ? first.seq : 0)).toMatchObject([{ body: 'two' }]);
    expect(broker.receive('nobody', 0)).toMatchObject({ refused: 'unknown' });
  });

  it('to and from a halted agent are refused; those that waited are gone after the resume', async () => {
    const broker = createBroker(fakeWorld().parts);
    broker.send({ from: 'scribe', to: 'hermes', body: 'buy' });
    const report = await halt(broker, 2);
    expect(broker.send({ from: 'scribe', to: 'hermes', body: 'x' })).toMatchObject({ refused: 'conflict' });
    expect(broker.send({ from: 'hermes', to: 'scribe', body: 'x' })).toMatchObject({ refused: 'conflict' });
    expect(broker.receive('hermes', 0)).toMatchObject({ refused: 'conflict' });
    expect(broker.send({ from: 'scribe', to: 'sentinel', body: 'x' })).toMatchObject({ body: 'x' });
    await resume(broker, report);
    expect(broker.receive('hermes', 0)).toEqual([]);
  });
});
