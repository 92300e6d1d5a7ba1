import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { type Layer, OPEN, openLayer } from './fixtures/layer.ts';
import type { CommandRefusal, Message } from './types.ts';

const layers: Layer[] = [];
const layer = (limits = {}): Layer => {
  const one = openLayer(limits);
  layers.push(one);
  return one;
};
afterEach(() => {
  for (const one of layers.splice(0)) one.remove();
});

const send = (to: Layer, from: string, recipient: string, body: string, asset: string | null = null) =>
  to.commands.send({ from, to: recipient, body, asset });
const read = (from: Layer, agent: string, after = 0, waitMs = 0) =>
  from.commands.receive(agent, { after, acknowledge: true, waitMs });
const bodies = (answer: readonly Message[] | CommandRefusal): unknown =>
  'refused' in answer ? answer : answer.map((message) => message.body);

describe('delivery', () => {
  it('has a message on disk when it is accepted, also for a reader after a crash', async () => {
    const one = layer();
    const sent = await send(one, 'scribe', 'hermes', 'hi');
    expect(sent).toMatchObject({ seq: 1, body: 'hi' });
    const other = new Database(one.file, { readonly: true });
    expect(other.prepare('select recipient, body from messages').all()).toEqual([
      { recipient: 'hermes', body: 'hi' },
    ]);
    other.close();
    expect(await read(one.again(), 'hermes')).toEqual([sent]);
  });

  it('gives what is not acknowledged again, and what is never again', async () => {
    const one = layer();
    for (const body of ['a', 'b', 'c']) await send(one, 'scribe', 'hermes', body);
    expect(bodies(await read(one, 'hermes'))).toEqual(['a', 'b', 'c']);
    expect(bodies(await read(one, 'hermes'))).toEqual(['a', 'b', 'c']);
    expect(bodies(await read(one, 'hermes', 2))).toEqual(['c']);
    expect(bodies(await read(one, 'hermes'))).toEqual(['c']);
    expect(one.commands.totals().acknowledged).toBe(2);
    await expect.poll(async () => bodies(await read(one.again(), 'hermes'))).toEqual(['c']);
  });

  it('keeps the order of each sender, whatever is sent at the same time', async () => {
    const one = layer();
    const many = Array.from({ length: 200 }, (_, index) => index);
    await Promise.all(
      many.flatMap((index) => [
        send(one, 'scribe', 'hermes', `scribe ${index}`),
        send(one, 'shiva', 'hermes', `shiva ${index}`),
      ]),
    );
    const got: Message[] = [];
    for (;;) {
      const part = await read(one, 'hermes', got.at(-1)?.seq ?? 0);
      if ('refused' in part || part.length === 0) break;
      expect(part.length).toBeLessThanOrEqual(100);
      got.push(...part);
    }
    for (const sender of ['scribe', 'shiva']) {
      const order = got.filter((message) => message.from === sender).map((message) => message.body);
      expect(order).toEqual(many.map((index) => `${sender} ${index}`));
    }
    // Gathered: far fewer synchronous writes than messages.
    expect(one.commands.totals().writes).toBeLessThan(100);
  });

  it('lets a reader wait for the next message, and go', async () => {
    const one = layer();
    const waiting = read(one, 'hermes', 0, 20_000);
    await send(one, 'scribe', 'hermes', 'now');
    expect(bodies(await waiting)).toEqual(['now']);
    expect(await read(one, 'shiva', 0, 5)).toEqual([]);
    const leaving = new AbortController();
    const left = one.commands.receive('shiva', {
      after: 0,
      acknowledge: true,
      waitMs: 20_000,
      signal: leaving.signal,
    });
    leaving.abort();
    expect(await left).toEqual([]);
  });

  it('knows its agents, and says who has registered', async () => {
    const one = layer();
    expect(one.commands.register('hermes')).toMatchObject({ name: 'hermes', halted: false, queued: 0 });
    expect(one.commands.register('stranger')).toMatchObject({ refused: 'unknown' });
    expect(await send(one, 'stranger', 'hermes', 'x')).toMatchObject({ refused: 'unknown' });
    expect(await read(one, 'stranger')).toMatchObject({ refused: 'unknown' });
    const [hermes, shiva] = one.again().commands.agents();
    expect(hermes?.registeredAt).toMatch(/^2026-/);
    expect(shiva?.registeredAt).toBeNull();
  });
});

describe('back-pressure', () => {
  it('refuses what a full queue cannot take, counting what is being written, and takes it later', async () => {
    const one = layer({ perAgent: 5 });
    const sent = await Promise.all(
      Array.from({ length: 9 }, (_, index) => send(one, 'scribe', 'hermes', `${index}`)),
    );
    const refused = sent.filter((answer) => 'refused' in answer);
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ refused: 'busy', retryAfter: 1 });
    expect(await send(one, 'scribe', 'shiva', 'x')).toMatchObject({ body: 'x' });
    await read(one, 'hermes', 5);
    expect(await send(one, 'scribe', 'hermes', 'x')).toMatchObject({ body: 'x' });
  });

  it('bounds what is kept altogether, and how many readers wait', async () => {
    const one = layer({ total: 2, readers: 1 });
    await send(one, 'scribe', 'hermes', '1');
    await send(one, 'scribe', 'shiva', '2');
    expect(await send(one, 'scribe', 'sentinel', '3')).toMatchObject({
      refused: 'unavailable',
      retryAfter: 5,
    });
    const first = read(one, 'sentinel', 0, 20_000);
    expect(await read(one, 'sentinel', 0, 20_000)).toMatchObject({ refused: 'busy' });
    one.commands.close();
    expect(await first).toEqual([]);
  });

  it('accepts nothing that it cannot write, does not try for a while, and recovers', async () => {
    const one = layer({ pauseMs: 200 });
    const other = new Database(one.file);
    other.exec('begin immediate');
    expect(await send(one, 'scribe', 'hermes', 'lost')).toMatchObject({ refused: 'unavailable' });
    const began = performance.now();
    expect(await send(one, 'scribe', 'hermes', 'lost')).toMatchObject({ refused: 'unavailable' });
    expect(performance.now() - began).toBeLessThan(40);
    expect(one.commands.totals().failing).toBe(true);
    other.exec('rollback');
    other.close();
    await expect.poll(() => send(one, 'scribe', 'hermes', 'kept')).toMatchObject({ body: 'kept' });
    expect(bodies(await read(one, 'hermes'))).toEqual(['kept']);
  });
});

describe('a halt', () => {
  it('ends every wait, accepts nothing from or to the halted, and lets the others talk', async () => {
    const one = layer();
    const waiting = read(one, 'hermes', 0, 20_000);
    one.gate(['hermes']);
    expect(await waiting).toMatchObject({ refused: 'conflict', why: 'hermes is halted' });
    expect(await send(one, 'scribe', 'hermes', 'x')).toMatchObject({ refused: 'conflict' });
    expect(await send(one, 'hermes', 'scribe', 'x')).toMatchObject({ refused: 'conflict' });
    expect(await read(one, 'hermes')).toMatchObject({ refused: 'conflict' });
    expect(one.commands.register('hermes')).toMatchObject({ refused: 'conflict' });
    expect(await send(one, 'scribe', 'shiva', 'x')).toMatchObject({ body: 'x' });
  });

  it('catches a message between its arrival and its write', async () => {
    const one = layer({ batchMs: 50 });
    const sending = send(one, 'scribe', 'hermes', 'late');
    one.gate(['hermes']);
    expect(await sending).toMatchObject({ refused: 'conflict' });
    one.gate([]);
    expect(await read(one, 'hermes')).toEqual([]);
  });

  it('holds what waited and shows it; after the resume nothing of it is delivered undecided', async () => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'buy');
    await send(one, 'scribe', 'shiva', 'other');
    const halt = one.gate(['hermes']);
    expect(one.commands.held()).toMatchObject([{ body: 'buy', state: 'halted' }]);
    const settled = one.commands.hold.settle(halt, { held: 'keep', actor: 'ada', reason: 'over' });
    one.gate([]);
    settled();
    await send(one, 'scribe', 'hermes', 'new');
    expect(bodies(await read(one, 'hermes'))).toEqual(['new']);
    expect(bodies(await read(one, 'shiva'))).toEqual(['other']);
    const again = one.again();
    expect(bodies(await read(again, 'hermes'))).toEqual(['new']);
    expect(again.commands.held()).toMatchObject([{ body: 'buy', state: 'kept' }]);
    expect(again.commands.decide('keep')).toBe(0);
    expect(again.commands.decide('deliver')).toBe(1);
    expect(again.commands.held()).toEqual([]);
    // To a reader that is past the old number too.
    expect(bodies(await read(again, 'hermes', 2))).toEqual(['new', 'buy']);
  });

  it.each([
    ['deliver' as const, ['one', 'two'], []],
    ['discard' as const, [], [{ body: 'one' }, { body: 'two' }]],
  ])('is over with a decision to %s, and so it stays after a crash', async (held, delivered, discarded) => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'one');
    await send(one, 'scribe', 'hermes', 'two');
    const settled = one.commands.hold.settle(one.gate(['hermes']), { held, actor: 'ada', reason: 'over' });
    one.gate([]);
    settled();
    expect(bodies(await read(one, 'hermes'))).toEqual(delivered);
    const again = one.again();
    expect(bodies(await read(again, 'hermes'))).toEqual(delivered);
    expect(again.commands.held()).toEqual([]);
    const db = new Database(one.file, { readonly: true });
    expect(db.prepare("select body from messages where state = 'discarded'").all()).toEqual(discarded);
    db.close();
  });

  it('that ends in a crash between the resume and its decision delivers nothing', async () => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'buy');
    one.commands.hold.settle(one.gate(['hermes']), { held: 'deliver', actor: 'ada', reason: 'over' });
    one.gate([]);
    const again = one.again();
    expect(await read(again, 'hermes')).toEqual([]);
    expect(again.commands.held()).toMatchObject([{ body: 'buy', state: 'kept' }]);
  });

  it('whose resume failed after all still holds everything', async () => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'buy');
    const halt = one.gate(['hermes']);
    one.commands.hold.settle(halt, { held: 'discard', actor: 'ada', reason: 'over' });
    expect(one.commands.held()).toMatchObject([{ body: 'buy', state: 'halted' }]);
    one.commands.hold.settle(halt, { held: 'deliver', actor: 'ada', reason: 'over' })();
    one.gate([]);
    expect(bodies(await read(one, 'hermes'))).toEqual(['buy']);
  });

  it('of one asset holds what is about it, and an acknowledgement does not swallow that', async () => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'doge', 'DOGE-USD');
    await send(one, 'scribe', 'hermes', 'btc', 'BTC-USD');
    const halt = one.gate([], 'DOGE-USD');
    expect(await send(one, 'scribe', 'hermes', 'x', 'DOGE-USD')).toMatchObject({ refused: 'conflict' });
    expect(bodies(await read(one, 'hermes'))).toEqual(['btc']);
    expect(await read(one, 'hermes', 2)).toEqual([]);
    expect(one.commands.held()).toMatchObject([{ body: 'doge' }]);
    const settled = one.commands.hold.settle(halt, { held: 'deliver', actor: 'ada', reason: 'over' });
    one.gate([]);
    settled();
    expect(bodies(await read(one, 'hermes', 2))).toEqual(['doge']);
  });

  it('settled by another process is noticed', async () => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'buy');
    const halt = one.gate(['hermes']);
    const tool = one.again();
    tool.commands.hold.settle(halt, { held: 'keep', actor: 'hand', reason: 'over' })();
    one.gate([]);
    expect(await read(one, 'hermes')).toEqual([]);
    expect(one.commands.held()).toMatchObject([{ body: 'buy', state: 'kept' }]);
  });

  it('over nothing settles nothing', async () => {
    const one = layer();
    await send(one, 'scribe', 'hermes', 'hi');
    one.commands.hold.settle(OPEN, { held: 'discard', actor: 'ada', reason: 'x' })();
    expect(bodies(await read(one, 'hermes'))).toEqual(['hi']);
  });
});
