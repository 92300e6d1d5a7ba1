import type { Host } from '../range/host.ts';
import { until } from '../range/until.ts';

/** What the runner starts on a host, and the sessions that it opens there. */
const OWN = /haltdrill-(?:probe|canary|manager)|sshd: \S+(?: \[priv\]|@notty)/;

/** Lines of the host's own table that are the runner's. */
export async function ofTheRunner(host: Host, own = OWN): Promise<string[]> {
  return (await host.table()).filter((line) => own.test(line));
}

/** Waits until the host's own table shows nothing of the runner. The lease is the longest that anything may outlive it. */
export async function nothingLeft(host: Host, own = OWN): Promise<void> {
  await until(`nothing of the runner on ${host.name}`, 30_000, async () => {
    const left = await ofTheRunner(host, own);
    return left.length === 0 || left.map((line) => line.slice(0, 120)).join('\n');
  });
}
