import { writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { liveInventoryText } from '../../../test/support/small-fleet.ts';
import { present, unreadable } from '../../drill/model/reading.ts';
import type { HostIdentity } from '../../drill/model/sample.ts';
import type { Opening } from '../../drill/ports/world.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { Effects } from '../effects.ts';
import { readPins } from '../read-pins.ts';
import { runCli } from '../run-cli.ts';

const { effects } = createEffects();

const identity = (host: string, over: Partial<HostIdentity> = {}): Opening =>
  present({
    bootId: `boot-${host}`,
    pidNamespace: 'pid:[1]',
    hostname: `${host}.example`,
    machineId: host === 'knox' ? '0a'.repeat(16) : '0b'.repeat(16),
    hostKey: host === 'knox' ? null : 'SHA256:abcdef',
    os: 'Linux',
    ticksPerSecond: 100,
    ...over,
  });

async function pinning(answers: Record<string, Opening>, text = liveInventoryText(), folder = ownFolder()) {
  writeFileSync(join(folder, 'inventory.yaml'), text);
  const said = { out: '', err: '' };
  const sink = (to: 'out' | 'err') => ({
    write: (words: string) => {
      said[to] += words;
    },
    isTerminal: false,
    columns: 80,
  });
  const fake: Effects = {
    ...effects,
    folder,
    files: createFiles(folder),
    out: sink('out'),
    err: sink('err'),
    wall: () => '2026-12-01T00:00:00.000Z',
    askHosts: () => Promise.resolve(new Map(Object.entries(answers))),
  };
  const code = await runCli(['pin'], fake);
  return { code, folder, fake, ...said, lock: join(folder, 'inventory.lock.yaml') };
}

const BOTH = { knox: identity('knox'), tesseract: identity('tesseract') };

describe('pin', () => {
  it('shows who answers, and writes it beside the inventory with its digest', async () => {
    const { code, out, err, lock, fake, folder } = await pinning(BOTH);
    expect(code).toBe(0);
    expect(out).toBe(`knox: knox.example
  machine id    ${'0a'.repeat(16)}
  ssh host key  none: it is this machine
tesseract: tesseract.example
  machine id    ${'0b'.repeat(16)}
  ssh host key  SHA256:abcdef
Written to inventory.lock.yaml.
`);
    expect((await stat(lock)).mode & 0o777).toBe(0o600);
    const read = await fake.files.read(join(folder, 'inventory.yaml'));
    if (read.kind !== 'text') throw new Error('no inventory');
    expect(err).toContain(read.sha256);
    const pins = await readPins(
      { path: join(folder, 'inventory.yaml'), shown: 'inventory.yaml', ...read },
      fake,
    );
    expect(pins).toEqual({
      fleet: 'small',
      inventorySha256: read.sha256,
      pinnedAt: '2026-12-01T00:00:00.000Z',
      hosts: new Map([
        ['knox', { machineId: '0a'.repeat(16), hostname: 'knox.example', hostKey: null }],
        [
          'tesseract',
          { machineId: '0b'.repeat(16), hostname: 'tesseract.example', hostKey: 'SHA256:abcdef' },
        ],
      ]),
    });
  });

  it('says what is another machine than before', async () => {
    const { folder } = await pinning(BOTH);
    const again = await pinning(
      { ...BOTH, knox: identity('knox', { machineId: '0c'.repeat(16) }) },
      undefined,
      folder,
    );
    expect(again.out).toContain(
      `  CHANGED: its machine id is ${'0c'.repeat(16)}, and ${'0a'.repeat(16)} was pinned\n`,
    );
    expect(again.out.match(/CHANGED/g)).toHaveLength(1);
  });

  it('makes what a host says harmless', async () => {
    const { out } = await pinning({ ...BOTH, knox: identity('knox', { hostname: 'a\u001b[2Jb\u202ec' }) });
    expect(['\u001b', '\u202e'].filter((sign) => out.includes(sign))).toEqual([]);
  });

  it.each([
    [
      'a host does not answer',
      { ...BOTH, tesseract: unreadable('tesseract: no route to host') },
      'no route to host',
    ],
    ['a host is missing', { knox: BOTH.knox }, 'tesseract: nobody answers'],
    [
      'two hosts are one machine',
      { ...BOTH, tesseract: identity('tesseract', { bootId: 'boot-knox' }) },
      'knox and tesseract are one machine',
    ],
  ])('pins nothing where %s', async (_, answers, why) => {
    const { code, err, lock } = await pinning(answers);
    expect(code).toBe(3);
    expect(err).toContain(why);
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });

  it('pins two hosts that the inventory says are one machine', async () => {
    const answers = { ...BOTH, tesseract: identity('tesseract', { bootId: 'boot-knox' }) };
    const { code } = await pinning(answers, `${liveInventoryText()}one-machine: [[knox, tesseract]]\n`);
    expect(code).toBe(0);
  });

  it('does not pin a lab', async () => {
    const { code, err } = await pinning(BOTH, `${liveInventoryText()}provider: embedded-lab\n`);
    expect(code).toBe(64);
    expect(err).toContain('is provided by the lab');
  });
});
