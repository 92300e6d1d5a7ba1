import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { localTransport } from '../../src/adapters/transports/local.ts';
import { commandLine } from '../../src/adapters/transports/quote.ts';
import type { HostTransport, Running } from '../../src/adapters/transports/transport.ts';

const RESPONDER = fileURLToPath(new URL('responder.mjs', import.meta.url));

/** In what a host may turn that was as it should be; behaviours.mjs says what each is. */
export const TURNS = [
  'drip',
  'too-many',
  'a-million',
  'at-the-bound',
  'a-chain',
  'endless-rows',
  'a-long-line',
  'empty-lines',
  'a-long-record',
  'zombies',
  'churn',
  'spells',
  'mute',
  'complaints',
  'unasked',
] as const;

/** How a host answers. */
export type Behaviour = 'calm' | (typeof TURNS)[number];

export interface HostileHost extends HostTransport {
  /** Everything that was started on it. */
  readonly started: readonly Running[];
}

/**
 * A host on this machine, by pipes, where a program of ours stands in for the probe. When its input ends it leaves a writer of
 * `leftBytes` behind that holds its output.
 */
export function hostileHost(behaviour: Behaviour, leftBytes = 0): HostileHost {
  const started: Running[] = [];
  return {
    started,
    async open() {
      const connection = await localTransport().open();
      return {
        hostKey: null,
        close: () => connection.close(),
        start: async () => {
          const argv = [process.execPath, RESPONDER, behaviour, String(leftBytes)];
          const running = await connection.start(commandLine(argv));
          const given = behaviour === 'drip' ? inPacketsOfOneByte(running) : running;
          started.push(given);
          return given;
        },
      };
    },
  };
}

function inPacketsOfOneByte(running: Running): Running {
  const output = new PassThrough();
  running.output.on('data', (chunk: Buffer) => {
    for (const byte of chunk) output.write(Buffer.from([byte]));
  });
  running.output.once('end', () => output.end());
  return { ...running, output };
}
