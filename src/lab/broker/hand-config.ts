import { join } from 'node:path';
import type { PrincipalConfig } from '../../principal/config/types.ts';
import { hostLayout } from '../layout.ts';

/** Where a host's hand tools find the broker's configuration, as an operator would write it. */
export function handConfigFile(root: string): string {
  return join(hostLayout(root).etc, 'principal-config.json');
}

/** A configuration as it is written in a file, from what it is once read. */
export function asWritten({ hosts, levels, ...rest }: PrincipalConfig): unknown {
  return {
    ...rest,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([name, { ssh, graceSeconds: grace, ...host }]) => {
        if (ssh === undefined) return [name, { ...host, grace }];
        const { identityFile, knownHosts, address, port, user } = ssh;
        const written = { address, port, user, 'identity-file': identityFile, 'known-hosts': knownHosts };
        return [name, { ...host, grace, ssh: written }];
      }),
    ),
    levels: Object.fromEntries(levels.map(({ level, ...plan }) => [level, plan])),
  };
}
