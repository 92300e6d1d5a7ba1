import type { Host, Transport } from '../../drill/model/inventory.ts';
import { containerTransport } from './container.ts';
import { localTransport } from './local.ts';
import { sshTransport } from './ssh.ts';
import type { HostTransport } from './transport.ts';

/** The way to a host that the inventory declares. */
export function transportTo({ name, transport }: Pick<Host, 'name' | 'transport'>): HostTransport {
  return transport.kind === 'container'
    ? containerTransport(name, transport, direct(transport.on.host, transport.on.transport))
    : direct(name, transport);
}

function direct(name: string, transport: Exclude<Transport, { kind: 'container' }>): HostTransport {
  return transport.kind === 'ssh' ? sshTransport(name, transport) : localTransport();
}
