import type { Act } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';

/** Kills the broker with SIGKILL while it is halted and waits for its supervisor to bring it back, answering. */
export async function crashBroker(
  plan: Plan,
  service: string,
  observer: Observer,
  world: World,
): Promise<'back' | 'not back'> {
  const { clock, journal } = world;
  const host = plan.services.find(({ name }) => name === service)?.host ?? '';
  const victim = observer.livesOf(service)?.find((life) => life.part === 'root');
  const link = world.hosts.get(host);
  if (!victim || !link) return 'not back';

  const act: Act = { act: 'crash', service, host, pid: victim.pid, start: victim.start };
  const intent = journal.append({
    kind: 'intent',
    act,
    undo: `its supervisor brings ${service} back; if it does not, start it`,
  });
  await journal.sync();
  observer.restStore();
  const startedMs = clock.nowMs();
  const killed = await link.killLife(victim);
  // Again: an answer that the old life still gave does not count.
  observer.restStore();
  const endedMs = clock.nowMs();
  const command =
    killed.kind === 'present' ? { kind: 'present' as const, value: { exitCode: 0, output: '' } } : killed;
  journal.append({ kind: 'outcome', intent, act, startedMs, endedMs, reply: null, command });

  // What answers before a new life of it is seen may be anything: a cache, a proxy.
  let bornMs: number | null = null;
  const back = (): boolean => {
    const isThere = (observer.livesOf(service) ?? []).some(
      (life) => life.part === 'root' && life.key !== victim.key,
    );
    bornMs = isThere ? (bornMs ?? clock.nowMs()) : null;
    const { status } = observer;
    return bornMs !== null && status?.reading.kind === 'present' && status.sentMs >= bornMs;
  };
  await observer.until(() => world.stop.aborted || back(), endedMs + plan.timing.crashWithinMs);
  return back() ? 'back' : 'not back';
}
