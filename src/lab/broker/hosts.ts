import type { Stopper, Target } from '../../principal/parts.ts';
import type { RunCommand } from '../../principal/stoppers/command.ts';
import { launchctlStopper } from '../../principal/stoppers/launchctl.ts';
import { runOverSsh } from '../../principal/stoppers/ssh.ts';
import type { BrokerSite } from '../variants/variant.ts';

/** One host as the broker reaches it. */
export interface ReachedHost {
  readonly run: RunCommand;
  readonly launchctl: string;
  /** The reference's own stopper for it. */
  readonly stopper: Stopper;
}

/** @throws Error where the broker's configuration has no such host. */
export function hostOf(site: BrokerSite, name: string): ReachedHost {
  const host = site.config.hosts[name];
  if (host === undefined) throw new Error(`the broker knows no host ${name}`);
  const run = host.ssh === undefined ? site.run : runOverSsh(host.ssh);
  return { run, launchctl: host.launchctl, stopper: launchctlStopper(run, host) };
}

/** A service where it really lives. @throws Error where the broker's configuration has none of that name. */
export function targetOf({ config }: BrokerSite, service: string): Target {
  const known = config.services[service];
  if (known === undefined) throw new Error(`the broker knows no service ${service}`);
  return { service, ...known };
}
