import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createConnections, type Peer } from './connections.ts';
import { networkOf } from './network.ts';

/** A connection from an address; `closed` once it was destroyed. */
function peer(remoteAddress: string): Peer & { closed: boolean } {
  const one = Object.assign(new EventEmitter(), {
    remoteAddress,
    closed: false,
    destroy() {
      one.closed = true;
      return one;
    },
  });
  return one as unknown as Peer & { closed: boolean };
}

function crowd(count: number, addressOf: (index: number) => string, add: (one: Peer) => void) {
  return Array.from({ length: count }, (_, index) => {
    const one = peer(addressOf(index));
    add(one);
    return one;
  });
}

const stays = (those: readonly { closed: boolean }[]): number => those.filter((one) => !one.closed).length;

describe('S2: connections', () => {
  it('are bounded by place: the oldest of the place goes, and no other', () => {
    const { add } = createConnections(8);
    const elsewhere = crowd(2, () => '192.0.2.7', add);
    const many = crowd(50, () => '198.51.100.1', add);
    expect(stays(many)).toBe(4);
    expect(many.slice(-4).every((one) => !one.closed)).toBe(true);
    expect(stays(elsewhere)).toBe(2);
  });

  it('are bounded in all, however many places there are, and whoever is new gets in', () => {
    const { add } = createConnections(8);
    const many = crowd(50, (index) => `198.51.100.${index}`, add);
    expect(stays(many)).toBe(8);
    expect(many.at(-1)?.closed).toBe(false);
  });

  it('of the place with most go first', () => {
    const { add } = createConnections(8);
    const [one] = crowd(1, () => '192.0.2.7', add);
    crowd(4, () => '198.51.100.1', add);
    const many = crowd(10, () => '198.51.100.2', add);
    expect(one?.closed).toBe(false);
    expect(stays(many)).toBeGreaterThan(0);
  });

  it('that carried a token outlast those that did not, and the request of an operator outlasts all', () => {
    const { add, know, begin } = createConnections(8);
    const operator = peer('192.0.2.7');
    add(operator);
    know(operator, 'operator');
    const over = begin(operator);
    const [agent] = crowd(1, () => '192.0.2.8', add);
    if (agent !== undefined) know(agent, 'agent');
    crowd(50, (index) => `198.51.100.${index}`, add);
    expect([operator.closed, agent?.closed]).toEqual([false, false]);
    // Agents cannot take every place either: a newcomer has time to say who it is.
    const agents = crowd(
      50,
      (index) => `203.0.113.${index}`,
      (one) => {
        add(one);
        know(one, 'agent');
        begin(one);
      },
    );
    const newcomer = peer('192.0.2.9');
    add(newcomer);
    crowd(1, () => '203.0.113.99', add);
    expect([operator.closed, newcomer.closed]).toEqual([false, false]);
    expect(stays(agents)).toBeLessThan(7);
    over();
    crowd(
      50,
      () => '192.0.2.7',
      (one) => {
        add(one);
        know(one, 'agent');
      },
    );
    expect(operator.closed).toBe(true);
  });

  it('that ended are not counted', () => {
    const { add } = createConnections(8);
    const ended = crowd(4, () => '192.0.2.7', add);
    for (const one of ended) (one as unknown as EventEmitter).emit('close');
    const others = crowd(4, () => '192.0.2.7', add);
    expect(stays([...ended, ...others])).toBe(8);
  });
});

describe('a place', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:0:7::1', '2001:db8:0:7::/64'],
    ['2001:db8:0:7:ffff:1:2:3', '2001:db8:0:7::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    [undefined, 'unknown'],
  ])('of %s is %s', (address, place) => {
    expect(networkOf(address)).toBe(place);
  });
});
