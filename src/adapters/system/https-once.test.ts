import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { httpOnce } from './http-once.ts';

let folder: string;
const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-tls-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  for (const name of ['ca', 'other'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=broker',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    'broker.key',
    '-out',
    'broker.csr',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'broker.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
    '-out',
    'broker.pem',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: {
  status?: number;
  body?: string | Buffer;
  headers?: Record<string, string>;
  cut?: true;
  mute?: true;
}) {
  const received: string[] = [];
  const server = createServer({ key: pem('broker.key'), cert: pem('broker.pem') }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      received.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''} ${body}`);
      if (answer.mute) return;
      response.writeHead(answer.status ?? 200, answer.headers);
      if (answer.cut) response.write('{', () => response.destroy());
      else response.end(answer.body ?? '{}');
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, received };
}

const ask = (port: number, more: { ca?: string; host?: string; timeoutMs?: number } = {}) =>
  httpOnce({
    method: 'POST',
    url: `https://${more.host ?? '127.0.0.1'}:${port}/v1/halt`,
    bearer: 't0ken',
    body: '{"level":2}',
    timeoutMs: more.timeoutMs ?? 5000,
    ...(more.ca === undefined ? {} : { ca: more.ca }),
  });

describe('a request over TLS with a private authority', needs('openssl'), () => {
  it('is sent once, with its token and body, and answered whole', async () => {
    const { port, received } = await serve({ body: '{"level":2}' });
    const answer = await ask(port, { ca: pem('ca.pem') });
    expect(answer).toMatchObject({ kind: 'present', value: { status: 200 } });
    expect(answer.kind === 'present' && Buffer.from(answer.value.body).toString()).toBe('{"level":2}');
    expect(received).toEqual(['POST /v1/halt Bearer t0ken {"level":2}']);
  });

  it.each([
    ['without the authority', undefined, '127.0.0.1', ''],
    ['with another one', 'other.pem', '127.0.0.1', 'not signed by the authority'],
    ['under another name', 'ca.pem', 'localhost', 'is for another name'],
  ])('is not even sent %s', async (_, ca, host, reason) => {
    const { port, received } = await serve({});
    const answer = await ask(port, { host, ...(ca === undefined ? {} : { ca: pem(ca) }) });
    expect(answer).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) });
    expect(received).toEqual([]);
  });

  it.each([421, 401, 307])('is not sent again, nor elsewhere, on %d', async (status) => {
    const { port, received } = await serve({ status, headers: { location: '/elsewhere' } });
    expect(await ask(port, { ca: pem('ca.pem') })).toMatchObject({ value: { status } });
    expect(received).toHaveLength(1);
  });

  it.each([
    ['breaks off', { cut: true }, 'broke off'],
    ['never comes', { mute: true }, 'no whole answer within 300 ms'],
    ['is endless', { body: Buffer.alloc(2 * 1024 * 1024) }, 'more than 1 MiB'],
  ] as const)('is unreadable where the answer %s', async (_, answer, reason) => {
    const { port } = await serve(answer);
    const timeoutMs = 'mute' in answer ? 300 : 5000;
    expect(await ask(port, { ca: pem('ca.pem'), timeoutMs })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is unreadable where the authority is no certificate', async () => {
    const { port } = await serve({});
    expect(await ask(port, { ca: 'no pem' })).toMatchObject({ kind: 'unreadable' });
  });
});
