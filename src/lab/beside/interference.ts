import { readFileSync } from 'node:fs';
import { afterHalt, type HaltEvent } from '../broker/halt-marks.ts';
import { pidFileOf } from '../daemons/daemon.ts';
import { pidIn, whenHalted } from '../daemons/other.ts';
import { requestJson } from '../http-client.ts';
import type { HostLayout, LabLayout } from '../layout.ts';
import { holdMs } from '../variants/timing.ts';
import type { LabSite } from '../variants/variant.ts';

/** What somebody does to the services of a fleet from outside, while it is halted or comes back. */

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function signalTo(host: HostLayout, service: string, signal: NodeJS.Signals): void {
  const pid = pidIn(pidFileOf(host.root, service));
  if (pid !== null) process.kill(pid, signal);
}

const halted = ({ root }: LabLayout): Promise<number> => new Promise((done) => whenHalted(root, done));

/**
 * Freezes a service of knox when the fleet is halted, and lets it go on after so long: before the halt is lifted, which comes a look
 * before the crash, the crash, and a whole hold later.
 */
export const freezingFor =
  (service: string, forMs: number) =>
  async ({ lab }: LabSite): Promise<void> => {
    await halted(lab);
    signalTo(lab.knox, service, 'SIGSTOP');
    await pause(forMs);
    signalTo(lab.knox, service, 'SIGCONT');
  };

/** Freezes a service of knox for good, from such a moment of a broker's halt on. */
export const freezingFrom =
  (service: string, event: HaltEvent) =>
  async ({ lab }: LabSite): Promise<void> => {
    await afterHalt(lab.knox.root, event, 0);
    signalTo(lab.knox, service, 'SIGSTOP');
  };

/** A market that moves while the fleet is halted: what rested is filled, many times over. */
export async function fillingOrders({ lab, env }: LabSite): Promise<void> {
  await halted(lab);
  await pause(holdMs / 2);
  const { body } = await requestJson('GET', `${env.EXCHANGE_URL}/v1/book`);
  const { positions } = body as { readonly positions: Readonly<Record<string, number>> };
  const token = readFileSync(lab.exchangeToken, 'utf8');
  for (const asset of Object.keys(positions))
    await requestJson('POST', `${env.EXCHANGE_URL}/v1/assets/${asset}/fill`, { body: { times: 10 }, token });
}
