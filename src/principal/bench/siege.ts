import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { OPERATOR } from './fleet.ts';
import type { Line } from './line.ts';

/** Connections that strangers hold, or try to: more than the broker has places for. */
const STRANGERS = 1500;
const HALTS = 50;
/** The slowest halt, in ms, while they do. */
const TARGET_MS = 200;

/**
 * Halts while strangers without a token hold every connection that they can get, half of them in the middle of a request, and
 * open another for each that is closed. Every halt comes on a connection of its own, as from an operator who was not there before.
 */
export async function besiege(url: string): Promise<readonly Line[]> {
  const { port, hostname } = new URL(url);
  const held = new Set<Socket>();
  let over = false;
  let opened = 0;
  let sentAway = 0;
  const hold = (): void => {
    if (over) return;
    opened += 1;
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    held.add(socket);
    if (opened % 2 === 0) socket.write('POST /v1/halt HTTP/1.1\r\nhost: x\r\n');
    socket.once('close', () => {
      held.delete(socket);
      sentAway += 1;
      setTimeout(hold, 20);
    });
  };
  for (let count = 0; count < STRANGERS; count += 1) hold();
  const took: number[] = [];
  let refused = 0;
  try {
    for (let turn = 0; turn < HALTS; turn += 1) {
      const askedAt = performance.now();
      const status = await halt(url, `siege ${turn}`).catch(() => 0);
      if (status === 200) took.push(performance.now() - askedAt);
      else refused += 1;
    }
  } finally {
    over = true;
    for (const socket of held) socket.destroy();
  }
  const most = Math.max(0, ...took);
  return [
    {
      what: 'valid halts refused, or not whole',
      target: '0',
      figure: `${refused} of ${HALTS}, while ${opened} connections were opened and ${sentAway} sent away`,
      met: refused === 0 && sentAway > 0,
    },
    { what: 'slowest halt, ms', target: `< ${TARGET_MS}`, figure: most.toFixed(0), met: most < TARGET_MS },
  ];
}

function halt(url: string, reason: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${OPERATOR}` };
    const asked = request(`${url}/v1/halt`, { method: 'POST', agent: false, headers }, (answer) => {
      answer.resume().once('close', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject);
    asked.end(JSON.stringify({ level: 2, reason }));
  });
}
