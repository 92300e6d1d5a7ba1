import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pidFileOf } from '../daemons/daemon.ts';
import { isUp } from '../daemons/other.ts';
import { installScript } from '../entry.ts';
import { requestJson } from '../http-client.ts';
import { startProgram } from '../start-program.ts';
import { holdMs } from '../variants/timing.ts';
import type { LabSite } from '../variants/variant.ts';
import { waitUntil } from '../wait-until.ts';

/** Others who answer in the place of a broker that is gone. */

/** Where a broker listens that has a cache before it, on the same port: all of 127.0.0.0/8 is this machine. */
export const BEHIND = '127.0.0.2';

/**
 * A cache before the broker's API: everything is passed on, and a question for its status that nobody answers is answered as the
 * last time, whoever is there. Everything else waits a while for somebody to be there.
 */
export async function cacheBefore({ env }: LabSite): Promise<void> {
  const { port } = new URL(env.PRINCIPAL_URL);
  let kept: { readonly status: number; readonly body: unknown } | null = null;
  const server = createServer((request, response) => {
    const isStatus = request.method === 'GET' && request.url === '/v1/status';
    void passedOn(request, port, isStatus ? 0 : holdMs)
      .then((answer) => {
        if (isStatus && answer.status === 200) kept = answer;
        return answer;
      })
      .catch(() => (isStatus && kept !== null ? kept : { status: 502, body: { title: 'Bad gateway' } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  server.listen(Number(port), '127.0.0.1');
}

async function passedOn(
  request: IncomingMessage,
  port: string,
  patienceMs: number,
): Promise<{ status: number; body: unknown }> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const headers = new Headers();
  for (const name of ['authorization', 'content-type', 'second-operator']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const ask = (): Promise<Response> =>
    fetch(`http://${BEHIND}:${port}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      const response = await ask();
      return { status: response.status, body: await response.json().catch(() => null) };
    } catch (error) {
      const refused = ((error as Error).cause as { code?: string } | undefined)?.code === 'ECONNREFUSED';
      if (!refused || performance.now() >= untilMs) throw error;
      await pause(20);
    }
  }
}

/** Another instance of the broker, by a script of its own, takes over port and database once the first is gone. */
export async function standbyFor({ lab, env }: LabSite): Promise<void> {
  const { root } = lab.knox;
  const settings = { service: 'principal', root };
  const entry = { module: 'broker/main.js', call: 'runBroker', settings };
  const script = installScript(join(root, 'opt/invictus/libexec/standby'), entry);
  const file = pidFileOf(root, 'principal');
  const answers = (): Promise<boolean> =>
    requestJson('GET', `${env.PRINCIPAL_URL}/v1/status`, {
      token: env.PRINCIPAL_TOKEN,
      timeoutMs: 1000,
    }).then(
      () => true,
      () => false,
    );
  await waitUntil(
    async () => isUp(file) && (await answers()),
    120_000,
    () => 'the broker never was up',
    50,
  );
  await waitUntil(
    () => !isUp(file),
    120_000,
    () => 'the broker never went',
  );
  const standby = startProgram(process.execPath, [script], { cwd: root, stdio: 'ignore', detached: true });
  process.on('exit', () => void standby.kill('SIGKILL'));
}
