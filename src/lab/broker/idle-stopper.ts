import type { BrokerParts, Stopper } from '../../principal/parts.ts';

/** Stoppers that say done and touch nothing, on every host. */
export function idleStoppers(reference: BrokerParts): Pick<BrokerParts, 'stoppers'> {
  const idle: Stopper = {
    stop: () => Promise.resolve('stopped'),
    start: () => Promise.resolve('running'),
  };
  return { stoppers: new Map([...reference.stoppers.keys()].map((host) => [host, idle])) };
}
