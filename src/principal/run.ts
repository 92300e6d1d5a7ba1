import type { Commands } from './command/types.ts';
import type { Token } from './http/tokens.ts';
import { describe } from './ledger.ts';
import type { Broker } from './parts.ts';
import { type Answer, type BrokerServer, serveBroker } from './serve.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Serves a broker until SIGTERM or SIGINT, lets the requests under way finish, and then calls `close`.
 * Prints one line when it listens. Resolves when all is closed; the process then ends by itself. An error that nobody
 * caught is said; where nothing is halted all is closed too, and this rejects. A halt goes on: it is on disk what is
 * to be down, and nobody else sees to it.
 */
export async function runBroker(options: {
  readonly broker: Broker;
  readonly commands: Commands;
  readonly tokens: readonly Token[];
  readonly port: number;
  readonly address?: string;
  readonly warn: (text: string) => void;
  readonly around?: (answer: Answer) => Answer;
  readonly close: () => Promise<void>;
}): Promise<void> {
  // Before listening for requests, so that no signal finds nobody; and to the end, so that a second one cuts nothing short.
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  for (const signal of SIGNALS) process.on(signal, ask);
  let uncaught: unknown = null;
  const goOn = (error: unknown): void => {
    options.warn(`an error that nobody caught: ${describe(error)}`);
    if (options.broker.status().level > 0) return;
    uncaught = error;
    ask();
  };
  process.on('uncaughtException', goOn);
  let server: BrokerServer;
  try {
    server = await serveBroker(options);
  } catch (error) {
    await options.close();
    throw error;
  }
  const { level } = options.broker.status();
  process.stdout.write(`principal listens on ${server.url}, level ${level}\n`);
  await asked;
  await server.close();
  await options.close();
  for (const signal of SIGNALS) process.off(signal, ask);
  process.off('uncaughtException', goOn);
  if (uncaught !== null) throw new Error('ended, since nobody caught that error and nothing is halted');
}
