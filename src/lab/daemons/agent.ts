import { requestJson } from '../http-client.ts';
import { beginDaemon, type DaemonArguments, declareReady } from './daemon.ts';

const everyMs = 1000;

/**
 * A working agent: reads its messages from the broker and sends one to the next agent in turn. A broker that is away, or
 * refuses, is tried again the next time round.
 */
export function runAgent(daemon: DaemonArguments): void {
  const config = beginDaemon(daemon);
  const others = config.agents.filter((name) => name !== daemon.service);
  const messages = `${config.brokerUrl}/v1/messages`;
  const { agentToken: token } = config;
  let turn = 0;
  let seen = 0;

  const converse = async (): Promise<void> => {
    const inbox = await requestJson('GET', `${messages}?agent=${daemon.service}&after=${seen}`, { token });
    if (inbox.status === 200) seen = Math.max(seen, newest(inbox.body));
    const to = others[turn % others.length];
    turn += 1;
    const body = {
      from: daemon.service,
      to,
      body: `${daemon.service} to ${to}: ${turn}; read up to ${seen}`,
    };
    await requestJson('POST', messages, { token, body });
  };

  const loop = async (): Promise<void> => {
    await converse().catch(() => undefined);
    setTimeout(() => void loop(), everyMs);
  };
  declareReady(daemon);
  void loop();
}

/** The highest sequence number among the messages of an inbox; 0 where there is none. */
export function newest(inbox: unknown): number {
  const list = Array.isArray(inbox) ? inbox : ((inbox as { messages?: unknown } | null)?.messages ?? []);
  if (!Array.isArray(list)) return 0;
  return list.reduce((highest: number, message: { seq?: unknown }) => {
    return typeof message.seq === 'number' ? Math.max(highest, message.seq) : highest;
  }, 0);
}
