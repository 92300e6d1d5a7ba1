import type { Clock } from '../../src/drill/ports/world.ts';

/** A clock that stands still until everybody sleeps, and then goes on to whoever wakes first. */
export class FakeClock implements Clock {
  #nowMs = 1_000;
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  wall(): string {
    return new Date(Date.UTC(2026, 0, 1) + this.#nowMs).toISOString();
  }

  sleep(ms: number, until?: AbortSignal): Promise<void> {
    if (until?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        until?.removeEventListener('abort', wake);
        this.#sleepers.delete(sleeper);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      until?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Runs until the work is done; fails if it waits for something that no sleeper will bring. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    finished.catch(() => undefined);
    for (let idle = 0; !done; ) {
      await everythingElse();
      if (done) break;
      const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next) {
        idle = 0;
        this.#nowMs = Math.max(this.#nowMs, next.atMs);
        next.wake();
      } else if (++idle > 100) throw new Error('the work waits for something that never comes');
    }
    return finished;
  }
}

function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
