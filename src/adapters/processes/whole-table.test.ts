import { afterEach, describe, expect, it } from 'vitest';
import { hostileHost } from '../../../test/hostile/hostile-host.ts';
import { present } from '../../drill/model/reading.ts';
import type { ProbeSample, SampleRequest } from '../../drill/model/sample.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { createHostLink } from './host-link.ts';
import { clock } from './test-clock.fixture.ts';
import { THIS_MACHINE } from './this-machine.fixture.ts';
import { wholeTable } from './whole-table.ts';

const PIDS = Array.from({ length: 16_000 }, (_, at) => at + 1);

/** A host with so many processes, on which a sample takes so long, and each process has arguments of that length. */
function host(tookMs: number, argvLength: number) {
  let nowMs = 0;
  let samples = 0;
  const sample = async ({
    mode,
    detail,
  }: SampleRequest): Promise<ReturnType<typeof present<ProbeSample>>> => {
    nowMs += tookMs;
    samples += 1;
    return present({
      scope: { bootId: 'b', pidNamespace: 'pid:[1]' },
      uptimeMs: null,
      hostWallMs: null,
      pids: PIDS,
      rows:
        mode === 'list'
          ? []
          : PIDS.map((pid) => ({ pid, start: 1, ppid: 1, pgrp: pid, sid: pid, state: 'S' })),
      details: detail.map((pid) => ({
        ...{ pid, start: 1, uid: 0, cgroup: null, exe: present('/bin/a') },
        argv: present(['a', `${pid}`.padEnd(argvLength, ' ')]),
      })),
      visibility: { uid: 0, pid1: true, hidepid: '0' },
      heartbeats: {},
    });
  };
  return { link: { sample }, clock: { nowMs: () => nowMs }, samples: () => samples };
}

describe('the whole table of a host', () => {
  const links: HostLink[] = [];
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()));
  });

  it('is read of one with very many processes', async () => {
    const { link, clock: time } = host(50, 100);
    const table = await wholeTable(link, time);
    expect(table.kind === 'present' && table.value.length).toBe(PIDS.length);
  });

  it('S11: ends within a minute, and one sample, where each sample takes all its time', async () => {
    const { link, clock: time, samples } = host(4_900, 100);
    expect(await wholeTable(link, time)).toMatchObject({
      kind: 'unreadable',
      reason: 'only 600 of its 16000 processes were opened within 60 s',
    });
    expect([samples(), time.nowMs() < 65_000]).toEqual([13, true]);
  });

  it('S11: keeps no more than a bound, whatever its processes are called', async () => {
    const { link, clock: time, samples } = host(1, 65_536);
    expect(await wholeTable(link, time)).toMatchObject({
      kind: 'unreadable',
      reason: 'the arguments of its processes are longer than 33554432 characters',
    });
    expect(samples()).toBe(12);
  });

  it('S11: is not read of one that lists a million', async () => {
    const transport = hostileHost('a-million');
    const link = createHostLink(THIS_MACHINE, { drillId: 'd', fleet: 'f', heartbeats: [], clock, transport });
    links.push(link);
    expect(await link.open()).toMatchObject({ kind: 'present' });
    expect(await wholeTable(link, clock)).toMatchObject({
      reason: 'knox: an answer grew over 12582912 bytes, the most that is read of one host',
    });
  });
});
