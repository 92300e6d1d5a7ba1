import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { destructivePlan, FakeFleet } from '../../../test/fakes/fake-fleet.ts';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { openLedger } from '../../adapters/ledger/proofs-db.ts';
import type { Entry } from '../../drill/model/journal.ts';
import { beginningOf } from '../../drill/proofs/proof-of.ts';
import { runDrill } from '../../drill/run-drill.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { CliError } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { openedDigest } from '../ledger-entry.ts';
import { type RecoverOptions, recover } from './recover.ts';

const { effects } = createEffects();

const INVENTORY = `fleet: test
hosts:
  knox: { transport: local, manager: launchd }
  tesseract: { transport: ssh, address: 192.0.2.7, user: ops, manager: launchd }
services:
${destructivePlan()
  .services.map(
    ({ name, host, match, start }) =>
      `  ${name}: { host: ${host}, label: ${name}, match: ${JSON.stringify(match)}, start: ${JSON.stringify(start)} }`,
  )
  .join('\n')}
broker:
  service: principal
  api: http://127.0.0.1:8700
  auth: { bearer: a-token-of-some-length }
  halt: { request: POST /v1/halt, body: { level: $level, reason: $reason } }
  resume: { request: POST /v1/resume, body: { incident: $incident } }
  manual-resume: [{ host: knox, run: [principal, lift, $incident] }]
  status: { request: GET /v1/status, pick: { level: /level, incident: /incident/id } }
  state: { sqlite: state.db, query: select level from halt_state }
`;
const sha256 = createHash('sha256').update(INVENTORY).digest('hex');

/** A recovery of a level 4 of a live fleet whose manual resume was stopped before its first step. */
async function recovered(
  key: 'enter' | 'q' | null,
  {
    ledger = 'entered',
    options = {},
    onDisk = null,
    before: prepare = () => undefined,
    meanwhile = () => undefined,
  }: {
    ledger?: 'entered' | 'none' | 'other';
    options?: RecoverOptions;
    onDisk?: string | null;
    /** Done to the fleet before the drill, and between drill and recovery. */
    before?: (fleet: FakeFleet) => void;
    meanwhile?: (fleet: FakeFleet) => void;
  } = {},
) {
  const fleet = new FakeFleet();
  prepare(fleet);
  fleet.confirm = async () => 'stop';
  const folder = ownFolder();
  if (onDisk !== null) writeFileSync(join(folder, 'inventory.yaml'), onDisk);
  const input = {
    plan: destructivePlan(),
    drillId: 'd-1',
    knownIssues: [],
    inventory: { path: 'inventory.yaml', sha256 },
    source: { file: join(folder, 'inventory.yaml'), text: INVENTORY },
    runner: '0.0.0',
    judging: { today: '2026-11-22', strict: false },
  };
  await fleet.clock.drive(runDrill(input, fleet.world));
  fleet.confirm = null;
  // Its canaries end with their lease.
  for (const { processes } of [fleet.knox, fleet.tesseract])
    for (const [pid, { argv }] of processes) if (argv.includes('haltdrill-canary')) processes.delete(pid);
  meanwhile(fleet);
  const before = fleet.acts.length;
  mkdirSync(join(folder, 'd-1'));
  if (ledger !== 'none') enter(fleet.entries, folder, ledger === 'other');
  const prompts: string[] = [];
  let said = '';
  /** What it had said when it first made a link to the fleet. */
  let saidBefore: string | null = null;
  const write = (text: string): void => {
    said += text;
  };
  const fake: Effects = {
    ...effects,
    folder,
    files: createFiles(folder),
    out: { write, isTerminal: false, columns: 80 },
    err: { write, isTerminal: false, columns: 80 },
    onSignal: () => () => {},
    readJournal: async () => ({ kind: 'entries', entries: [...fleet.entries] }),
    openWorld: async ({ journal, progress }) => {
      saidBefore ??= said;
      const { world } = fleet;
      const silent = { append: () => 'e-0', sync: async () => {} };
      return {
        world: { ...world, progress, ...(journal === 'none' ? { journal: silent } : {}) },
        entries: () => fleet.entries,
        close: async () => {},
      };
    },
    terminal:
      key === null
        ? null
        : {
            secret: () => Promise.reject(new Error('nobody types a phrase for a recovery')),
            key: async ({ prompt, keys }) => {
              prompts.push(prompt);
              const found = keys.find((one) => one === key);
              return found === undefined ? { kind: 'none' } : { kind: 'key', key: found };
            },
          },
  };
  const code = await driven(fleet, recover('d-1', options, fake));
  return {
    code,
    prompts,
    said,
    saidBefore: saidBefore ?? '',
    acts: fleet.acts.slice(before),
    proofs: proofsIn(folder),
  };
}

function enter(entries: readonly Entry[], folder: string, otherNonce: boolean): void {
  const opened = entries.find((entry) => entry.kind === 'opened');
  if (opened === undefined) throw new Error('the drill did not begin');
  const ledger = openLedger(join(folder, 'ledger.db'));
  const of = otherNonce ? { ...opened, nonce: 'another' } : opened;
  ledger.enter(beginningOf(opened, opened.wall), openedDigest(of, effects));
  ledger.close();
}

function proofsIn(folder: string): string[] {
  if (!existsSync(join(folder, 'ledger.db'))) return [];
  const ledger = openLedger(join(folder, 'ledger.db'));
  const verdicts = ledger.list().map(({ verdict }) => verdict);
  ledger.close();
  return verdicts;
}

/** On the fleet's clock, which knows nothing of files and modules that are really read meanwhile. */
async function driven<T>(fleet: FakeFleet, work: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  while (!over) {
    await fleet.clock.drive(work).catch(() => undefined);
    await new Promise((done) => setTimeout(done, 1));
  }
  return work;
}

const STEPS = ['lift inc-1 by hand', 'start principal', 'start sentinel', 'start hermes', 'start shiva'];

describe('a journal that the ledger does not know', () => {
  it.each([
    ['none', 'there is no ledger.db'],
    ['other', 'ledger.db knows d-1 with another beginning than this journal'],
  ] as const)('C4: is refused, and nothing is touched (%s)', async (ledger, why) => {
    const error = await recovered('enter', { ledger }).then(
      () => null,
      (thrown: CliError) => thrown,
    );
    expect(error?.exitCode).toBe(5);
    expect(error?.message).toContain(why);
    expect(error?.message).toContain('nothing was touched');
    expect(error?.message).toContain('haltdrill recover d-1 --without-ledger');
  });

  it('C4: is undone for whoever takes that upon himself, and never is a proof', async () => {
    const { code, acts, said, proofs } = await recovered('enter', {
      ledger: 'none',
      options: { withoutLedger: true },
    });
    expect([code, acts, proofs]).toEqual([0, STEPS, []]);
    expect(said).toContain('nothing is recorded as proven; there is no ledger.db');
  });

  it('C4: is recorded where the ledger knows it', async () => {
    expect((await recovered('enter')).proofs).toEqual(['aborted']);
  });
});

describe('S3: before it makes a link to any host, a recovery says', () => {
  it.each([
    ['on disk, where that is the same', INVENTORY, /inventory\.yaml on disk, sha256 [0-9a-f]{64};/],
    [
      'as the journal has it, where that on disk is another',
      `${INVENTORY}# later\n`,
      /the copy in the journal, sha256 [0-9a-f]{64} \(inventory\.yaml is another version now\);/,
    ],
    [
      'as the journal has it, where there is none on disk',
      null,
      /the copy in the journal, sha256 [0-9a-f]{64} \(inventory\.yaml is gone\);/,
    ],
  ])('by which inventory it goes: %s', async (_, onDisk, words) => {
    const { code, saidBefore } = await recovered('enter', { onDisk });
    expect(code).toBe(0);
    expect(saidBefore).toMatch(words);
  });

  it('every command and request that it may run or send, and no secret', async () => {
    const { saidBefore } = await recovered('enter');
    for (const line of [
      'look at knox: local, ask launchd',
      'look at tesseract: ssh ops@192.0.2.7, ask launchd',
      'ask for the state: GET http://127.0.0.1:8700/v1/status',
      'lift the halt: POST http://127.0.0.1:8700/v1/resume',
      "or, for a resume by hand, on knox: principal lift '$incident'",
      'start shiva if it stays down, on tesseract: launchctl start shiva',
    ])
      expect(saidBefore.split('\n')).toContain(`  ${line}`);
    expect(saidBefore).toMatch(/\n {2}read: \S*state\.db on this machine\n/);
    expect(saidBefore).not.toContain('a-token-of-some-length');
  });
});

const WALL_S = 1_800_000_000;
const STRANGER = 1001;
const LOGIN = 1000;
/** Both hosts are reached by an ordinary login, and tell the time. */
const byLogin = ({ knox, tesseract }: FakeFleet): void => {
  for (const host of [knox, tesseract]) {
    host.loginUid = LOGIN;
    host.wallMs = WALL_S * 1000;
    host.users.set(String(STRANGER), 'mallory');
  }
};
const probe = (drillId: string): string[] => ['sh', '-c', ':', 'haltdrill-probe', 'test', drillId, '10'];
const canary = (tag: string, endsS: number): string[] => [
  ...['sh', '-c', ':', 'haltdrill-canary', 'test', tag],
  String(endsS),
];
/** Of a canary that the drill planted on knox. */
const ownTag = ({ entries }: FakeFleet): string => {
  const planted = entries.find((entry) => entry.kind === 'canary' && entry.host === 'knox');
  if (planted?.kind !== 'canary') throw new Error('no canary was planted');
  return planted.tag;
};
/** When a canary ends that is planted now, by the hosts' clock. */
const inTime = ({ clock }: FakeFleet, seconds = 15): number =>
  WALL_S + Math.round(clock.nowMs() / 1000) + seconds;

async function refused(meanwhile: (fleet: FakeFleet) => void, options: RecoverOptions = {}): Promise<string> {
  const error = await recovered('enter', { before: byLogin, meanwhile, options }).then(
    () => null,
    (thrown: CliError) => thrown,
  );
  expect(error?.exitCode).toBe(3);
  return error?.message ?? 'not refused';
}

describe('S4: a process with the words of the interrupted drill', () => {
  it.each([
    ['a probe of another user', (fleet: FakeFleet) => fleet.knox.spawn(probe('d-1'), 1, { uid: STRANGER })],
    [
      'a canary of another user with a tag that the journal holds',
      (fleet: FakeFleet) => fleet.knox.spawn(canary(ownTag(fleet), inTime(fleet)), 1, { uid: STRANGER }),
    ],
    [
      'a canary of the login with a tag that no journal holds',
      (fleet: FakeFleet) => fleet.knox.spawn(canary('d-1.w', inTime(fleet)), 1, { uid: LOGIN }),
    ],
    [
      'a canary of the login that would live for an hour',
      (fleet: FakeFleet) => fleet.knox.spawn(canary(ownTag(fleet), inTime(fleet, 3600)), 1, { uid: LOGIN }),
    ],
    [
      'a canary of root that should have ended',
      (fleet: FakeFleet) => fleet.knox.spawn(canary(ownTag(fleet), inTime(fleet, -60))),
    ],
  ])('keeps no fleet halted: %s', async (_, spawn) => {
    const { code, acts, said } = await recovered('enter', { before: byLogin, meanwhile: spawn });
    expect([code, acts]).toEqual([0, STEPS]);
    expect(said).toMatch(/not of that runner: a (probe|canary) on knox \(pid \d+, uid \d+, owner \w+\): /);
  });

  it.each([
    ['a probe of the login', (fleet: FakeFleet) => fleet.knox.spawn(probe('d-1'), 1, { uid: LOGIN })],
    ['a probe of root', (fleet: FakeFleet) => fleet.tesseract.spawn(probe('d-1'))],
    [
      'a probe of an earlier recovery',
      (fleet: FakeFleet) => fleet.knox.spawn(probe('d-1-recovery-1'), 1, { uid: LOGIN }),
    ],
    [
      'a canary of the login with its tag, whose end cannot be read',
      (fleet: FakeFleet) => fleet.knox.spawn(canary(ownTag(fleet), 0), 1, { uid: LOGIN }),
    ],
    [
      'a probe of the login that the drill had, where another looks now',
      (fleet: FakeFleet) => {
        fleet.knox.loginUid = 0;
        fleet.knox.spawn(probe('d-1'), 1, { uid: LOGIN });
      },
    ],
    [
      'a probe of the login that looks now, where the drill had another',
      (fleet: FakeFleet) => {
        fleet.knox.loginUid = STRANGER;
        fleet.knox.spawn(probe('d-1'), 1, { uid: STRANGER });
      },
    ],
    [
      'a probe of anybody, on a host of which the journal holds no sample',
      (fleet: FakeFleet) => {
        const kept = fleet.entries.filter((entry) => entry.kind !== 'sample' || entry.sample.host !== 'knox');
        fleet.entries.splice(0, fleet.entries.length, ...kept);
        fleet.knox.spawn(probe('d-1'), 1, { uid: STRANGER });
      },
    ],
  ])('that can be its runner’s still keeps a second one out: %s', async (_, spawn) => {
    const message = await refused(spawn);
    expect(message).toContain('may still be alive and reach its hosts');
    expect(message).toMatch(/a (probe|canary) on \w+ \(pid \d+, uid \d+, owner \w+\)/);
    expect(message).toContain('haltdrill recover d-1 --runner-is-gone');
  });

  it('is waited for where it is a canary that its lease will end', async () => {
    const { code, acts, said } = await recovered('enter', {
      before: byLogin,
      meanwhile: (fleet) => void fleet.knox.spawn(canary(ownTag(fleet), inTime(fleet)), 1, { uid: LOGIN }),
    });
    expect([code, acts]).toEqual([0, STEPS]);
    expect(said).toMatch(/waiting for its lease to end: a canary on knox \(pid \d+, uid 1000, /);
  });

  it('is shown, and keeps nothing, where somebody has looked and says that the runner is gone', async () => {
    const { code, acts, said } = await recovered('enter', {
      before: byLogin,
      meanwhile: (fleet) => void fleet.knox.spawn(probe('d-1'), 1, { uid: LOGIN }),
      options: { runnerIsGone: true },
    });
    expect([code, acts]).toEqual([0, STEPS]);
    expect(said).toMatch(
      /its runner is said to be gone: a probe on knox \(pid \d+, uid 1000, owner unknown\)/,
    );
  });
});

describe('a level 4 that was interrupted', () => {
  it('is recovered step by step on a terminal, with the checklist first', async () => {
    const { code, prompts, said, acts } = await recovered('enter');
    expect([code, acts]).toEqual([0, STEPS]);
    expect(prompts).toHaveLength(5);
    expect(prompts[0]).toContain('step 1 of 5, on knox: principal lift inc-1');
    expect(said).toContain('  [ ] step 5 of 5, on tesseract, starts shiva: launchctl start shiva');
  });

  it('is left as it is where somebody says so', async () => {
    const { code, prompts, said, acts } = await recovered('q');
    expect([code, prompts.length, acts]).toEqual([5, 1, []]);
    expect(said).toContain('  [ ] step 1 of 5, on knox: principal lift inc-1');
  });

  it('is recovered without asking where there is no terminal', async () => {
    const { code, said, acts } = await recovered(null);
    expect([code, acts]).toEqual([0, STEPS]);
    expect(said).toContain('The manual resume, in order');
  });
});
