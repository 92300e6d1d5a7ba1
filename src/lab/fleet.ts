/** When a supervisor brings a job back, spelled as launchd.plist(5) spells it. */
export type KeepAlive = boolean | { readonly SuccessfulExit: false };

export type HostName = 'knox' | 'tesseract';

export interface LabService {
  readonly name: string;
  readonly host: HostName;
  readonly kind: 'broker' | 'watcher' | 'agent' | 'trader';
  readonly keepAlive: KeepAlive;
}

const restartAfterCrash: KeepAlive = { SuccessfulExit: false };

/** Every service of the embedded fleet. The slowest to start come first. */
export const services: readonly LabService[] = [
  { name: 'principal', host: 'knox', kind: 'broker', keepAlive: true },
  { name: 'foresight', host: 'tesseract', kind: 'trader', keepAlive: restartAfterCrash },
  { name: 'shiva', host: 'tesseract', kind: 'trader', keepAlive: restartAfterCrash },
  { name: 'hermes', host: 'tesseract', kind: 'trader', keepAlive: restartAfterCrash },
  { name: 'leverage', host: 'tesseract', kind: 'trader', keepAlive: restartAfterCrash },
  { name: 'scribe', host: 'knox', kind: 'agent', keepAlive: restartAfterCrash },
  { name: 'courier', host: 'knox', kind: 'agent', keepAlive: restartAfterCrash },
  { name: 'archivist', host: 'knox', kind: 'agent', keepAlive: restartAfterCrash },
  { name: 'cartographer', host: 'knox', kind: 'agent', keepAlive: restartAfterCrash },
  { name: 'sentinel', host: 'knox', kind: 'watcher', keepAlive: true },
  { name: 'horus', host: 'knox', kind: 'watcher', keepAlive: true },
];

/** The assets that the paper exchange trades. */
export const assets = ['DOGE-USD', 'BTC-USD', 'ETH-USD'] as const;

/** The name under which a service's supervisor knows it. */
export function labelOf(service: string): string {
  return `com.invictus.${service}`;
}
