import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import type { Fleet } from './fleet/fleet.ts';

/** Processes on the host, and the share of one core that the runner is to take of it at the most. */
const PROCESSES = 300;
const TARGET = 0.02;
/** A busy machine may miss the target; twice as much would be the probe's fault. */
const CEILING = 2 * TARGET;

/** Processor seconds of every login on a host so far: the probe, its canaries, and sshd's part of their sessions. */
function loginSeconds({ hosts }: Fleet): number {
  const [, group = ''] = /^0::(.*)$/m.exec(readFileSync(`/proc/${hosts.east.leader()}/cgroup`, 'utf8')) ?? [];
  const slice = join('/sys/fs/cgroup', group.replace(/\/init\.scope$/, ''), 'user.slice/cpu.stat');
  return Number(/^usage_usec (\d+)$/m.exec(readFileSync(slice, 'utf8'))?.[1]) / 1e6;
}

/** How long the steady part of the hold is measured. At the hold's end every process is opened once more, which is told apart. */
const STEADY_MS = 12_000;

interface Reading {
  readonly atMs: number;
  readonly seconds: number;
}

const shareOf = (from: Reading, to: Reading): number =>
  (to.seconds - from.seconds) / ((to.atMs - from.atMs) / 1000);
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

it('the probe at its default rate costs a host with 300 processes little', async () => {
  const readings: Reading[] = [];
  let processes = 0;
  const result = await drilled(
    {
      name: 'cost',
      targets: [{ name: 'hermes', host: 'east' }],
      drill: { 'sample-every': '100ms', 'max-gap': '1s', hold: '15s' },
      after: {
        // Older than what has only just begun, which is looked at several times: a host has most of its processes for long.
        east: `n=$(ps -e -o pid= | wc -l); while [ $n -lt ${PROCESSES + 5} ]; do n=$((n + 1)); setsid sleep 1234 </dev/null >/dev/null 2>&1 & done; sleep 3`,
      },
      undo: { east: 'pkill -KILL -x -f "sleep 1234" || true' },
    },
    {
      during: (said, on) => {
        if (!/stage (?:hold|resume) begins/.test(said)) return;
        const read = (): void => void readings.push({ atMs: performance.now(), seconds: loginSeconds(on) });
        read();
        if (said.includes('stage hold')) setTimeout(read, STEADY_MS);
      },
      after: async ({ hosts }) => {
        processes = (await hosts.east.table()).length;
      },
    },
  );
  expect(primary(result), result.stderr).toEqual([]);
  const [first, steady, last] = readings;
  if (first === undefined || steady === undefined || last === undefined)
    throw new Error('the hold was not measured');
  const share = shareOf(first, steady);
  console.log(
    `the probe: ${percent(share)} of one core on a host with ${processes} processes (target: under ${TARGET * 100} %, ${share < TARGET ? 'met' : 'MISSED'}); with the last look at every process ${percent(shareOf(first, last))}`,
  );
  expect(processes).toBeGreaterThanOrEqual(PROCESSES);
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(CEILING);
});
