import { join } from 'node:path';
import type { PrincipalConfig } from '../../principal/config/types.ts';
import { hostLayout } from '../layout.ts';

/** What the lab's broker is told: which variant twists it (null: none), and the configuration a real one would have. */
export interface BrokerSettings {
  readonly variant: string | null;
  readonly config: PrincipalConfig;
}

/** Where a broker on the host at `root` finds its settings. */
export function brokerConfigFile(root: string): string {
  return join(hostLayout(root).etc, 'principal.json');
}
