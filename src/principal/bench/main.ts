import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { HALTED, OPERATOR, RUNNING, SENDERS, startBroker } from './fleet.ts';
import type { Line } from './line.ts';
import { ask, type Delivery, disconnect, receive, type Sent, send } from './load.ts';
import { besiege } from './siege.ts';

/** What the broker is to do on one core: messages a second, ms for the 99th percentile, ms for a halt at that load. */
const TARGET = { perSecond: 1000, p99: 50, halt: 100 } as const;
/** Somewhat more is offered than must be routed, since a span that ends with the last delivery is longer than that of sending. */
const OFFERED = 1020;
const WARM_UP_SECONDS = 3;
const SECONDS = 10;

/** Every sender to every receiver. A sender's requests are several at a time, so that order is of acceptance, not of sending. */
const PAIRS = SENDERS.flatMap((from) => [...HALTED, ...RUNNING].map((to) => [from, to] as const));

async function measure(url: string): Promise<readonly Line[]> {
  const perSecond = OFFERED;
  let ended = false;
  const deliveries: Delivery[] = [];
  const readers = [...HALTED, ...RUNNING].map((name) =>
    receive(
      url,
      name,
      (one) => void deliveries.push(one),
      () => ended,
    ),
  );

  await send(url, { perSecond, seconds: WARM_UP_SECONDS, pairs: PAIRS, first: 0, accepted: new Set() });
  const first = perSecond * WARM_UP_SECONDS;
  const numbers = new Set<number>();
  await send(url, { perSecond, seconds: SECONDS, pairs: PAIRS, first, accepted: numbers });
  const accepted = numbers.size;
  await until(() => deliveries.length >= first + accepted);
  const measured = deliveries.filter((one) => one.number >= first);

  // At the same load, a halt after one second; three more to see whether anything still gets through.
  const later = first + perSecond * SECONDS;
  const loading = send(url, { perSecond, seconds: 4, pairs: PAIRS, first: later, accepted: new Set() });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const askedAt = performance.now();
  const halt = await ask('POST', `${url}/v1/halt`, OPERATOR, { level: 2, reason: 'bench' });
  const answeredAt = performance.now();
  const rest = await loading;
  ended = true;
  await Promise.all(readers);
  const names: readonly string[] = HALTED;
  const afterHalt = deliveries.filter((one) => names.includes(one.to) && one.receivedAt >= askedAt);
  const last = Math.max(0, ...afterHalt.map((one) => one.receivedAt - askedAt));
  const refused = count(rest, (status) => status === 409);
  const others = deliveries.filter(
    (one) => !names.includes(one.to) && one.receivedAt > askedAt + 1000,
  ).length;

  const latencies = measured.map((one) => one.receivedAt - one.dueAt).sort((a, b) => a - b);
  const p99 = percentile(latencies, 0.99);
  const spanMs =
    Math.max(...measured.map((one) => one.receivedAt)) - Math.min(...measured.map((one) => one.dueAt));
  const rate = (measured.length * 1000) / spanMs;
  const delivered = new Set(measured.map((one) => one.number));
  const lost = [...numbers].filter((number) => !delivered.has(number)).length;
  const { writes, messages } = await writesOf(url);
  return [
    {
      what: 'routed, messages a second',
      target: `${TARGET.perSecond}`,
      figure: rate.toFixed(0),
      met: accepted === perSecond * SECONDS && rate >= TARGET.perSecond,
    },
    { what: 'accepted and not delivered', target: '0', figure: `${lost}`, met: lost === 0 },
    {
      what: 'delivery, 99th percentile, ms',
      target: `< ${TARGET.p99}`,
      figure: `${p99.toFixed(1)} (median ${percentile(latencies, 0.5).toFixed(1)}, most ${(latencies.at(-1) ?? 0).toFixed(1)})`,
      met: p99 < TARGET.p99,
    },
    {
      what: 'halt at that load effective after, ms',
      target: `< ${TARGET.halt}`,
      figure: `${last.toFixed(1)} (last delivery to a halted agent; reply ${halt.status} after ${(answeredAt - askedAt).toFixed(0)})`,
      met: last < TARGET.halt && halt.status === 200 && refused > 0,
    },
    { what: 'delivered to the others meanwhile', target: '> 0', figure: `${others}`, met: others > 0 },
    {
      what: 'messages for each synchronous write',
      target: '> 1',
      figure: (messages / writes).toFixed(1),
      met: messages > writes,
    },
  ];
}

async function writesOf(url: string): Promise<{ writes: number; messages: number }> {
  const { text } = await ask('GET', `${url}/metrics`, OPERATOR);
  const value = (name: RegExp): number => Number(name.exec(text)?.[1] ?? Number.NaN);
  return {
    writes: value(/^principal_message_writes_total (\d+)$/m),
    messages: value(/^principal_messages_total\{event="accepted"\} (\d+)$/m),
  };
}

function count(sent: Sent, which: (status: number) => boolean): number {
  let sum = 0;
  for (const counts of sent.values()) for (const [status, some] of counts) if (which(status)) sum += some;
  return sum;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY;
}

/** Seconds that a process ran, and that it wanted to and had no core (Linux: proc/<pid>/schedstat, in ns); else null. */
function coreTime(pid: number): { ran: number; waited: number } | null {
  const file = `/proc/${pid}/schedstat`;
  if (!existsSync(file)) return null;
  const [ran = 0, waited = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
  return { ran: ran / 1e9, waited: waited / 1e9 };
}

async function until(done: () => boolean): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!done() && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Prints target and figure of everything, with `--siege` of halts under siege alone; ends with 1 where a target was missed. */
async function main(): Promise<number> {
  const broker = await startBroker();
  try {
    const before = coreTime(broker.pid);
    const lines = await (process.argv.includes('--siege') ? besiege : measure)(broker.url);
    const after = coreTime(broker.pid);
    const where = broker.pinned ? 'the broker on one core (taskset)' : 'the broker not pinned to a core';
    process.stdout.write(`principal, ${where}, SQLite with synchronous=FULL\n`);
    for (const { what, target, figure, met } of lines) {
      process.stdout.write(
        `${met ? 'met   ' : 'MISSED'}  ${what.padEnd(40)}  target ${target.padEnd(6)}  ${figure}\n`,
      );
    }
    if (before !== null && after !== null) {
      const [ran, waited] = [after.ran - before.ran, after.waited - before.waited];
      process.stdout.write(
        `the broker ran for ${ran.toFixed(1)} s, and for ${waited.toFixed(1)} s had no core because others used it\n`,
      );
    }
    return lines.every((line) => line.met) ? 0 : 1;
  } finally {
    disconnect();
    await broker.close();
  }
}

process.exitCode = await main();
