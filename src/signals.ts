type Listener = (cause: string, kind: 'signal' | 'error') => void;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals to whoever listens; while nobody does they end the process as they always did. */
export function createSignals(): {
  on: (listener: Listener) => () => void;
  internalError: (cause: string) => void;
} {
  const listeners = new Set<Listener>();
  const handle = (name: NodeJS.Signals): void => {
    for (const listener of listeners) listener(name, 'signal');
  };
  return {
    on: (listener) => {
      if (listeners.size === 0) for (const name of SIGNALS) process.on(name, handle);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) for (const name of SIGNALS) process.off(name, handle);
      };
    },
    internalError: (cause) => {
      for (const listener of listeners) listener(cause, 'error');
    },
  };
}
