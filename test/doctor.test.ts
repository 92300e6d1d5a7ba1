import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Examined } from '../src/drill/examine-fleet.ts';
import { ownFolder, PACKAGE, processesIn, requireFreshBuild, run } from './support/haltdrill.ts';
import { startSwitchFleet } from './support/switch-fleet.ts';

let lab: ChildProcess;
let env: Record<string, string>;
let root: string;

beforeAll(async () => {
  requireFreshBuild();
  lab = spawn(process.execPath, [join(PACKAGE, 'dist/lab/main.js'), '--variant', 'reference'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => {
    let text = '';
    lab.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(text);
    });
    lab.stdout?.on('end', () => resolve(text));
  });
  ({ env, root } = JSON.parse(line) as { env: Record<string, string>; root: string });
});
afterAll(async () => {
  lab.kill('SIGTERM');
  await new Promise((resolve) => lab.once('exit', resolve));
});

/** The lab as if it were somebody's fleet: its inventory says nothing of a lab. */
function liveFolder(edit: (text: string) => string = (text) => text): string {
  const folder = ownFolder();
  const shipped = readFileSync(join(PACKAGE, 'inventory.yaml'), 'utf8');
  writeFileSync(join(folder, 'inventory.yaml'), edit(shipped.replace(/^provider: .*$/m, '')));
  return folder;
}

async function examined(folder: string, more: Record<string, string> = {}) {
  const { code, stdout, stderr } = await run(['doctor', '--json'], { folder, env: { ...env, ...more } });
  const rows = stdout === '' ? [] : (JSON.parse(stdout) as { rows: Examined[] }).rows;
  const missing = rows.filter(({ isThere }) => !isThere).map(({ host, what }) => `${host ?? '-'}: ${what}`);
  return { code, stderr, rows, missing };
}

describe('doctor, on the hosts of a lab', () => {
  it('finds identities that are not pinned and, once they are, nothing more; and changes nothing', async () => {
    const folder = liveFolder();
    const before = [readdirSync(folder), processesIn(root).sort()];
    const first = await examined(folder);
    expect([first.code, first.missing], first.stderr).toEqual([3, ['knox: identity', 'tesseract: identity']]);
    expect([readdirSync(folder), processesIn(root).sort()]).toEqual(before);

    expect((await run(['pin'], { folder, env })).code).toBe(0);
    const { code, rows, missing } = await examined(folder);
    expect([code, missing]).toEqual([0, []]);
    expect(rows.find(({ what }) => what === 'service hermes')?.found).toMatch(/^pid \d+, start \d+$/);
    const text = await run(['doctor'], { folder, env });
    expect([text.code, text.stdout]).toEqual([0, expect.stringContaining('All is there.')]);
    for (const secret of [env.PRINCIPAL_TOKEN, env.PRINCIPAL_SECOND_TOKEN])
      expect(text.stdout + text.stderr).not.toContain(secret);
  });

  it('names each gap, and what to do about it', async () => {
    const folder = liveFolder((text) =>
      text
        .replace('bin/hermes" }', 'bin/hermess" }')
        .replace('label: com.invictus.shiva', 'label: com.invictus.shiwa')
        .replace('query: select level, incident, reason', 'query: select level, incident, raison')
        .replace(
          'sqlite: ${KNOX_ROOT}/var/db/principal.db\n    query: select seq',
          'sqlite: ${KNOX_ROOT}/var/db/nowhere.db\n    query: select seq',
        )
        .replace('- ${KNOX_ROOT}/bin/principal', '- ${KNOX_ROOT}/bin/prinzipal'),
    );
    const { code, rows, missing } = await examined(folder, { PRINCIPAL_TOKEN: 'not-the-right-one' });
    expect(code).toBe(3);
    expect(missing).toEqual([
      'knox: identity',
      'knox: programs',
      'tesseract: identity',
      'tesseract: manager of shiva',
      'tesseract: service hermes',
      'knox: status',
      'knox: state',
      'knox: audit log',
      'knox: token',
    ]);
    const found = rows.map((row) => `${row.found} ${row.fix}`).join('\n');
    for (const words of [
      '0 of 1 found',
      'bin/prinzipal',
      'no such column: raison',
      'no such file',
      'not accepted (HTTP 401)',
    ])
      expect(found).toContain(words);
  });

  it('says of a host that does not answer that nothing was looked at there', async () => {
    const { code, missing } = await examined(liveFolder(), { TESSERACT_PORT: '1' });
    expect(code).toBe(3);
    expect(missing).toContain('tesseract: login');
    expect(missing).toContain('tesseract: service hermes');
    expect(missing).not.toContain('knox: service principal');
  });
});

describe('doctor, elsewhere', () => {
  it('says what is not covered where the kill switch is nothing but a command', async () => {
    const folder = ownFolder();
    const fleet = startSwitchFleet(folder);
    try {
      const { code, rows, missing } = await examined(folder);
      expect([code, missing]).toEqual([3, ['here: identity']]);
      expect(rows.find(({ what }) => what === 'state')?.found).toContain('not covered');
      expect(rows.find(({ host, what }) => host === null && what === 'programs')?.isThere).toBe(true);
    } finally {
      fleet.end();
    }
  });

  it('is for live fleets, and refuses a faulty inventory', async () => {
    expect((await run(['doctor'])).code).toBe(64);
    const folder = ownFolder();
    writeFileSync(join(folder, 'inventory.yaml'), 'fleet: small\n');
    expect((await run(['doctor'], { folder })).code).toBe(64);
  });
});
