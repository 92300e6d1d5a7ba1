import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { type Behaviour, hostileHost } from '../../../test/hostile/hostile-host.ts';
import type { Received } from '../../drill/model/reading.ts';
import type { ProbeSample } from '../../drill/model/sample.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { askHost } from '../transports/ask-host.ts';
import { runCommand } from '../transports/run-command.ts';
import type { Connection, Running } from '../transports/transport.ts';
import { createHostLink } from './host-link.ts';
import { ProbeSession } from './probe-session.ts';
import { exists } from './strangers.fixture.ts';
import { clock, until } from './test-clock.fixture.ts';
import { THIS_MACHINE } from './this-machine.fixture.ts';

const MIB = 1024 * 1024;
const WIDE = { withinMs: 60_000, maxBytes: MIB };
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that are held, whatever garbage there is. */
function held(): number {
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

const links: HostLink[] = [];
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
});

async function opened(behaviour: Behaviour): Promise<HostLink> {
  const transport = hostileHost(behaviour);
  const link = createHostLink(THIS_MACHINE, { drillId: 'd', fleet: 'f', heartbeats: [], clock, transport });
  links.push(link);
  expect(await link.open()).toMatchObject({ kind: 'present' });
  return link;
}

const sample = (link: HostLink, mode: 'list' | 'full'): Promise<Received<ProbeSample>> =>
  link.sample({ nonce: `n${mode}`, mode, watch: [], detail: [] });

/** A probe whose output is written by the test. */
function written(): { connection: Connection; running: Running; output: PassThrough; kills: () => number } {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let kills = 0;
  const kill = (): void => {
    kills += 1;
    output.destroy();
  };
  const running: Running = { input, output, errors, ended: new Promise(() => {}), kill };
  const connection = { hostKey: null, start: () => Promise.resolve(running), close: () => Promise.resolve() };
  return { connection, running, output, kills: () => kills };
}

describe('what a host may make the runner hold', () => {
  it('S6: packets of one byte cost a byte each', async () => {
    const { connection, output } = written();
    const session = await ProbeSession.start(connection, 'probe', clock);
    const asked = session.ask('n1', 'S n1', 60_000);
    const before = held();
    for (let n = 0; n < MIB; n += 1) output.write(Buffer.from([120]));
    await until('all of it was taken', () => output.readableLength === 0);
    await until('no more is held than arrived', () => held() - before < 8 * MIB);
    output.write('y'.repeat(12 * MIB));
    await expect(asked).rejects.toThrow('an answer grew over 12582912 bytes');
    expect(session.isDead).toBe(true);
  });

  it.each([
    ['a command', runCommand, { timeoutMs: 60_000, maxBytes: MIB }],
    ['a question', (connection: Connection) => askHost(connection, ['x'], WIDE), WIDE],
  ])('S6: so do those of %s', async (_, run, limits) => {
    const { connection, output } = written();
    void run(connection, 'x', limits as never);
    await new Promise(setImmediate);
    const before = held();
    for (let n = 0; n < MIB; n += 1) output.write(Buffer.from([120]));
    await until('no more is held than arrived', () => output.readableLength + held() - before < 8 * MIB);
  });

  it('S6: nothing is held, or read on, of a session that is over', async () => {
    const { connection, output, kills } = written();
    const session = await ProbeSession.start(connection, 'probe', clock);
    const before = held();
    const closed = session.close();
    for (let n = 0; n < 17 && !output.destroyed; n += 1) {
      output.write(Buffer.alloc(4 * MIB, 120));
      await new Promise(setImmediate);
    }
    expect(output.destroyed).toBe(true);
    expect(kills()).toBe(1);
    expect(session.isDead).toBe(true);
    await until('it was let go', () => held() - before < 8 * MIB);
    await closed;
  });

  it('S6: what the probe leaves behind finds nobody who reads it', async () => {
    const transport = hostileHost('calm', 400 * MIB);
    const link = createHostLink(THIS_MACHINE, { drillId: 'd', fleet: 'f', heartbeats: [], clock, transport });
    expect(await link.open()).toMatchObject({ kind: 'present' });
    const [running] = transport.started as [Running];
    let said = '';
    running.errors.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    let read = 0;
    running.output.on('data', (chunk: Buffer) => {
      read += chunk.length;
    });
    await link.close();
    const left = Number(/^left (\d+)$/m.exec(said)?.[1]);
    expect(left).toBeGreaterThan(1);
    try {
      await until('its pipe was closed, so that it ended', () => !exists(left));
      expect(read).toBeLessThan(400 * MIB);
    } finally {
      if (exists(left)) process.kill(left, 'SIGKILL');
    }
  });

  it('S6: it is asked no more where it does not read', async () => {
    const { connection, running } = written();
    const session = await ProbeSession.start(connection, 'probe', clock);
    const reasons: unknown[] = [];
    for (let n = 0; n < 4; n += 1)
      await session.ask(`n${n}`, 'x'.repeat(MIB), 1).catch((error: Error) => reasons.push(error.message));
    expect(reasons.at(-1)).toBe('the probe does not read what it is asked');
    expect(running.input.writableLength).toBeLessThan(3 * MIB);
  });
});

describe('an answer that is over what is read of a host is unreadable, with its reason', () => {
  it.each([
    ['too-many', 'list', 'it lists 10000 processes, and no more than 8192 are read of one host'],
    ['too-many', 'full', 'it lists 10000 processes, and no more than 8192 are read of one host'],
    ['a-million', 'list', 'an answer grew over 12582912 bytes, the most that is read of one host'],
    ['endless-rows', 'full', 'an answer grew over 12582912 bytes, the most that is read of one host'],
    ['a-long-line', 'list', 'a line of its answer is longer than 2097152 bytes'],
    ['a-long-record', 'list', 'a line of the process table does not end'],
    ['empty-lines', 'list', 'the answer has "" where T belongs'],
  ] as const)('S6: %s, %s', async (behaviour, mode, reason) => {
    const link = await opened(behaviour);
    expect(await sample(link, mode)).toMatchObject({ kind: 'unreadable', reason: `knox: ${reason}` });
  });

  it('S6: a whole table at the bound is read', async () => {
    const link = await opened('at-the-bound');
    const seen = await sample(link, 'full');
    expect(seen.kind === 'present' && [seen.value.pids.length, seen.value.rows.length]).toEqual([
      8_192, 8_192,
    ]);
  });

  it('S6: while a big answer is read, others have their turn', async () => {
    const { connection, running, output } = written();
    const link = createHostLink(THIS_MACHINE, {
      drillId: 'd',
      fleet: 'f',
      heartbeats: [],
      clock,
      transport: { open: () => Promise.resolve(connection) },
    });
    const table = await answerOf('at-the-bound', 'S n1 full - -');
    const hello = await answerOf('calm', 'I n1');
    running.input.on('data', (request: Buffer) => {
      const nonce = request.toString().trim().split(' ')[1] as string;
      output.write((request.toString().startsWith('I') ? hello : table).replaceAll(' n1', ` ${nonce}`));
    });
    expect(await link.open()).toMatchObject({ kind: 'present' });
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    output.once('data', () => setImmediate(turn));
    expect(await sample(link, 'full')).toMatchObject({ kind: 'present' });
    over = true;
    expect(turns).toBeGreaterThan(10);
  });
});

/** What the hostile host answers to one request. */
async function answerOf(behaviour: Behaviour, request: string): Promise<string> {
  const connection = await hostileHost(behaviour).open();
  const running = await connection.start('');
  let text = '';
  running.output.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  running.input.end(`${request}\n`);
  await running.ended;
  return text;
}
