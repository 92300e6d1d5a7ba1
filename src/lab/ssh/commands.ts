import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { ServerChannel, Session } from 'ssh2';
import { startProgram } from '../start-program.ts';

export interface CommandSettings {
  /** Asked for each command: rewrites what it prints, part by part; null or left out: byte for byte. */
  readonly output?: (command: string) => ((bytes: Buffer) => Buffer | Promise<Buffer>) | null;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The commands of one connection. */
export interface ConnectionCommands {
  /** Serves `exec` requests of a session; shells, terminals and subsystems are refused. */
  serve(session: Session): void;
  /** The connection is gone: its commands lose their streams. */
  hangUp(): void;
}

/** Runs the commands of all connections, and knows which of them still run. */
export interface Commands {
  connect(): ConnectionCommands;
  /** Ends every command, with all of its process group. */
  endAll(): void;
}

type Command = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Commands run as `/bin/sh -c`, each in a session and process group of its own. Their streams pass through byte for byte,
 * with back-pressure. When channel or connection close they lose their streams, as under sshd(8): one that reads or
 * writes then ends.
 */
export function createCommands(settings: CommandSettings): Commands {
  const running = new Set<Command>();

  const run = (command: string): Command => {
    const child = startProgram('/bin/sh', ['-c', command], {
      cwd: settings.cwd,
      env: { ...settings.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    child.once('error', () => running.delete(child));
    child.once('exit', () => running.delete(child));
    // EPIPE: a command need not read all of its input.
    child.stdin.on('error', () => undefined);
    return child;
  };

  const connect = (): ConnectionCommands => {
    const own = new Set<Command>();
    const serve = (session: Session): void => {
      session.on('pty', (_accept, reject) => reject?.());
      session.on('shell', (_accept, reject) => reject?.());
      session.on('exec', (accept, _reject, { command }) => {
        const channel = accept();
        const child = run(command);
        own.add(child);

        channel.on('error', () => undefined);
        channel.on('close', () => dropStreams(child));
        channel.pipe(child.stdin);
        const write = oneAtATime(channel);
        const rewrite = settings.output?.(command) ?? ((bytes: Buffer) => bytes);
        const sent = Promise.all([
          forward(child.stdout, async (bytes) => write(channel, await rewrite(bytes))),
          forward(child.stderr, (bytes) => write(channel.stderr, bytes)),
        ]);
        session.on('signal', (acceptSignal, _rejectSignal, { name }) => {
          acceptSignal?.();
          signalGroup(child, `SIG${name}` as NodeJS.Signals);
        });
        child.once('error', (error) => channel.stderr.write(`sh: ${error.message}\n`));
        // `close` comes once the process has ended and all of its output was read; what is left of it goes out first.
        child.once('close', (code, signal) => {
          own.delete(child);
          void sent.then(() => {
            if (signal === null) channel.exit(code !== null && code >= 0 ? code : 127);
            else channel.exit(signal.slice('SIG'.length), false, '');
            channel.end();
          });
        });
      });
    };
    return { serve, hangUp: () => own.forEach(dropStreams) };
  };

  return { connect, endAll: () => running.forEach((child) => void signalGroup(child, 'SIGKILL')) };
}

/** Reads a stream to its end, each part only once the one before it was taken. Resolves also where the stream is destroyed. */
async function forward(from: Readable, take: (bytes: Buffer) => Promise<void>): Promise<void> {
  try {
    for await (const bytes of from) await take(bytes as Buffer);
  } catch {
    // The channel is gone, and the streams with it.
  }
}

/**
 * Writes to a channel's two streams in turn. When the client makes room, ssh2 1.17 sends again the last chunk that ever
 * waited for it, or calls back whoever wrote that, instead of looking for who waits now (lib/server.js,
 * CHANNEL_WINDOW_ADJUST): a command that used up the window and then wrote to stderr never ended. So nobody may
 * wait beside another, and what has been sent must be forgotten.
 */
function oneAtATime(channel: ServerChannel): (to: Writable, bytes: Buffer) => Promise<void> {
  let last = Promise.resolve();
  return (to, bytes) => {
    last = last.then(
      () =>
        new Promise((resolve) => {
          to.write(bytes, () => {
            Object.assign(channel, NOBODY_WAITS);
            resolve();
          });
        }),
    );
    return last;
  };
}

const NOBODY_WAITS = {
  _chunk: undefined,
  _chunkcb: undefined,
  _chunkErr: undefined,
  _chunkcbErr: undefined,
};

function dropStreams(child: Command): void {
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
}

function signalGroup(child: Command, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone, or the client named a signal that this system does not have.
  }
}
