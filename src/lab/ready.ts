import { existsSync, readFileSync } from 'node:fs';
import { pidFileOf } from './daemons/daemon.ts';
import { heartbeatFileOf } from './daemons/watcher.ts';
import { assets, services } from './fleet.ts';
import { requestJson } from './http-client.ts';
import type { LabLayout } from './layout.ts';
import type { Fleet } from './start-fleet.ts';
import { waitUntil } from './wait-until.ts';

/** How long a lab may take to come up on a machine that is very busy, in ms. */
const limitMs = 25_000;

/**
 * Waits until the fleet works: every daemon has said so, the watchers have written, the broker answers, the exchange
 * has taken orders of every trader in every asset.
 * @throws Error that names what is missing, with the last lines of its log.
 */
export async function waitUntilReady(lab: LabLayout, fleet: Fleet): Promise<void> {
  const files = filesOfReadiness(lab);
  let missing = '';
  const look = async (): Promise<boolean> => {
    for (const [name, child] of fleet.children) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended at once`);
    }
    const absent = [...files].find(([file]) => !existsSync(file));
    missing = absent === undefined ? '' : `${absent[1].what}${lastLines(absent[1].log)}`;
    if (absent !== undefined) return false;
    missing = await unanswered(fleet);
    return missing === '';
  };
  await waitUntil(look, limitMs, () => `the fleet is not up after ${limitMs / 1000} s: ${missing}`, 30);
}

function filesOfReadiness(lab: LabLayout): Map<string, { what: string; log: string }> {
  const files = new Map([
    [lab.knox.launchdPid, { what: 'the supervisor of knox', log: '' }],
    [lab.tesseract.launchdPid, { what: 'the supervisor of tesseract', log: '' }],
    [pidFileOf(lab.tesseract.root, 'sshd'), { what: 'sshd', log: `${lab.tesseract.log}/sshd.log` }],
  ]);
  for (const { name, host, kind } of services) {
    const { root, log } = lab[host];
    const it = { what: name, log: `${log}/${name}.log` };
    files.set(pidFileOf(root, name), it);
    if (kind === 'watcher') files.set(heartbeatFileOf(root, name), it);
  }
  return files;
}

async function unanswered({ env }: Fleet): Promise<string> {
  try {
    const token = env.PRINCIPAL_TOKEN;
    const status = await requestJson('GET', `${env.PRINCIPAL_URL}/v1/status`, { token, timeoutMs: 1000 });
    if (status.status !== 200) return `the broker answers HTTP ${status.status}`;
    const book = await requestJson('GET', `${env.EXCHANGE_URL}/v1/book`, { timeoutMs: 1000 });
    const accepted =
      (book.body as { accepted?: { asset: string; account: string }[] } | null)?.accepted ?? [];
    const traders = services.filter(({ kind }) => kind === 'trader');
    const quiet = assets.flatMap((asset) =>
      traders
        .filter(({ name }) => !accepted.some((one) => one.asset === asset && one.account === name))
        .map(({ name }) => `${name} in ${asset}`),
    );
    return quiet.length === 0 ? '' : `no orders yet of ${quiet.join(', ')}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function lastLines(log: string): string {
  try {
    const text = readFileSync(log, 'utf8').trimEnd();
    return text === '' ? '' : `\n${text.split('\n').slice(-12).join('\n')}`;
  } catch {
    return '';
  }
}
