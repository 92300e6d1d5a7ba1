import { EventEmitter } from 'node:events';
import type { Desk } from './desk.ts';

/** A terminal as pure state: what is shown on it, in which mode it is, and keys that a test presses. */
export class FakeDesk extends EventEmitter implements Desk {
  shown = '';
  raw = false;
  /** Every change of the mode, in order. */
  readonly modes: boolean[] = [];
  reading = false;
  interrupts = 0;
  stops = 0;
  jobStops = 0;
  setRawFails: Error | null = null;
  readonly keys = new EventEmitter();
  readonly keyboard = {
    on: (event: string, listener: (part: Uint8Array) => void) => this.keys.on(event, listener),
    off: (event: string, listener: (part: Uint8Array) => void) => this.keys.off(event, listener),
    setRawMode: (raw: boolean) => {
      // As a tty.ReadStream does: it tells those who listen, and does not throw.
      if (this.setRawFails !== null) this.keys.emit('error', this.setRawFails);
      this.raw = raw;
      this.modes.push(raw);
    },
    resume: () => {
      this.reading = true;
    },
    pause: () => {
      this.reading = false;
    },
  };

  readonly show = (text: string): void => {
    this.shown += text;
    this.emit('shown');
  };
  readonly onExit = (listener: () => void) => this.#listening({ exit: listener });
  readonly onJobControl = ({ stop, go }: { stop: () => void; go: () => void }) =>
    this.#listening({ stop, go });
  /** The shell has the terminal meanwhile. */
  readonly stopSelf = (): void => {
    this.stops += 1;
    this.emit('stopped');
  };
  readonly stopJob = (): void => {
    this.jobStops += 1;
  };
  readonly interrupt = (): void => {
    this.interrupts += 1;
  };

  constructor() {
    super();
    this.keys.on('error', () => undefined);
  }

  press(keys: string | Uint8Array): void {
    this.keys.emit('data', typeof keys === 'string' ? Buffer.from(keys) : keys);
  }

  /** Resolves once the terminal has shown this, from where the last one was found on. */
  async asked(text: string): Promise<void> {
    while (!this.shown.includes(text, this.#seen)) {
      await new Promise<void>((done) => this.once('shown', done));
    }
    this.#seen = this.shown.indexOf(text, this.#seen) + text.length;
  }

  #seen = 0;

  /** How many still listen to anything that a question listens to. */
  get leftListening(): number {
    const ours = ['exit', 'stop', 'go'].map((name) => this.listenerCount(name));
    const theirs = ['data', 'end', 'close'].map((name) => this.keys.listenerCount(name));
    return [...ours, ...theirs].reduce((sum, n) => sum + n, this.keys.listenerCount('error') - 1);
  }

  #listening(listeners: Record<string, () => void>): () => void {
    for (const [name, listener] of Object.entries(listeners)) this.on(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) this.off(name, listener);
    };
  }
}
