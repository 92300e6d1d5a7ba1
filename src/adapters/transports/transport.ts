import type { Readable, Writable } from 'node:stream';

/** How a command ended. `code` is null where no exit code arrived: killed, or the connection was lost. */
export interface Ending {
  readonly code: number | null;
  /** Why there is no code, in words; null where there is one. */
  readonly reason: string | null;
}

/** A running command with piped input and output, 8-bit clean: the streams carry Buffers. */
export interface Running {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  /** Resolves once, after the output has been delivered; never rejects. */
  readonly ended: Promise<Ending>;
  /** Ends it by force, with whatever it started, as far as the transport can. Nothing that it still writes is delivered, or held. */
  kill(): void;
}

/** An open way to a host. After a loss every method fails at once. */
export interface Connection {
  /** SHA-256 fingerprint of the ssh host key (`SHA256:…`); null for a local one. */
  readonly hostKey: string | null;
  /** Starts a command line under the host's shell. Rejects with a one-line Error where it cannot: `NothingSent` where that is certain. */
  start(command: string): Promise<Running>;
  close(): Promise<void>;
}

/** A command that was certainly not run: the transport failed, or was refused, before one byte of it was sent. */
export class NothingSent extends Error {}

/** Who answers at the address shows a host key that is not the one on file. */
export class StrangeHostKey extends Error {
  readonly fingerprint: string;

  constructor(message: string, fingerprint: string) {
    super(message);
    this.name = 'StrangeHostKey';
    this.fingerprint = fingerprint;
  }
}

/** Opens connections to one host. `open` rejects with a one-line Error naming host, address and a way out. */
export interface HostTransport {
  open(): Promise<Connection>;
}
