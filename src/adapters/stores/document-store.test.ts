import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentSource } from '../../drill/model/inventory.ts';
import { askHere } from '../system/ask-here.ts';
import { createDocumentAudit, createDocumentStore } from './document-store.ts';

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-document-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

const PICK = {
  level: '/halt/level',
  incident: '/halt/incident',
  reason: '/halt/reason',
  revision: null,
  asset: null,
};
const LIST = {
  at: '/incidents',
  pick: { id: '/id', level: '/level', reason: '/why', openedAt: '/opened', resolvedAt: '/resolved' },
};
const GOOD = JSON.stringify({
  halt: { level: 2, incident: 17, reason: 'drill n0nce' },
  incidents: [{ id: 17, level: 2, why: 'drill n0nce', opened: 1700000000 }],
});

const store = (from: DocumentSource, incidents: typeof LIST | null = null) =>
  createDocumentStore({ from, pick: PICK, incidents }, () => askHere).read();

/** The same bytes from each kind of source. */
const sources: readonly (readonly [string, (text: string | Buffer) => Promise<DocumentSource>])[] = [
  [
    'a file',
    async (text) => {
      const file = join(folder, 'state.json');
      writeFileSync(file, text);
      return { file, host: null };
    },
  ],
  [
    'a file on a host',
    async (text) => {
      const file = join(folder, "it's $(state).json");
      writeFileSync(file, text);
      return { file, host: 'knox' };
    },
  ],
  [
    'a command',
    async (text) => {
      const file = join(folder, 'printed');
      writeFileSync(file, text);
      return { host: null, run: ['sh', '-c', 'echo noise >&2; cat "$1"', 'sh', file] };
    },
  ],
  ['an address', async (text) => ({ url: await serve(200, text), headers: {} })],
];

async function serve(status: number, body: string | Buffer | null): Promise<string> {
  const server = createServer((request, response) => {
    if (body === null) return;
    response.writeHead(request.headers['x-key'] === 'wrong' ? 403 : status).end(body);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/state?key=s3cret`;
}

describe.each(sources)('a state from %s', (_, from) => {
  it('is picked by pointers, incidents too', async () => {
    expect(await store(await from(GOOD), LIST)).toMatchObject({
      kind: 'present',
      value: {
        state: { level: 2, incident: '17', reason: 'drill n0nce', revision: null, asset: null },
        incidents: [{ id: '17', level: 2, reason: 'drill n0nce', openedAt: '1700000000', resolvedAt: null }],
        inode: 0,
      },
    });
  });

  it.each([
    ['garbage', Buffer.from([0xff, 0xfe, 0x00]), 'not UTF-8'],
    ['not JSON', 'level=2', 'not JSON'],
    ['empty', '', 'empty'],
    ['half written', GOOD.slice(0, 40), 'not JSON'],
    ['without the level', '{"halt": {"incident": null}}', 'has no /halt/level'],
    ['without the halt', '{}', 'has no /halt/level'],
    ['of another shape', '{"halt": 2}', 'leads through'],
    ['with a level in words', '{"halt": {"level": "2"}}', 'not a whole number'],
    ['with a reason that is none', '{"halt": {"level": 2, "reason": 7}}', 'not text'],
    ['without its incidents', '{"halt": {"level": 0}}', 'not there, not a list of incidents'],
    ['with incidents that are none', '{"halt": {"level": 0}, "incidents": {}}', 'not a list of incidents'],
    ['with an incident without a name', '{"halt": {"level": 0}, "incidents": [{"level": 2}]}', 'has no id'],
    [
      'with an incident without a level',
      '{"halt": {"level": 0}, "incidents": [{"id": 1}]}',
      'not a whole number',
    ],
  ])('is unreadable where it is %s', async (_name, text, reason) => {
    expect(await store(await from(text), LIST)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });
});

describe('a state that does not come', () => {
  it.each([
    ['is missing', ['cat', '/nowhere'], 'it ended with 1'],
    [
      'ends with another code, though it printed a state',
      ['sh', '-c', `echo '${GOOD}'; echo locked >&2; exit 4`],
      'it ended with 4: locked',
    ],
    ['is killed, though it printed a state', ['sh', '-c', `echo '${GOOD}'; kill -9 $$`], 'SIGKILL'],
    [
      'hangs, though it printed a state',
      ['sh', '-c', `echo '${GOOD}'; sleep 60`],
      'did not end within 3000 ms',
    ],
    ['cannot be started', ['/nowhere/psql'], 'could not be started'],
    ['never ends to print', ['yes'], 'printed more than'],
  ])('is unreadable where its command %s', async (_, run, reason) => {
    expect(await store({ host: null, run })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is unreadable where its file is missing or a folder, never absent', async () => {
    const file = join(folder, 'none.json');
    expect(await store({ file, host: null })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('No such file'),
    });
    expect(await store({ file: folder, host: null })).toMatchObject({ kind: 'unreadable' });
  });

  it('is unreadable where its address refuses, hangs or is closed, and no reason tells its query', async () => {
    const refused = await store({ url: await serve(200, GOOD), headers: { 'X-Key': 'wrong' } });
    expect(refused).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('HTTP 403') });
    expect(JSON.stringify(refused)).not.toContain('s3cret');
    expect(await store({ url: await serve(500, GOOD), headers: {} })).toMatchObject({ kind: 'unreadable' });
    expect(await store({ url: await serve(200, null), headers: {} })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('no whole answer within 3000 ms'),
    });
    expect(await store({ url: 'http://127.0.0.1:1/', headers: {} })).toMatchObject({ kind: 'unreadable' });
  });
});

describe('an audit log as JSON', () => {
  const pick = {
    seq: null,
    at: '/t',
    actor: null,
    action: '/do',
    subject: '/unit/name',
    host: null,
    outcome: '/result',
  };
  const audit = (
    text: string | Buffer,
    pointers: typeof pick | (Omit<typeof pick, 'seq'> & { seq: string }) = pick,
  ) => {
    const file = join(folder, 'audit.jsonl');
    writeFileSync(file, text);
    return createDocumentAudit(
      { from: { file, host: null }, pick: pointers, stopped: [], refused: null },
      () => askHere,
    ).read();
  };
  const line = (name: string): string =>
    `{"t": 5, "do": "stop", "unit": {"name": "${name}"}, "result": "stopped"}\n`;

  it('is one entry a line, numbered by its place', async () => {
    expect(await audit(line('hermes') + line('shiva'))).toMatchObject({
      kind: 'present',
      value: [
        { seq: 1, at: '5', actor: null, action: 'stop', subject: 'hermes', host: null, outcome: 'stopped' },
        { seq: 2, subject: 'shiva' },
      ],
    });
  });

  it('may be one list, have numbers of its own, and be empty', async () => {
    const list = '[{"n": 7, "unit": {"name": "hermes"}, "result": "stopped"}]';
    expect(await audit(list, { ...pick, seq: '/n' })).toMatchObject({
      value: [{ seq: 7, subject: 'hermes' }],
    });
    expect(await audit('')).toMatchObject({ kind: 'present', value: [] });
    expect(await audit('[]')).toMatchObject({ kind: 'present', value: [] });
  });

  it('may be what a command prints', async () => {
    const run = ['sh', '-c', `printf '%s\\n' '${line('hermes').trim()}'`];
    const link = createDocumentAudit(
      { from: { host: null, run }, pick, stopped: [], refused: null },
      () => askHere,
    );
    expect(await link.read()).toMatchObject({ value: [{ seq: 1, subject: 'hermes' }] });
  });

  it.each([
    ['has garbage', Buffer.from([0xff, 0x0a]), 'not UTF-8'],
    ['has a line that is not JSON', `${line('a')}stopped b\n`, 'line 2 is not JSON'],
    ['has an empty line', `${line('a')}\n${line('b')}`, 'line 2 is not JSON'],
    ['ends in the middle of a line', line('a') + line('b').slice(0, 9), 'not whole'],
    ['has lost its last line end', line('a') + line('b').trim(), 'not whole'],
    ['has another shape', '{"unit": "a"}\n', 'leads through'],
    ['has a subject that is no text', '{"unit": {"name": {}}}\n', 'not text'],
  ])('is unreadable where it %s', async (_, text, reason) => {
    expect(await audit(text)).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) });
  });

  it('is unreadable where an entry lacks the number that all have', async () => {
    expect(await audit(line('a'), { ...pick, seq: '/n' })).toMatchObject({ kind: 'unreadable' });
  });
});
