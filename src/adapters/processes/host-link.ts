import { randomBytes } from 'node:crypto';
import type { Host } from '../../drill/model/inventory.ts';
import {
  absent,
  present,
  type Reading,
  type Received,
  unreadable,
  unsent,
} from '../../drill/model/reading.ts';
import type { ProbeSample, SampleRequest } from '../../drill/model/sample.ts';
import type { Clock, HostLink, Opening } from '../../drill/ports/world.ts';
import type { Ask } from '../system/ask-here.ts';
import { askHost } from '../transports/ask-host.ts';
import { becomeRoot } from '../transports/become.ts';
import { commandLine } from '../transports/quote.ts';
import { runCommand } from '../transports/run-command.ts';
import { type Connection, type HostTransport, StrangeHostKey } from '../transports/transport.ts';
import { transportTo } from '../transports/transport-to.ts';
import { Answer } from './answer.ts';
import { listedByPs, listedRemotely } from './cross-check.ts';
import { killLife, killLifeOfPs } from './kill-life.ts';
import { isOfMacos, type ParsedIdentity, parseIdentity } from './parse-identity.ts';
import { probeCommand } from './probe-script.ts';
import { ProbeSession } from './probe-session.ts';
import { PS_PROBE_SCRIPT } from './ps-probe-script.ts';
import { rawSample } from './raw-sample.ts';
import { takePsSample, takeSample } from './take-sample.ts';

export interface HostLinkOptions {
  readonly drillId: string;
  /** The fleet's name; probe and canaries carry it in their argv. */
  readonly fleet: string;
  /** Heartbeat files of services on this host. */
  readonly heartbeats: readonly { readonly service: string; readonly file: string }[];
  readonly clock: Clock;
  /** How long the probe outlives the last request, milliseconds; canaries live at most twice as long. Default 10 s. */
  readonly leaseMs?: number;
  /** The shell on the host that runs the probe; `sh` unless told. */
  readonly shell?: readonly string[];
  /** The way to the host; by default the one that the inventory declares. */
  readonly transport?: HostTransport;
}

/** A host of which also may be asked what a command prints, its outputs apart and bounded as the asker wants. */
export interface AskableHost extends HostLink {
  readonly ask: Ask;
}

const OPEN_MS = 15_000;
const SAMPLE_MS = 5_000;
const COMMAND = { timeoutMs: 30_000, maxBytes: 65_536 };

interface Open {
  readonly connection: Connection;
  /** The same, as root where the host is looked at by root. What only looks uses it, and what kills what it looked at. */
  readonly looking: Connection;
  readonly session: ProbeSession;
  readonly about: ParsedIdentity;
  /** How its kind of host shows and ends processes. */
  readonly platform: { readonly take: typeof takeSample; readonly kill: typeof killLife };
}

/**
 * One host over one connection. `open` may be called again after a loss: it starts from nothing and proves the
 * identity anew. No method rejects; what could not be done is `unreadable` with the reason.
 */
export function createHostLink(host: Host, options: HostLinkOptions): AskableHost {
  const declared = host.transport;
  const transport = options.transport ?? transportTo(host);
  const leaseS = Math.max(1, Math.round((options.leaseMs ?? 10_000) / 1000));
  const services = options.heartbeats.map(({ service }) => service);
  const files = options.heartbeats.map(({ file }) => file);
  let state: Open | string = 'it was not opened';

  const trying = async <T>(work: (open: Open) => Promise<Reading<T>>): Promise<Reading<T>> => {
    if (typeof state === 'string') return unsent(`${host.name}: ${state}`);
    try {
      return await work(state);
    } catch (error) {
      return unreadable(`${host.name}: ${reasonOf(error)}`);
    }
  };
  const shut = async (why: string): Promise<void> => {
    const open = state;
    state = why;
    if (typeof open === 'string') return;
    await open.session.close().catch(() => {});
    await open.connection.close().catch(() => {});
  };
  const ask = async (
    session: ProbeSession,
    op: string,
    words: readonly (string | number)[] = [],
  ): Promise<Answer> => {
    const nonce = randomBytes(8).toString('hex');
    const { body } = await session.ask(nonce, [op, nonce, ...words].join(' '), SAMPLE_MS);
    return new Answer(body);
  };

  return {
    host: host.name,

    async open(): Promise<Opening> {
      await shut('it was opened again');
      let connection: Connection | undefined;
      let session: ProbeSession | undefined;
      try {
        connection = await transport.open();
        const probe = { fleet: options.fleet, drillId: options.drillId, leaseS, heartbeatFiles: files };
        const looking = host.become === 'sudo' ? await becomeRoot(connection) : connection;
        session = await ProbeSession.start(looking, probeCommand(probe, options.shell), options.clock);
        let hello = await whoAnswers(session);
        const isMacos = isOfMacos(hello);
        if (isMacos) {
          await session.close();
          const command = probeCommand(probe, options.shell, PS_PROBE_SCRIPT);
          session = await ProbeSession.start(looking, command, options.clock);
          hello = await whoAnswers(session);
        }
        const about = parseIdentity(hello);
        const platform = isMacos
          ? { take: takePsSample, kill: killLifeOfPs }
          : { take: takeSample, kill: killLife };
        state = { connection, looking, session, about, platform };
        return present({ ...about.identity, hostKey: connection.hostKey });
      } catch (error) {
        await session?.close().catch(() => {});
        await connection?.close().catch(() => {});
        state = reasonOf(error);
        const refused = unreadable(state.startsWith(`${host.name} (`) ? state : `${host.name}: ${state}`);
        return error instanceof StrangeHostKey ? { ...refused, strangeKey: error.fingerprint } : refused;
      }
    },

    isLost: () => typeof state === 'string' || state.session.isDead,

    sample: async (request: SampleRequest): Promise<Received<ProbeSample>> => {
      const { session } = typeof state === 'string' ? { session: null } : state;
      session?.takeTape();
      const sample = await trying(async ({ session, about, platform }) =>
        present(
          await platform.take(session, request, { ...about, heartbeats: services }, options.clock, SAMPLE_MS),
        ),
      );
      const tape = session?.takeTape();
      if (tape === undefined || tape.bytes === 0) return sample;
      const { nonce, mode } = request;
      return { ...sample, raw: rawSample(tape, { nonce, mode, readable: sample.kind === 'present' }) };
    },

    plantCanary: (tag) =>
      trying(async ({ session }) => {
        if (!/^[!-~]{1,200}$/.test(tag))
          return unreadable(`the canary's tag ${JSON.stringify(tag)} is not a plain word`);
        const [pid, ready] = (await ask(session, 'P', [tag, 2 * leaseS])).take('K').split(' ');
        if (ready !== 'ready' || !/^[1-9]\d*$/.test(pid ?? ''))
          return unreadable(`${host.name}: the canary did not come up`);
        return present({ pid: Number(pid) });
      }),

    killCanary: (pid) =>
      trying(async ({ session }) => {
        const outcome = (await ask(session, 'K', [pid])).take('K');
        if (outcome === 'ended') return present(true as const);
        return outcome === 'gone' ? absent : unreadable(`pid ${pid} is not a canary of this probe`);
      }),

    killLife: (life) => trying(({ looking, platform }) => platform.kill(looking, life)),

    run: (argv) => trying(({ connection }) => runCommand(connection, commandLine(argv), COMMAND)),

    ask: (argv, limits) => trying(({ connection }) => askHost(connection, argv, limits)),

    crossCheck:
      declared.kind === 'local' && host.become === null
        ? listedByPs
        : (pids) => trying(({ looking }) => listedRemotely(looking, pids)),

    close: () => shut('it was closed'),
  };
}

async function whoAnswers(session: ProbeSession): Promise<Buffer> {
  const nonce = randomBytes(8).toString('hex');
  return (await session.ask(nonce, `I ${nonce}`, OPEN_MS)).body;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
