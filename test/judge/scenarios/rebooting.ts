import { present } from '../../../src/drill/model/reading.ts';
import type { HostIdentity } from '../../../src/drill/model/sample.ts';
import { FOREVER, identityOf, life, type Scenario, T0 } from '../scenario.ts';

export interface FakeReboot {
  readonly host?: string;
  /** When it goes down, and when it first answers again. */
  readonly fromMs?: number;
  readonly backMs?: number;
  readonly boot?: string;
  /** When pid 1 of the new boot began; as it went down when not given, null: pid 1 is not shown. */
  readonly initMs?: number | null;
  /** How it differs from what it was, where it does. */
  readonly unlike?: Partial<HostIdentity>;
}

/** A host is booted again: what ran there has ended, and it answers for itself some time later. */
export function reboots(s: Scenario, reboot: FakeReboot = {}): void {
  const { host = 'tesseract', fromMs = T0 + 3000, backMs = T0 + 5000, boot = 'boot-u' } = reboot;
  const scope = { bootId: boot, pidNamespace: `ns-${boot}` };
  const { sampling, scopeAt } = s;
  s.sampling = (name, ms) => (name === host && ms >= fromMs && ms < backMs ? 'failed' : sampling(name, ms));
  s.scopeAt = (name, ms) => {
    if (name === host && ms >= fromMs) return scope;
    return scopeAt?.(name, ms) ?? s.scopes[name] ?? scope;
  };
  for (const one of s.lives)
    if (one.hosts.includes(host) && one.fromMs < fromMs) one.toMs = Math.min(one.toMs, fromMs);
  const { initMs = fromMs } = reboot;
  // The samples of these drills count uptime and start times from 100 s before their beginning, as a container's do.
  if (initMs !== null)
    s.lives.push({ ...life('', host, 1, fromMs, FOREVER), services: [], start: 10_000 + initMs / 10 });
  for (const canary of s.canaries.filter((one) => one.host === host && one.goneMs > fromMs)) {
    const { killedMs, goneMs } = canary;
    s.canaries.push({ ...canary, tag: `${boot}-${host}`, pid: 940, fromMs: backMs + 100, killedMs, goneMs });
    Object.assign(canary, { killedMs: null, goneMs: fromMs });
  }
  const identity = { ...identityOf(host, scope), ...reboot.unlike };
  s.also.push({ atMs: backMs, body: { kind: 'host', host, identity: present(identity) } });
}
