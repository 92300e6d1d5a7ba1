import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDrill, loadInventory } from '../src/drill/01-load/load-fleet.ts';
import { makePlan } from '../src/drill/02-plan/make-plan.ts';
import { ownFolder, type Ran, type RunOptions, requireFreshBuild, start } from './support/haltdrill.ts';
import { needs } from './support/needs.ts';
import { drillText } from './support/small-fleet.ts';

// Folders that somebody else may have filled, and what each command does with them: one line, and nothing else.

/** Nobody's (`nobody` of most systems). */
const OTHER = 65_534;
const COMMANDS = ['recover', 'rejudge', 'status', 'drill'] as const;
type Name = (typeof COMMANDS)[number];
const REFUSED: Readonly<Record<Name, number>> = { recover: 3, rejudge: 64, status: 64, drill: 3 };

/** A fleet on this machine whose every command leaves a file behind: whatever was run shows. */
function fleetText(folder: string): string {
  return `fleet: traps
hosts:
  here: { transport: local, manager: none }
services:
  hermes: { host: here, match: { exe: ${folder}/hermes }, start: [touch, ${folder}/RAN] }
  shiva: { host: here, match: { exe: ${folder}/shiva }, start: [touch, ${folder}/RAN] }
broker:
  halt: { command: { host: here, run: [touch, ${folder}/RAN, $reason] } }
  resume: { command: { host: here, run: [touch, ${folder}/RAN, $incident] } }
  status: { command: { host: here, run: [touch, ${folder}/RAN] }, pick: { level: /level, incident: /incident } }
`;
}

interface Place {
  readonly folder: string;
  readonly reports: string;
  readonly drill: string;
  readonly journal: string;
}

/** A reports folder with one interrupted drill, as this program makes them; its trigger may have fired. */
function place(environment = 'live'): Place {
  const folder = ownFolder();
  const reports = join(folder, 'reports');
  const drill = join(reports, 'd-1');
  const journal = join(drill, 'journal.jsonl');
  mkdirSync(drill, { recursive: true, mode: 0o700 });
  const text = fleetText(folder);
  const what = drillText(2).replace('[principal]', '[shiva]');
  writeFileSync(join(folder, 'inventory.yaml'), text);
  writeFileSync(join(folder, 'drill.yaml'), what);
  const options = { env: () => undefined, resolvePath: (path: string) => path };
  const inventory = loadInventory({ path: 'inventory.yaml', text }, options);
  const loaded = loadDrill({ path: 'drill.yaml', text: what }, options);
  if (!inventory.ok || !loaded.ok) throw new Error(JSON.stringify([inventory, loaded]));
  const plan = makePlan({ inventory: inventory.inventory, drill: loaded.drill, environment, pins: null });
  const records = [
    {
      kind: 'opened',
      format: 1,
      drillId: 'd-1',
      plan,
      knownIssues: [],
      inventory: { path: 'inventory.yaml', sha256: createHash('sha256').update(text).digest('hex') },
      runner: '0.1.0',
      nonce: 'n',
      judging: { today: '2026-11-22', strict: false },
      source: { file: join(folder, 'inventory.yaml'), text },
    },
    { kind: 'intent', act: { act: 'trigger', level: 2, asset: null } },
  ];
  const lines = records.map((record, index) =>
    JSON.stringify({ id: `e-${index + 1}`, atMs: index, wall: '2026-11-22T00:00:00.000Z', ...record }),
  );
  writeFileSync(journal, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { folder, reports, drill, journal };
}

function go(name: Name, { folder, drill }: Place, options: RunOptions = {}, ...more: string[]): Promise<Ran> {
  const words: Record<Name, string[]> = {
    // The ledger, which a stranger could have written as well, is no hindrance.
    recover: ['recover', drill, '--without-ledger', ...more],
    rejudge: ['rejudge', drill],
    status: ['status', '--out', 'reports'],
    drill: ['drill', '--drill', 'drill.yaml', '--out', 'reports'],
  };
  const running = start(words[name], { ...options, folder });
  // One that waits at a pipe heeds no signal either.
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 20_000);
  return running.ended.finally(() => clearTimeout(timer));
}

/** A folder and everything below it, with kinds, modes, owners, times and content. */
function everything(folder: string): string[] {
  return ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].sort().map((name) => {
    const path = join(folder, name);
    const { mode, uid, gid, mtimeMs, size } = lstatSync(path);
    const is = lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '';
    return JSON.stringify([name, mode, uid, gid, mtimeMs, lstatSync(path).isFile() ? size : 0, is]);
  });
}

async function expectRefused(name: Name, at: Place, words: RegExp, options: RunOptions = {}): Promise<void> {
  const before = everything(at.folder);
  const { code, signal, stdout, stderr } = await go(name, at, options);
  expect({ name, code, signal, stdout, stderr }).toMatchObject({
    code: REFUSED[name],
    signal: null,
    stdout: '',
  });
  const said = stderr.split('\n').filter((line) => line !== '' && !/: inventory \S+, sha256 /.test(line));
  expect(said).toEqual([expect.stringMatching(words)]);
  expect(everything(at.folder)).toEqual(before);
  expect(existsSync(join(at.folder, 'RAN'))).toBe(false);
}

beforeAll(requireFreshBuild);

describe('S3: a folder of another account', () => {
  it.each(COMMANDS)('is refused by %s, which says as whom to run it', needs('root'), async (name) => {
    const at = place();
    for (const path of [at.reports, at.drill, at.journal]) chownSync(path, OTHER, OTHER);
    await expectRefused(
      name,
      at,
      /^haltdrill: reports(\/d-1)? belongs to \w+ \(uid 65534\); .*nothing was read, changed or run; run this as that account \(sudo -u \w+\), or /,
    );
  });

  it.each(COMMANDS)('above it is refused by %s', needs('root'), async (name) => {
    const at = place();
    chownSync(at.folder, OTHER, OTHER);
    await expectRefused(name, at, /belongs to \w+ \(uid 65534\)/);
  });

  it.each(['recover', 'rejudge'] as const)(
    'is refused by %s where only the journal is',
    needs('root'),
    async (name) => {
      const at = place();
      chownSync(at.journal, OTHER, OTHER);
      await expectRefused(name, at, /journal\.jsonl belongs to \w+ \(uid 65534\)/);
    },
  );

  const given = (environment: string): Place => {
    const at = place(environment);
    for (const path of [at.folder, at.reports, at.drill, at.journal]) chownSync(path, OTHER, OTHER);
    return at;
  };

  it('is that of the operator for root whom sudo made of the operator', needs('root'), async () => {
    await expectRefused('recover', given('live'), /belongs to/, { env: { SUDO_UID: '4242' } });
    const { stderr } = await go('recover', given('lab:reference'), { env: { SUDO_UID: String(OTHER) } });
    expect(stderr).toContain('that drill was of an embedded lab');
  });

  it('can be recovered by root who says that it is to be trusted', needs('root'), async () => {
    const { stderr } = await go('recover', given('lab:reference'), {}, '--trust-folder');
    expect(stderr).toContain('that drill was of an embedded lab');
  });
});

describe('S8: a folder that others may write to', () => {
  it.each(COMMANDS)('is refused by %s', async (name) => {
    for (const mode of [0o777, 0o1777]) {
      const at = place();
      chmodSync(name === 'recover' || name === 'rejudge' ? at.drill : at.reports, mode);
      await expectRefused(name, at, /may be written to by everybody; .*chmod go-w/);
    }
  });

  it.each(COMMANDS)('is refused by %s where it lies above', async (name) => {
    const at = place();
    chmodSync(at.folder, 0o777);
    await expectRefused(name, at, /may be written to by everybody/);
  });

  it('holds no lock that a recovery takes', async () => {
    const at = place();
    chmodSync(at.reports, 0o777);
    await expectRefused('recover', at, /reports may be written to by everybody/);
  });
});

describe('S8: links', () => {
  it.each(COMMANDS)('that stand for the folder are refused by %s', async (name) => {
    const at = place();
    const path = name === 'recover' || name === 'rejudge' ? at.drill : at.reports;
    renameSync(path, `${path}-moved`);
    symlinkSync(`${path}-moved`, path);
    await expectRefused(name, at, /is a link, not a folder; .*; name the folder that it leads to$/);
  });

  it.each(['journal.jsonl', 'epoch', 'epoch.new', 'fingerprint.key', 'verdict.json'])(
    'that stand for %s are refused by recover and rejudge',
    async (file) => {
      for (const name of ['recover', 'rejudge'] as const) {
        const at = place();
        const target = join(at.folder, 'precious');
        writeFileSync(target, 'precious\n');
        if (file === 'journal.jsonl') renameSync(at.journal, join(at.drill, 'moved'));
        symlinkSync(file === 'journal.jsonl' ? 'moved' : target, join(at.drill, file));
        await expectRefused(
          name,
          at,
          new RegExp(`${file.replace('.', '\\.')} is a link, not a regular file`),
        );
      }
    },
  );

  it.each(['drill.lock', 'ledger.db'])('that stand for %s are refused, and keep their mode', async (file) => {
    for (const name of ['recover', 'status', 'drill'] as const) {
      const at = place();
      const target = join(at.folder, 'precious');
      writeFileSync(target, '');
      chmodSync(target, 0o644);
      symlinkSync(target, join(at.reports, file));
      await expectRefused(name, at, new RegExp(`${file} is a link, not a regular file`));
      expect([statSync(target).mode & 0o777, readFileSync(target, 'utf8')]).toEqual([0o644, '']);
    }
  });
});

describe('S8: pipes', () => {
  const pipe = (path: string): void => {
    const { status } = spawnSync('mkfifo', [path]);
    expect(status).toBe(0);
  };

  it('in place of a journal are refused at once, also by the next drill', async () => {
    for (const name of ['recover', 'rejudge', 'drill'] as const) {
      const at = place();
      renameSync(at.journal, join(at.folder, 'moved'));
      pipe(at.journal);
      if (name !== 'drill') await expectRefused(name, at, /journal\.jsonl is a pipe, not a regular file/);
      else {
        const { code, signal, stderr } = await go(name, at);
        expect([code, signal]).toEqual([3, null]);
        expect(stderr).toMatch(/an earlier drill is not recovered; .*journal\.jsonl is a pipe/);
      }
    }
  });

  it.each(['epoch', 'fingerprint.key', 'verdict.json'])('in place of %s are refused', async (file) => {
    for (const name of ['recover', 'rejudge'] as const) {
      const at = place();
      pipe(join(at.drill, file));
      await expectRefused(name, at, /is a pipe, not a regular file/);
    }
  });

  it('in place of ledger and lock are refused', async () => {
    for (const name of ['recover', 'status', 'drill'] as const) {
      const at = place();
      pipe(join(at.reports, name === 'status' ? 'ledger.db' : 'drill.lock'));
      await expectRefused(name, at, /is a pipe, not a regular file/);
    }
  });
});
