import type { Socket } from 'node:net';
import { networkOf } from './network.ts';
import type { TokenRole } from './tokens.ts';

/** What is asked of a socket. */
export type Peer = Pick<Socket, 'remoteAddress' | 'destroy' | 'once'>;

/**
 * Open connections, bounded in all and by place. One too many closes another, never itself: whoever is new may be an
 * operator who has not yet said so.
 */
export interface Connections {
  /** Counts a new one in, and closes another where that makes too many. */
  add(peer: Peer): void;
  /** A request has come on it; what it returns says that the request is over. */
  begin(peer: Peer): () => void;
  /** It carried a valid token. */
  know(peer: Peer, role: TokenRole): void;
}

interface Connection {
  readonly peer: Peer;
  readonly network: string;
  role: TokenRole | null;
  requests: number;
}

/** Of the places, one in so many is for those who have not yet said who they are. */
const NEWCOMERS = 4;

/**
 * At most `most` connections, half of them from one place. Those without a token go first, then those that wait for
 * their next request, then those of agents and observers; of the place that has most, the oldest. A connection on which
 * an operator's request is under way is never closed.
 */
export function createConnections(most: number): Connections {
  const open = new Map<Peer, Connection>();

  /** Closes one of these but the newcomer, where they are more than the limit. */
  const bound = (among: readonly Connection[], limit: number, newcomer: Connection): void => {
    if (among.length <= limit) return;
    const others = among.filter((one) => one !== newcomer && !isOperating(one));
    const strangers = others.filter((one) => one.role === null);
    const known = others.filter((one) => one.role !== null);
    const waiting = known.filter((one) => one.requests === 0);
    const ranks =
      strangers.length > limit / NEWCOMERS ? [strangers, waiting, known] : [waiting, known, strangers];
    const victim = ranks.map(oldestOfLargest).find((one) => one !== undefined);
    if (victim === undefined) return;
    open.delete(victim.peer);
    victim.peer.destroy();
  };

  return {
    add(peer) {
      const newcomer = { peer, network: networkOf(peer.remoteAddress), role: null, requests: 0 };
      open.set(peer, newcomer);
      peer.once('close', () => open.delete(peer));
      const all = [...open.values()];
      const near = all.filter((one) => one.network === newcomer.network);
      bound(near, Math.ceil(most / 2), newcomer);
      bound([...open.values()], most, newcomer);
    },
    begin(peer) {
      const connection = open.get(peer);
      if (connection === undefined) return () => {};
      connection.requests += 1;
      return () => {
        connection.requests -= 1;
      };
    },
    know(peer, role) {
      const connection = open.get(peer);
      if (connection !== undefined && !mayOperate(connection.role)) connection.role = role;
    },
  };
}

function mayOperate(role: TokenRole | null): boolean {
  return role === 'operator' || role === 'second-operator';
}

function isOperating({ role, requests }: Connection): boolean {
  return mayOperate(role) && requests > 0;
}

/** Of the place with most of these, the one that came first; they are in the order in which they came. */
function oldestOfLargest(connections: readonly Connection[]): Connection | undefined {
  const counts = new Map<string, number>();
  for (const { network } of connections) counts.set(network, (counts.get(network) ?? 0) + 1);
  const largest = Math.max(0, ...counts.values());
  return connections.find(({ network }) => counts.get(network) === largest);
}
