import { connect, createServer, type Server, type Socket } from 'node:net';

/** The cable between a host and everybody else. */
export interface Line {
  /** Every connection is reset, and none is made any more. */
  cut(): void;
  /** Connections are made again; those that were silenced are reset. */
  mend(): void;
  /** Connections stay open, and nothing passes over them any more; new ones are accepted in silence. */
  silence(): void;
}

/** A server's own way in, at `inner` (a Unix socket), and the port of 127.0.0.1 at which the world finds it. */
export function layLine(port: number, inner: string, ready: () => void): Line {
  const ends = new Set<Socket>();
  let silent = false;

  const join = (outer: Socket): void => {
    ends.add(outer);
    outer.on('error', () => undefined).on('close', () => ends.delete(outer));
    if (silent) return;
    const within = connect(inner);
    ends.add(within);
    within.on('error', () => outer.destroy());
    within.on('close', () => {
      ends.delete(within);
      if (!silent) outer.destroy();
    });
    outer.on('close', () => within.destroy());
    outer.pipe(within).pipe(outer);
  };
  const listen = (): Server => createServer(join).listen(port, '127.0.0.1', ready);
  let server: Server | null = listen();

  return {
    cut: () => {
      server?.close();
      server = null;
      for (const end of ends) end.destroy();
    },
    mend: () => {
      if (silent) for (const end of ends) end.destroy();
      silent = false;
      server ??= listen();
    },
    silence: () => {
      silent = true;
      for (const end of ends) end.unpipe().pause();
    },
  };
}
