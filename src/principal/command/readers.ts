/** Those who wait for an agent's messages. */
export interface Readers {
  full(agent: string): boolean;
  /** Resolves when the agent is woken, the time is up, or the reader has gone. */
  wait(agent: string, ms: number, signal?: AbortSignal): Promise<void>;
  wake(agent: string): void;
  wakeAll(): void;
}

/** @param most readers that may wait for one agent */
export function createReaders(most: number): Readers {
  const waiting = new Map<string, Set<() => void>>();
  const wake = (agent: string): void => {
    for (const go of [...(waiting.get(agent) ?? [])]) go();
  };
  return {
    full: (agent) => (waiting.get(agent)?.size ?? 0) >= most,
    wait: (agent, ms, signal) =>
      new Promise((resolve) => {
        const mine = waiting.get(agent) ?? new Set();
        waiting.set(agent, mine);
        const go = (): void => {
          mine.delete(go);
          clearTimeout(timer);
          signal?.removeEventListener('abort', go);
          resolve();
        };
        const timer = setTimeout(go, ms);
        mine.add(go);
        if (signal?.aborted === true) go();
        else signal?.addEventListener('abort', go, { once: true });
      }),
    wake,
    wakeAll: () => {
      for (const agent of [...waiting.keys()]) wake(agent);
    },
  };
}
