import { isMap } from './partial.ts';
import { parseSource } from './yaml-source.ts';

/**
 * Who provides the fleet of an inventory: a peek before its variables can be resolved, since the embedded lab is what
 * sets them. A broken file is peeked at too, so that its own messages can be shown; what is not clearly the lab's is live.
 */
export function providerOf(inventoryText: string): 'live' | 'embedded-lab' {
  const parsed = parseSource({ path: '', text: inventoryText });
  const said =
    'source' in parsed
      ? isMap(parsed.source.value) && parsed.source.value.provider
      : /^provider:[ \t]+(["']?)([a-z-]+)\1[ \t]*(?:#.*)?\r?$/m.exec(
          inventoryText.slice(0, 1024 * 1024),
        )?.[2];
  return said === 'embedded-lab' ? 'embedded-lab' : 'live';
}
