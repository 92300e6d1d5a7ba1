import type { Inventory } from '../../drill/model/inventory.ts';
import type { Refusal } from './interlock.ts';

/**
 * That an inventory says `provider: embedded-lab` opens every interlock of a live fleet, and lets a phrase come on stdin. So what it
 * leads to has to be the lab that this process started: its broker is asked, and no other host is reached but this machine.
 */
export function labsOwn(
  { broker, hosts }: Pick<Inventory, 'broker' | 'hosts'>,
  env: Readonly<Record<string, string | undefined>>,
): Refusal | null {
  const others = [
    ...(broker.api === env.PRINCIPAL_URL?.replace(/\/+$/, '') ? [] : ['broker.api']),
    ...hosts.flatMap(({ name, transport }) =>
      transport.kind === 'local' ||
      (transport.kind === 'ssh' &&
        transport.address === env.TESSERACT_ADDRESS &&
        String(transport.port) === env.TESSERACT_PORT)
        ? []
        : [`host ${name}`],
    ),
  ];
  if (others.length === 0) return null;
  return {
    what: `${others.join(', ')} of this inventory ${others.length === 1 ? 'is' : 'are'} not the embedded lab's`,
    why: 'it says `provider: embedded-lab`, and a live fleet must not be drilled as one',
    wayOut: 'leave `provider` out for a live fleet, or take the addresses from the variables of the lab',
  };
}
