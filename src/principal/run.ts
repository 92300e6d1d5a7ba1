import type { Commands } from './command/types.ts';
import type { Token } from './http/tokens.ts';
import type { Broker } from './parts.ts';
import { type Answer, type BrokerServer, serveBroker } from './serve.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Serves a broker until SIGTERM or SIGINT, lets the requests under way finish, and then calls `close`.
 * Prints one line when it listens. Resolves when all is closed; the process then ends by itself.
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
  // Before listening for requests, so that no signal finds nobody. The listeners stay to the end: a command under way
  // makes execa listen too, and it would end the process by the signal if it were the only one left (signal-exit).
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  for (const signal of SIGNALS) process.on(signal, ask);
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
}
