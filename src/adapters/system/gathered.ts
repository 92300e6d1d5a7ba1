const FIRST = 4_096;

/** Bytes as they arrive, in one buffer that doubles as it fills: what comes in packets of one byte costs a byte each, not an object each. */
export class Gathered {
  readonly #most: number;
  #buffer = Buffer.alloc(0);
  #size = 0;

  /** `most` is how many bytes it keeps; what comes after them is dropped. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Keeps what fits, and returns how many bytes did not. */
  add(chunk: Buffer): number {
    const kept = Math.min(chunk.length, this.#most - this.#size);
    const size = this.#size + kept;
    if (size > this.#buffer.length) this.#grow(size);
    chunk.copy(this.#buffer, this.#size, 0, kept);
    this.#size = size;
    return chunk.length - kept;
  }

  /** What was kept, without copying it: good until the next `add`. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  /** Hands out what was kept, and begins anew. */
  take(): Buffer {
    const bytes = this.bytes();
    this.#buffer = Buffer.alloc(0);
    this.#size = 0;
    return bytes;
  }

  #grow(size: number): void {
    const wanted = Math.max(FIRST, size, 2 * this.#buffer.length);
    const bigger = Buffer.allocUnsafeSlow(Math.min(this.#most, wanted));
    this.#buffer.copy(bigger, 0, 0, this.#size);
    this.#buffer = bigger;
  }
}
