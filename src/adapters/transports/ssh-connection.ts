import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { type Connection, type Ending, NothingSent, type Running } from './transport.ts';

/**
 * One connection after its login. `before` are the connections to jump hosts that it goes through, which end with it.
 */
export class SshConnection implements Connection {
  readonly hostKey: string;
  readonly #where: string;
  readonly #client: Client;
  readonly #before: Connection | null;
  #lost: string | null = null;

  constructor(where: string, client: Client, hostKey: string, before: Connection | null) {
    this.#where = where;
    this.#client = client;
    this.hostKey = hostKey;
    this.#before = before;
    // Without a listener an error after login would end the whole program; `close` follows every one.
    client.on('error', (error) => {
      this.#lost ??= `${where}: the ssh connection was lost (${error.message.split('\n')[0]})`;
    });
    client.on('close', () => {
      this.#lost ??= `${where}: the ssh connection was lost`;
    });
  }

  start(command: string): Promise<Running> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) return reject(new NothingSent(this.#lost));
      // Called with an error where the connection closes before the channel opened (ssh2 does so on `close`).
      try {
        this.#client.exec(command, (error, channel) => {
          if (error) reject(this.#unstarted(error));
          else resolve(this.#attach(channel));
        });
      } catch (error) {
        // It throws before it writes anything.
        reject(new NothingSent(this.#lost ?? `${this.#where}: ${(error as Error).message}`));
      }
    });
  }

  /**
   * A channel is opened first, and the command sent only over one that is open (RFC 4254, 5.1 and 6.5). A server's refusal to open it
   * comes with a numbered reason; any other error may have come after the command was sent.
   */
  #unstarted(error: Error & { readonly reason?: unknown }): Error {
    const said = error.message.split('\n')[0] ?? '';
    if (typeof error.reason === 'number')
      return new NothingSent(
        `${this.#where}: the server refuses another session on this connection (${said}); raise MaxSessions in its sshd_config, which is 10 unless set`,
      );
    return new Error(this.#lost ?? `${this.#where}: cannot start a command (${said})`);
  }

  #attach(channel: ClientChannel): Running {
    channel.on('error', () => {});
    let ending: Ending | null = null;
    channel.on('exit', (code: number | null, signal?: string) => {
      ending = { code, reason: code === null ? `ended by ${signal ?? 'a signal'}` : null };
    });
    const ended = new Promise<Ending>((resolve) => {
      channel.once('close', () =>
        resolve(ending ?? { code: null, reason: this.#lost ?? `${this.#where}: the command was cut off` }),
      );
    });
    const kill = (): void => {
      // A server need not keep to its window (RFC 4254, 5.2): what it still sends is dropped, and not stored until somebody reads it.
      for (const stream of [channel, channel.stderr]) stream.removeAllListeners('data').resume();
      if (this.#lost !== null) return;
      // A server need not honour "signal" (RFC 4254, 6.9); closing the channel ends its input and output in any case.
      channel.signal('KILL');
      channel.close();
    };
    return { input: channel, output: channel, errors: channel.stderr, ended, kill };
  }

  /** A stream to a port that this host can reach, for the connection to the next one. */
  forward(address: string, port: number, timeoutMs: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      let over = false;
      const refused = (why: string): void => {
        over = true;
        clearTimeout(late);
        reject(
          new Error(
            `${this.#where}: it cannot pass the connection on to ${address}, port ${port} (${this.#lost ?? why.split('\n')[0]}); check the address as seen from there, and AllowTcpForwarding`,
          ),
        );
      };
      // It waits for the next host as long as its own system does, which may be minutes.
      const late = setTimeout(() => refused(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
      try {
        this.#client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
          if (over) return channel?.destroy();
          if (error) return refused(error.message);
          clearTimeout(late);
          resolve(channel);
        });
      } catch (error) {
        refused((error as Error).message);
      }
    });
  }

  async close(): Promise<void> {
    await this.#end();
    await this.#before?.close();
  }

  #end(): Promise<void> {
    if (this.#lost !== null) return Promise.resolve();
    this.#lost = `${this.#where}: the connection is closed`;
    return new Promise((resolve) => {
      // A black-holed connection would never confirm.
      const force = setTimeout(() => this.#client.destroy(), 2_000);
      this.#client.once('close', () => {
        clearTimeout(force);
        resolve();
      });
      this.#client.end();
    });
  }
}
