import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { drillText, liveInventoryText } from '../../../test/support/small-fleet.ts';
import { openLedger } from '../../adapters/ledger/proofs-db.ts';
import { loadDrill } from '../../drill/01-load/load-fleet.ts';
import { pinsText } from '../../drill/01-load/pins.ts';
import type { Proof } from '../../drill/model/proof.ts';
import { canonicalText } from '../../drill/proofs/canonical-text.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { Effects, WorldRequest } from '../effects.ts';
import { runCli } from '../run-cli.ts';

/** No interlock refused: the drill got as far as its journal, which this test does not let it have. */
const CLEARED = 'this is as far as a test goes';

const { effects } = createEffects();

interface Fleet {
  /** Added to the inventory. */
  readonly inventory?: string;
  /** Other files beside those drills, by name. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** The drills beside it, by level, with what is added to each. */
  readonly drills?: Readonly<Record<number, string>>;
  readonly now?: string | (() => string);
  /** Who sits there; everybody agrees to everything, unless told. Null: nobody. */
  readonly terminal?: Effects['terminal'];
  /** Changes the inventory itself. */
  readonly edit?: (inventory: string) => string;
  /** Is told with what the drill would have begun. */
  readonly begun?: (request: WorldRequest) => void;
  readonly proofs?: readonly Partial<Proof>[];
  /** Changes the lock, where there is to be one. */
  readonly lock?: (text: string) => string;
  readonly hosts?: readonly string[];
}

/** Somebody who agrees to everything. */
const AGREES: Effects['terminal'] = {
  secret: async () => ({ kind: 'line', text: 'OPEN SESAME' }),
  key: async ({ keys: [key] }) => (key === undefined ? { kind: 'none' } : { kind: 'key', key }),
};

const NOW = '2026-12-05T02:30:00.000Z';
const BERLIN = (cron: string, duration = '2h') =>
  `windows: [{ cron: "${cron}", duration: ${duration}, zone: Europe/Berlin }]\n`;
/** Open on Saturdays from 03:00 to 05:00 in Berlin, which in December is 02:00 to 04:00 UTC. */
const SATURDAYS = BERLIN('0 3 * * 6');

async function tried(argv: readonly string[], fleet: Fleet = {}) {
  const folder = ownFolder();
  const files = createFiles(folder);
  const { edit = (text) => text, begun = () => {} } = fleet;
  writeFileSync(join(folder, 'inventory.yaml'), `${edit(liveInventoryText())}${fleet.inventory ?? ''}`);
  mkdirSync(join(folder, 'drills'));
  for (const [level, more] of Object.entries(fleet.drills ?? { 2: '' }))
    writeFileSync(join(folder, 'drills', `level-${level}.yaml`), drillText(Number(level), more));
  for (const [name, text] of Object.entries(fleet.files ?? {}))
    writeFileSync(join(folder, 'drills', name), text);
  const read = await files.read(join(folder, 'inventory.yaml'));
  if (read.kind !== 'text') throw new Error('no inventory');
  if (fleet.lock !== undefined) {
    const pin = { machineId: null, hostname: 'one', hostKey: null };
    const hosts = new Map((fleet.hosts ?? ['knox', 'tesseract']).map((host) => [host, pin]));
    const pins = { fleet: 'small', inventorySha256: read.sha256, pinnedAt: '2026-11-01T00:00:00Z', hosts };
    writeFileSync(join(folder, 'inventory.lock.yaml'), fleet.lock(pinsText(pins)));
  }
  if (fleet.proofs !== undefined) {
    const ledger = openLedger(join(folder, 'reports', 'ledger.db'));
    for (const [index, proof] of fleet.proofs.entries()) {
      const level = proof.level ?? PROOF.level;
      const drillSha256 = digestOf(drillText(level, fleet.drills?.[level] ?? ''));
      ledger.record({ ...PROOF, drillId: `d-${index}`, inventorySha256: read.sha256, drillSha256, ...proof });
    }
    ledger.close();
  }
  let err = '';
  const fake: Effects = {
    ...effects,
    folder,
    files,
    wall: () => (typeof fleet.now === 'function' ? fleet.now() : (fleet.now ?? NOW)),
    openWorld: (request) => {
      begun(request);
      return Promise.reject(new Error(CLEARED));
    },
    terminal: fleet.terminal === undefined ? AGREES : fleet.terminal,
    // Should anybody look there: no live fleet takes it.
    readLine: async () => ({ kind: 'line', text: 'OPEN SESAME' }),
    out: { write: () => {}, isTerminal: false, columns: 80 },
    err: {
      write: (text) => {
        err += text;
      },
      isTerminal: false,
      columns: 80,
    },
  };
  const code = await runCli(['drill', ...argv], fake);
  return {
    code,
    err,
    refusals: err.split('\n').filter((line) => line !== '' && !line.includes(', sha256 ')),
  };
}

function digestOf(text: string): string {
  const loaded = loadDrill({ path: 'd.yaml', text }, { env: () => undefined });
  return loaded.ok ? effects.sha256(canonicalText(loaded.drill)) : 'none';
}

const PROOF: Proof = {
  drillId: 'd-1',
  drill: 'level-1',
  level: 1,
  environment: 'live',
  verdict: 'pass',
  qualified: false,
  proven: ['hermes@tesseract', 'principal@knox'],
  declared: 2,
  inventorySha256: '',
  drillSha256: null,
  runner: effects.version,
  finishedAt: '2026-12-01T00:00:00.000Z',
};

const level2 = (fleet: Fleet = {}, ...more: string[]) => tried(['--level', '2', ...more], fleet);

describe('windows', () => {
  it.each<[string, Fleet]>([
    ['there are none', {}],
    ['the inventory’s is open', { inventory: SATURDAYS }],
    ['the drill’s is open', { drills: { 2: SATURDAYS } }],
    ['both are open', { inventory: SATURDAYS, drills: { 2: BERLIN('0 3 * * *') } }],
    [
      'one of several is open',
      { inventory: `${SATURDAYS.replace(']', ', { cron: "0 3 * * 1", duration: 1h, zone: UTC }]')}` },
    ],
    ['the blackout is another day', { inventory: `${SATURDAYS}blackout: [2026-12-06]\n` }],
  ])('let a drill begin where %s', async (_, fleet) => {
    const { code, err } = await level2(fleet);
    expect(code).toBe(3);
    expect(err).toContain(CLEARED);
  });

  const opens = 'opens Sat 2026-12-12 03:00 Europe/Berlin (2026-12-12T02:00Z)';
  it.each<[string, Fleet, string]>([
    [
      'it is closed',
      { inventory: SATURDAYS, now: '2026-12-05T04:00:00.000Z' },
      `that of inventory.yaml ${opens}`,
    ],
    [
      'the drill’s is closed',
      { inventory: BERLIN('0 3 * * *'), drills: { 2: SATURDAYS }, now: '2026-12-06T02:30:00Z' },
      `that of drills/level-2.yaml ${opens}`,
    ],
    [
      'the inventory’s is closed',
      { inventory: SATURDAYS, drills: { 2: BERLIN('0 3 * * *') }, now: '2026-12-06T02:30:00Z' },
      `that of inventory.yaml ${opens}`,
    ],
    [
      'it is a blackout day',
      { inventory: `${SATURDAYS}blackout: [2026-12-05]\n` },
      `that of inventory.yaml ${opens}`,
    ],
    [
      'all its dates are past',
      { inventory: 'windows: [{ dates: [2026-12-01], start: "03:00", duration: 2h, zone: UTC }]\n' },
      'that of inventory.yaml opens no more in the next year',
    ],
  ])('refuse where %s', async (_, fleet, why) => {
    const { code, refusals } = await level2(fleet);
    expect(code).toBe(3);
    expect(refusals).toEqual([
      expect.stringContaining(`it is outside the maintenance window; ${why}; run it then`),
    ]);
  });

  it('refuse a drill that could outlast them, and not one that just fits', async () => {
    // This drill takes at most 512.5 s.
    const late = await level2({ inventory: SATURDAYS, now: '2026-12-05T03:51:27.501Z' });
    expect(late.refusals).toEqual([
      'haltdrill: the drill could outlast its maintenance window; it may take 8m 33s, and that of inventory.yaml closes at Sat 2026-12-05 05:00 Europe/Berlin (2026-12-05T04:00Z); run it when the window opens, or widen the window',
    ]);
    const inTime = await level2({ inventory: SATURDAYS, now: '2026-12-05T03:51:27.500Z' });
    expect(inTime.err).toContain(CLEARED);
  });

  it('count as one where they follow each other', async () => {
    const inventory = `windows:
  - { cron: "0 3 * * 6", duration: 2h, zone: Europe/Berlin }
  - { cron: "0 5 * * 6", duration: 1h, zone: Europe/Berlin }
`;
    expect((await level2({ inventory, now: '2026-12-05T03:59:00.000Z' })).err).toContain(CLEARED);
  });

  it('are needed at level 4 of a live fleet', async () => {
    const drills = { 4: 'resume: manual\n' };
    const bare = await tried(['--level', '4'], { drills });
    expect(bare.refusals).toEqual([
      'haltdrill: level 4 has no window; on a live fleet it runs only inside one; declare `windows:` in the inventory or in the drill',
    ]);
    expect((await tried(['--level', '4'], { drills, inventory: SATURDAYS })).err).toContain(CLEARED);
  });

  it('are right on the days on which clocks change', async () => {
    const nightly = { inventory: BERLIN('0 3 * * *') };
    const open = async (now: string) => (await level2({ ...nightly, now })).err.includes(CLEARED);
    expect(await open('2026-03-28T02:30:00Z')).toBe(true);
    expect(await open('2026-03-29T01:30:00Z')).toBe(true);
    expect(await open('2026-03-29T03:30:00Z')).toBe(false);
    expect(await open('2026-10-24T01:30:00Z')).toBe(true);
    expect(await open('2026-10-25T01:30:00Z')).toBe(false);
    expect(await open('2026-10-25T02:30:00Z')).toBe(true);
  });
});

describe('level 4 of a live fleet', () => {
  const typed = {
    drills: { 4: 'resume: manual\nphrase: typed\n' },
    inventory: SATURDAYS,
    edit: (text: string) => text.replace('reason: $reason', 'reason: $reason, phrase: $phrase'),
  };
  const plain = { drills: { 4: 'resume: manual\n' }, inventory: SATURDAYS };
  const NEVER: Effects['terminal'] = {
    secret: () => Promise.reject(new Error('asked')),
    key: () => Promise.reject(new Error('asked')),
  };

  it('begins inside its window, once somebody has read what it destroys and typed the phrase', async () => {
    const begun: WorldRequest[] = [];
    const { err } = await tried(['--level', '4'], { ...typed, begun: (request) => begun.push(request) });
    expect(err).toContain(CLEARED);
    expect(err).toContain('step 1: wake $incident');
    expect(err).not.toContain('OPEN SESAME');
    expect(begun.map(({ phrase }) => phrase)).toEqual(['OPEN SESAME']);
  });

  it.each([typed, plain])('is refused without a terminal, whatever stands on stdin', async (fleet) => {
    const { code, refusals } = await tried(['--level', '4'], { ...fleet, terminal: null });
    expect(code).toBe(3);
    expect(refusals).toEqual([expect.stringContaining('(level 4) runs only with somebody present')]);
  });

  it('asks nobody where it could not begin anyway', async () => {
    for (const fleet of [
      { ...typed, inventory: '' },
      { ...typed, now: '2026-12-05T09:00:00.000Z' },
    ]) {
      const { code, err } = await tried(['--level', '4'], { ...fleet, terminal: NEVER });
      expect([code, err.includes('window')]).toEqual([3, true]);
    }
    const { err } = await tried(['--level', '4', '--scheduled'], { ...typed, terminal: NEVER });
    expect(err).toContain('never run on a schedule');
  });

  it('no longer begins where whoever was asked took so long that it could outlast its window', async () => {
    // Of the two hours of the window, this much is left to a drill that is allowed some minutes.
    const answersAt = (time: string): Fleet => {
      let now = '2026-12-05T03:30:00.000Z';
      const terminal: Effects['terminal'] = {
        secret: async () => {
          now = time;
          return { kind: 'line', text: 'OPEN SESAME' };
        },
        key: () => Promise.reject(new Error('asked for a key')),
      };
      return { ...typed, now: () => now, terminal };
    };
    expect((await tried(['--level', '4'], answersAt('2026-12-05T03:40:00.000Z'))).err).toContain(CLEARED);
    const late = await tried(['--level', '4'], answersAt('2026-12-05T03:59:00.000Z'));
    expect(late.code).toBe(3);
    expect(late.refusals.at(-1)).toContain('the drill could outlast its maintenance window');
  });
});

describe('--scheduled', () => {
  it('is otherwise a drill inside its window', async () => {
    expect((await level2({ inventory: SATURDAYS }, '--scheduled')).err).toContain(CLEARED);
  });

  it('refuses outside of it, and where there is none', async () => {
    const late = await level2({ inventory: SATURDAYS, now: '2026-12-05T09:00:00.000Z' }, '--scheduled');
    expect([late.code, late.refusals[0]]).toEqual([
      3,
      expect.stringContaining('outside the maintenance window'),
    ]);
    const bare = await level2({}, '--scheduled');
    expect([bare.code, bare.refusals[0]]).toEqual([3, expect.stringContaining('the drill has no window')]);
  });

  it.each<[string, string]>([
    ['4', 'resume: manual\n'],
    ['5', ''],
  ])('never runs level %s', async (level, more) => {
    const { code, refusals } = await tried(['--level', level, '--scheduled'], {
      drills: { [level]: more },
      inventory: SATURDAYS,
    });
    expect(code).toBe(3);
    expect(refusals).toEqual([
      `haltdrill: a drill of level ${level} is never run on a schedule; somebody has to be present; run it by hand, without --scheduled`,
    ]);
  });
});

describe('the gate', () => {
  const drills = { 1: '', 2: '' };
  const UNPROVEN = 'level 1, the level below, is not proven';

  it('opens on a full proof of the level below, and where no level below is drilled', async () => {
    expect((await level2({ drills, proofs: [{}] })).err).toContain(CLEARED);
    expect((await level2({ drills: { 2: '' } })).err).toContain(CLEARED);
    expect((await tried(['--level', '1'], { drills })).err).toContain(CLEARED);
  });

  it('goes by the highest level below that has a drill', async () => {
    const ladder = { 1: '', 2: '', 4: 'resume: manual\n' };
    const fleet = { drills: ladder, inventory: SATURDAYS };
    const { refusals } = await tried(['--level', '4'], { ...fleet, proofs: [{}] });
    expect(refusals).toEqual([
      expect.stringContaining('level 2, the level below, is not proven; level-2 never ran there'),
    ]);
    const proven = await tried(['--level', '4'], { ...fleet, proofs: [{ drill: 'level-2', level: 2 }] });
    expect(proven.err).toContain(CLEARED);
  });

  it.each<[string, Fleet]>([
    ['there is no ledger', {}],
    ['it never ran', { proofs: [] }],
    ['a lab alone proved it', { proofs: [{ environment: 'lab:reference' }] }],
    ['it failed', { proofs: [{ verdict: 'fail' }] }],
    ['a stop failure is accepted', { proofs: [{ qualified: true }] }],
    ['it proved only a part', { proofs: [{ proven: [] }] }],
    ['its proof is older than 30 days', { proofs: [{ finishedAt: '2026-11-05T02:29:59.000Z' }] }],
    [
      'its proof is older than the inventory allows',
      { proofs: [{}], inventory: 'gate: { stale-after: 12h }\n' },
    ],
    ['its proof is of another inventory', { proofs: [{ inventorySha256: 'ab'.repeat(32) }] }],
  ])('stays shut where %s', async (_, fleet) => {
    const { code, refusals } = await level2({ drills, ...fleet });
    expect(code).toBe(3);
    expect(refusals).toEqual([
      expect.stringMatching(new RegExp(`^haltdrill: ${UNPROVEN}; level-1 .*--skip-gate REASON`)),
    ]);
  });

  const weaker = drillText(1).replace('hold: 6s', 'hold: 1s');

  it('C1: stays shut where a drill was edited after its proof, or its proof is of another file of that name', async () => {
    const proofs = [{ drillSha256: digestOf(weaker) }];
    const { code, refusals } = await level2({ drills, proofs });
    expect([code, refusals]).toEqual([3, [expect.stringContaining('passed as another drill')]]);
  });

  it('C1: is not shut by what changes nothing: comments, blanks, the order of keys', async () => {
    const [first = '', ...rest] = drillText(1).trim().split('\n');
    const files = { 'level-1.yaml': `# the same\n${[...rest, first].join('\n')}   # still\n` };
    expect((await level2({ drills, files, proofs: [{}] })).err).toContain(CLEARED);
  });

  it('C1: stays shut by a proof of another haltdrill', async () => {
    const { refusals } = await level2({ drills, proofs: [{ runner: '0.0.1' }] });
    expect(refusals).toEqual([expect.stringContaining('passed by haltdrill 0.0.1')]);
  });

  it.each<[string, (text: string) => string]>([
    ['is indented', (text) => text.replace(/^/gm, '  ').trimEnd()],
    ['has quoted keys', (text) => text.replace(/^(\w+):/gm, '"$1":')],
    ['is a flow mapping', (text) => `{ ${text.trim().replaceAll('\n', ', ')} }\n`],
    ['writes 0x1', (text) => text.replace('level: 1', 'level: 0x1')],
    ['writes 0o1', (text) => text.replace('level: 1', 'level: 0o1')],
    ['writes +1', (text) => text.replace('level: 1', 'level: +1')],
    ['writes an explicit key', (text) => text.replace('level: 1', '? level\n: 1')],
    ['writes it on the next line', (text) => text.replace('level: 1', 'level:\n  1')],
    ['has a tag that means it', (text) => text.replace('level: 1', 'level: !!int 1')],
    ['uses an anchor', (text) => text.replace('level: 1', 'level: &one 1')],
    ['begins with a document mark', (text) => `%YAML 1.2\n---\n${text}`],
  ])('C2: sees a drill of the level below that %s', async (_, form) => {
    const files = { 'below.yml': form(drillText(1)) };
    const { code, refusals } = await level2({ drills: { 2: '' }, files });
    expect([code, refusals]).toEqual([3, [expect.stringContaining(`${UNPROVEN}; level-1 never ran there`)]]);
    expect((await level2({ drills: { 2: '' }, files, proofs: [{}] })).err).toContain(CLEARED);
  });

  it.each<[string, string, string]>([
    ['has a tag', drillText(1).replace('level: 1', 'level: !mine 1'), 'below.yaml:3:8: it has a tag'],
    ['has no level', drillText(1).replace('level: 1\n', ''), 'below.yaml:1:1: "level" is missing'],
    ['writes it as text', drillText(1).replace('level: 1', 'level: "1"'), 'below.yaml:3:8: '],
    ['is no YAML', 'level: [1', 'below.yaml:1:10: it is not valid YAML'],
    ['is two documents', `${drillText(1)}---\nlevel: 9\n`, 'a second document begins here'],
    [
      'takes it from a variable',
      drillText(1).replace('level: 1', 'level: ${NO_SUCH_LEVEL}'),
      'NO_SUCH_LEVEL',
    ],
    ['is empty', '', 'below.yaml:1:1: '],
  ])('C2: refuses where a file of the folder %s, whose level cannot be told', async (_, text, why) => {
    for (const argv of [
      ['--level', '2'],
      ['--drill', 'drills/level-2.yaml'],
    ]) {
      const { code, refusals } = await tried(argv, { drills: { 2: '' }, files: { 'below.yaml': text } });
      expect(code).toBe(64);
      expect(refusals.join('\n')).toContain('drills/below.yaml');
      expect(refusals.join('\n')).toContain(why);
      expect(refusals.join('\n')).toContain('move it out of drills');
    }
  });

  it('C2: refuses where a file of the folder cannot be read as text', async () => {
    const { code, refusals } = await level2({
      files: { 'below.yaml': Buffer.from('level: 1 # caf\u00e9', 'latin1') },
    });
    expect([code, refusals]).toEqual([64, [expect.stringContaining('drills/below.yaml')]]);
  });

  it('C2: stays shut where a drill of the level below has another fault', async () => {
    const files = { 'below.yaml': drillText(1).replace('hold: 6s', 'hold: for ever') };
    const { code, refusals } = await level2({ files, proofs: [{}] });
    expect([code, refusals]).toEqual([3, [expect.stringContaining('drills/below.yaml:5:7: ')]]);
  });

  it('takes an older proof where the inventory allows it', async () => {
    const fleet = {
      drills,
      proofs: [{ finishedAt: '2026-10-01T00:00:00Z' }],
      inventory: 'gate: { stale-after: 90d }\n',
    };
    expect((await level2(fleet)).err).toContain(CLEARED);
  });

  it('can be skipped, for a reason', async () => {
    expect((await level2({ drills }, '--skip-gate', 'the broker was replaced')).err).toContain(CLEARED);
    for (const reason of ['', '  ', 'two\nlines', 'x'.repeat(501)])
      expect((await level2({ drills }, '--skip-gate', reason)).code).toBe(64);
  });

  it('skips nothing else', async () => {
    const fleet = { drills, inventory: SATURDAYS, now: '2026-12-05T09:00:00.000Z' };
    const { refusals } = await level2(fleet, '--skip-gate', 'the broker was replaced');
    expect(refusals).toEqual([expect.stringContaining('outside the maintenance window')]);
  });
});

describe('an inventory that is pinned', () => {
  it('is drilled where it has not changed, or was never pinned', async () => {
    expect((await level2({ lock: (text) => text })).err).toContain(CLEARED);
    expect((await level2()).err).toContain(CLEARED);
  });

  it('is refused where it has changed since, and both digests are named', async () => {
    const { code, refusals } = await level2({
      lock: (text) => text.replace(/[0-9a-f]{64}/, 'ab'.repeat(32)),
    });
    expect(code).toBe(3);
    expect(refusals).toEqual([
      expect.stringMatching(
        new RegExp(
          `^haltdrill: inventory.yaml has changed since it was pinned; its sha256 is [0-9a-f]{64}, and inventory.lock.yaml has ${'ab'.repeat(32)} of 2026-11-01T00:00:00Z; .*haltdrill pin`,
        ),
      ),
    ]);
  });

  it('is refused where the lock lacks a host', async () => {
    const { refusals } = await level2({ lock: (text) => text, hosts: ['knox'] });
    expect(refusals).toEqual([expect.stringContaining('inventory.lock.yaml does not pin tesseract')]);
  });

  it('is bad configuration where the lock is no lock', async () => {
    const { code, err } = await level2({ lock: () => 'version: 1\n' });
    expect(code).toBe(64);
    expect(err).toContain('haltdrill: inventory.lock.yaml:1:1: "fleet" is missing');
  });
});

it('tells all refusals at once', async () => {
  const { code, refusals } = await tried(['--level', '4', '--scheduled'], {
    drills: { 1: '', 4: 'resume: manual\n' },
    inventory: SATURDAYS,
    now: '2026-12-05T09:00:00.000Z',
    lock: (text) => text.replace(/[0-9a-f]{64}/, 'ab'.repeat(32)),
  });
  expect(code).toBe(3);
  expect(refusals).toHaveLength(4);
  expect(refusals.every((line) => line.startsWith('haltdrill: '))).toBe(true);
});
