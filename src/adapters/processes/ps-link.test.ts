import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Reading } from '../../drill/model/reading.ts';
import type { HostLink } from '../../drill/ports/world.ts';
import { localTransport } from '../transports/local.ts';
import type { HostTransport } from '../transports/transport.ts';
import { createHostLink } from './host-link.ts';
import { exists, pidsOfSession, pidsWithArgument, Strangers } from './strangers.fixture.ts';
import { clock, until } from './test-clock.fixture.ts';
import { THIS_MACHINE } from './this-machine.fixture.ts';

/*
 * The ps probe, on this machine's real processes and its own ps, which knows the words that ps of macOS knows. What else it asks of macOS
 * (uname, sysctl, ioreg) is said by scripts. None of it was tried on a Mac.
 */
const BOOT = '0E2F1C3A-9B7D-4E55-8A61-5D2C7F0B9E14';

let folder: string;
let drillId: string;
let link: HostLink;
let strangers: Strangers;

/** This machine as one that has those scripts before all else. */
function macLike(): HostTransport {
  return {
    async open() {
      const connection = await localTransport().open();
      return {
        hostKey: null,
        close: () => connection.close(),
        start: (command) => connection.start(`PATH='${folder}/bin':$PATH; export PATH; ${command}`),
      };
    },
  };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ps-link-'));
  drillId = `d-${folder.slice(-6)}`;
  strangers = new Strangers();
  mkdirSync(join(folder, 'bin'));
  const put = (name: string, script: string): void => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };
  put('uname', '[ "$1" = -n ] && echo knox.local || echo Darwin');
  put('sysctl', `[ "$*" = "-n kern.bootsessionuuid" ] && echo ${BOOT}`);
  put(
    'ioreg',
    `echo '  |   "IOPlatformSerialNumber" = "C02"'; echo '  |   "IOPlatformUUID" = "564D1B2C-0A3E-11EC-9A03-0242AC130003"'`,
  );
  link = createHostLink(THIS_MACHINE, {
    ...{ drillId, fleet: 'invictus', clock, transport: macLike(), leaseMs: 2_000 },
    heartbeats: [
      { service: 'there', file: join(folder, 'beat') },
      { service: 'none', file: join(folder, 'no', 'such') },
      { service: 'link', file: join(folder, 'link') },
    ],
  });
});
afterEach(async () => {
  await link.close();
  strangers.end();
  rmSync(folder, { recursive: true });
});

function value<T>(reading: Reading<T>): T {
  if (reading.kind !== 'present') throw new Error(JSON.stringify(reading));
  return reading.value;
}

let nonces = 0;
const sample = async (mode: 'list' | 'full', watch: number[] = [], detail: number[] = []) => {
  nonces += 1;
  return value(await link.sample({ nonce: `n${nonces}`, mode, watch, detail }));
};

it('says who answers, and sees everybody, itself among them', async () => {
  writeFileSync(join(folder, 'beat'), 'first\nsecond\n');
  symlinkSync(join(folder, 'beat'), join(folder, 'link'));
  const identity = value(await link.open());
  expect(identity).toEqual({
    ...{ bootId: BOOT.toLowerCase(), machineId: '564d1b2c0a3e11ec9a030242ac130003', hostname: 'knox.local' },
    ...{ pidNamespace: 'ps', os: 'Darwin', ticksPerSecond: 1, hostKey: null },
  });
  const { pid } = await strangers.run('/bin/sh', [
    '-c',
    'echo up; read stop',
    'it\'s "q" $HOME `id`',
    'a\nb',
  ]);
  const seen = await sample('full', [], [pid, process.pid]);
  expect(seen.visibility).toEqual({ uid: process.getuid?.(), hidepid: 'off', pid1: true });
  expect(seen.rows.find((row) => row.pid === pid)).toMatchObject({
    ppid: process.pid,
    state: 'S',
    pgrp: pid,
  });
  const began = seen.rows.find((row) => row.pid === process.pid)?.start ?? 0;
  expect(Math.abs(began - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5);
  expect(value(seen.details[0]?.argv as Reading<readonly string[]>).slice(0, 5)).toEqual([
    ...['/bin/sh', '-c', 'echo', 'up;', 'read'],
  ]);
  expect(seen.heartbeats).toMatchObject({
    there: { kind: 'present', value: 'first' },
    none: { kind: 'absent' },
    link: { kind: 'unreadable', reason: expect.stringContaining('is a link') },
  });
  expect((await sample('list', [pid])).rows.map((row) => row.pid)).toEqual([pid]);
});

it('plants canaries that are seen by their tags, ends them on request, and leaves nothing after close', async () => {
  await link.open();
  const [session = 0] = pidsWithArgument(drillId);
  const one = value(await link.plantCanary(`${drillId}.one`));
  const two = value(await link.plantCanary(`${drillId}.two`));
  const seen = await sample('list', [one.pid, two.pid], [one.pid]);
  expect(seen.rows).toHaveLength(2);
  const argv = value(seen.details[0]?.argv as Reading<readonly string[]>);
  const at = argv.indexOf('haltdrill-canary');
  expect(argv.slice(at, at + 3)).toEqual(['haltdrill-canary', 'invictus', `${drillId}.one`]);
  expect(await link.killCanary(one.pid)).toEqual({ kind: 'present', value: true });
  expect((await sample('list', [one.pid, two.pid])).rows.map(({ pid }) => pid)).toEqual([two.pid]);
  expect((await link.killCanary(1)).kind).toBe('unreadable');
  await link.close();
  expect(exists(two.pid)).toBe(false);
  await until('nothing of it is left', () => pidsOfSession(session).length === 0, 15_000);
});

it('ends by itself, canaries too, when nobody asks any more', async () => {
  await link.open();
  await link.plantCanary(`${drillId}.b`);
  const silentSince = performance.now();
  await until('the silent probe ended', () => pidsWithArgument(drillId).length === 0);
  expect(performance.now() - silentSince).toBeGreaterThan(1_900);
  await until('its canary ended', () => pidsWithArgument(`${drillId}.b`).length === 0, 15_000);
});

it('kills the life that was meant, and no other', async () => {
  const { bootId } = value(await link.open());
  const { pid } = await strangers.run('/bin/sh', ['-c', 'echo up; exec sleep 60']);
  const start = (await sample('full')).rows.find((row) => row.pid === pid)?.start ?? 0;
  expect(await link.killLife({ bootId, pid, start: start - 60 })).toEqual({ kind: 'absent' });
  expect(await link.killLife({ bootId: bootId.replace(/.$/, 'x'), pid, start })).toEqual({ kind: 'absent' });
  expect(exists(pid)).toBe(true);
  expect(await link.killLife({ bootId, pid, start })).toEqual({ kind: 'present', value: true });
  expect(await link.killLife({ bootId, pid, start })).toEqual({ kind: 'absent' });
});

it.each([
  ['ps fails', 'ps', 'exit 1', 'ps ended with 1'],
  [
    'ps shows others only',
    'ps',
    'echo "  1 0 1 0 Ss Thu Nov 26 03:04:05 2026 /sbin/launchd"',
    'the probe that asks',
  ],
  ['ps is of another kind', 'ps', 'echo "PID USER TIME COMMAND"', 'could not be understood'],
])('can vouch for nothing where %s', async (_, name, script, reason) => {
  await link.open();
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
  expect(await link.sample({ nonce: 'x1', mode: 'full', watch: [], detail: [] })).toMatchObject({
    kind: 'unreadable',
    reason: expect.stringContaining(reason),
  });
});

it('is not opened where the boot has no id', async () => {
  writeFileSync(join(folder, 'bin', 'sysctl'), '#!/bin/sh\nexit 1\n');
  expect(await link.open()).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('boot id') });
});
