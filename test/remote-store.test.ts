import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, PACKAGE, requireFreshBuild, run } from './support/haltdrill.ts';

beforeAll(requireFreshBuild);

/** The lab's own drill of level 2, with state and audit log read in another way. */
async function drilled(state: string, audit: string) {
  const folder = ownFolder();
  const shipped = readFileSync(join(PACKAGE, 'inventory.yaml'), 'utf8');
  const from = shipped.indexOf('  state:\n');
  const to = shipped.indexOf('  # Only for the guard message-to-halted');
  const text = shipped.slice(0, from) + state + audit + shipped.slice(to);
  writeFileSync(join(folder, 'inventory.yaml'), text);
  writeFileSync(join(folder, 'level-2.yaml'), readFileSync(join(PACKAGE, 'drills', 'level-2.yaml'), 'utf8'));
  const { code, stdout, stderr } = await run(['drill', '--drill', 'level-2.yaml', '--json'], { folder });
  return { code, stderr, verdict: stdout === '' ? null : (JSON.parse(stdout) as Verdict) };
}

const FILE = '${KNOX_ROOT}/var/db/principal.db';
const STATE = `  state:
    on: tesseract
    sqlite: ${FILE}
    query: select level, incident, reason, revision, asset from halt_state
    incidents: select id, level, reason, opened_at, resolved_at from incidents order by opened_at
`;
const ENTRIES = 'select seq, at, actor, action, subject, host, outcome from audit order by seq';
const PICKED =
  'pick: { seq: /seq, at: /at, actor: /actor, action: /action, subject: /subject, host: /host, outcome: /outcome }';
const AUDIT = `  audit:
    command: { host: tesseract, run: [sqlite3, -readonly, -json, "${FILE}", "${ENTRIES}"] }
    ${PICKED}
    stopped: [stopped, shutdown]
    refused: [refuse]
`;

it('passes by a database on another host, read over ssh while its broker writes it, and by a log that a command prints', async () => {
  const { code, stderr, verdict } = await drilled(STATE, AUDIT);
  expect([code, verdict?.verdict, verdict?.findings], stderr).toEqual([0, 'pass', []]);
  expect(verdict?.broker.moments.map(({ store }) => store)).toEqual([
    expect.objectContaining({ level: 0 }),
    expect.objectContaining({ level: 2, reason: expect.stringContaining('haltdrill drill') }),
    expect.objectContaining({ level: 2 }),
    expect.objectContaining({ level: 0 }),
  ]);
  expect(verdict?.claims.some((claim) => claim.startsWith('Its audit log says "stopped" of hermes'))).toBe(
    true,
  );
  expect(verdict?.notCovered).toBeUndefined();
});

it('does not begin where the store prints garbage', async () => {
  const garbage =
    '  state: { command: { host: tesseract, run: [echo, level 0] }, pick: { level: /level, incident: /incident } }\n';
  const { code, verdict } = await drilled(garbage, AUDIT);
  expect([code, verdict?.verdict, verdict?.fleet]).toEqual([3, 'not-run', 'untouched']);
  expect(verdict?.findings.map(({ code: found, message }) => `${found}: ${message}`).join()).toContain(
    'not JSON',
  );
});
