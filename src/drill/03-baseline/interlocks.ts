import type { Act, Interlock } from '../model/journal.ts';
import type { ManagedReading } from '../model/manager.ts';
import type { Plan } from '../model/plan.ts';
import type { ForeignCanary, Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import { inWords } from './foreign-words.ts';

const ANSWER_WITHIN_MS = 5_000;
/** The crash takes one start of the limit; the undo may need another. */
const STARTS_NEEDED = 2;

/** What keeps a drill from being run that would otherwise be fit to run. */
export type Refusal = Omit<Interlock, 'kind'>;

/**
 * What another drill of the same fleet seems to have alive, on any host. Labs are fleets of their own that share a machine and a
 * name; each is this process's alone. Here everything counts, whoever's it is: another operator may drill by another login, and
 * nothing on a host says whose that is. Two drills at once would be worse than one that was refused for nothing.
 */
export function otherDrills(plan: Plan, observer: Observer): ForeignCanary[] {
  return isLab(plan) ? [] : observer.foreignCanaries().filter(({ expired }) => !expired);
}

/** A refusal for each drill that has something alive: it names the processes and whose they are, so that somebody can judge and end them. */
export async function refuseOthers(plan: Plan, observer: Observer, world: World): Promise<Refusal[]> {
  const live = otherDrills(plan, observer);
  const refusals = [...new Set(live.map(({ drillId }) => drillId))].map(async (drillId): Promise<Refusal> => {
    const its = live.filter((one) => one.drillId === drillId);
    const seen = await inWords(its, world);
    const way = 'wait for its end or, if nobody runs it, end these processes';
    return {
      interlock: 'other-drill',
      host: its[0]?.host ?? null,
      service: null,
      why: `another drill of this fleet seems to be running: ${drillId}, by ${seen.join(', ')}; ${way}`,
    };
  });
  return Promise.all(refusals);
}

/** Ends canaries that have outlived their own end, of drills that have nothing else left. */
export async function removeExpired(plan: Plan, observer: Observer, world: World): Promise<void> {
  if (isLab(plan)) return;
  const all = observer.foreignCanaries();
  const live = new Set(all.filter(({ expired }) => !expired).map(({ drillId }) => drillId));
  const left = all.filter(({ expired, drillId }) => expired && !live.has(drillId));
  for (const canary of left) await remove(canary, world);
}

async function remove({ host, tag, bootId, pid, start }: ForeignCanary, world: World): Promise<void> {
  const { clock, journal, hosts, progress } = world;
  const link = hosts.get(host);
  if (link === undefined) return;
  const act: Act = { act: 'remove-canary', host, tag, pid, start };
  const intent = journal.append({ kind: 'intent', act, undo: 'none: it should have ended by itself' });
  await journal.sync();
  const startedMs = clock.nowMs();
  const killed = await link.killLife({ bootId, pid, start });
  const command =
    killed.kind === 'present' ? { kind: 'present' as const, value: { exitCode: 0, output: '' } } : killed;
  journal.append({ kind: 'outcome', intent, act, startedMs, endedMs: clock.nowMs(), reply: null, command });
  const outcome = { present: 'it was ended', absent: 'it has gone', unreadable: 'it could not be ended' };
  progress({
    kind: 'note',
    text: `${host}: a canary of an earlier drill (${tag}, pid ${pid}) had outlived its end; ${outcome[killed.kind]}`,
  });
}

/** A service that is to be crashed has to come back: by its manager or, failing that, by a start command. */
export function uncrashable(plan: Plan, managed: readonly ManagedReading[]): Refusal[] {
  const service = plan.services.find(({ name }) => name === plan.crash);
  if (service === undefined) return [];
  const { name, host, start } = service;
  const reading = managed.find((one) => one.service === name)?.reading;
  const known = reading?.kind === 'present' ? reading.value : null;
  const refusal = (why: string): Refusal[] => [
    {
      interlock: 'crash',
      host,
      service: name,
      why: `${name} on ${host}: the crash would not be survivable, ${why}`,
    },
  ];
  if (known?.comesBack !== true && start === null)
    return refusal('no manager is known to start it again, and there is no start command');
  const left = known?.startsLeft ?? null;
  return left !== null && left < STARTS_NEEDED
    ? refusal(`its start limit is nearly used up (${left} left)`)
    : [];
}

/** Whether the token of that role is accepted, where the undo will need it. A refused one would leave the fleet halted. */
export async function refusedToken(
  role: 'operator' | 'second',
  plan: Plan,
  world: World,
): Promise<Refusal[]> {
  if (role === 'second' && !plan.secondOperator) return [];
  const answer = await world.broker.rehearse(role, ANSWER_WITHIN_MS);
  const whose = role === 'second' ? 'the second operator’s token' : 'the operator’s token';
  const refusal = (why: string): Refusal[] => [
    {
      interlock: role === 'second' ? 'second-operator' : 'token',
      host: plan.services.find(({ name }) => name === plan.broker)?.host ?? null,
      service: plan.broker,
      why,
    },
  ];
  if (answer.kind !== 'present')
    return refusal(
      `${whose} could not be tried: ${answer.kind === 'unreadable' ? answer.reason : 'no answer'}`,
    );
  const { status } = answer.value;
  if (status === 401 || status === 403) return refusal(`${whose} is not accepted (HTTP ${status})`);
  return status >= 200 && status <= 299 ? [] : refusal(`${whose} could not be tried: HTTP ${status}`);
}

function isLab({ environment }: Plan): boolean {
  return environment.startsWith('lab:');
}
