import { foresightOf, revivalLine } from './model/foresight.ts';
import { plain } from './model/harmless.ts';
import type { ManagedReading } from './model/manager.ts';
import { type HostPin, unlikePin } from './model/pin.ts';
import type { Plan } from './model/plan.ts';
import { type Reading, unreadable } from './model/reading.ts';
import type { World } from './ports/world.ts';

/** How long a host may take to be reached and asked: nobody waits for a plan until a dead host times out. */
const ANSWER_WITHIN_MS = 8_000;

/**
 * What will bite a halt, and how soon something could start a target again, as the managers, cron and at of the targets' hosts say now: in
 * words for a plan. Nothing else is done on any host, and one that cannot be asked is named. Opens links, and leaves it to the caller to
 * close them. Never rejects.
 */
export async function foresee(
  plan: Plan,
  world: Pick<World, 'hosts' | 'managers' | 'clock'>,
): Promise<readonly string[]> {
  const targets = plan.services.filter(({ role }) => role === 'target');
  const hosts = [...new Set(targets.map(({ host }) => host))];
  const answers = await Promise.all(
    hosts.map(async (host) => {
      const services = targets.filter((target) => target.host === host).map(({ name }) => name);
      const pin = plan.hosts.find(({ name }) => name === host)?.pin;
      return { host, reading: await askedInTime(host, services, pin, world) };
    }),
  );
  const managed = answers.flatMap(({ reading }) => (reading.kind === 'present' ? reading.value : []));
  const silent = answers.flatMap(({ host, reading }) =>
    reading.kind === 'unreadable' ? [`${host} could not be asked: ${plain(reading.reason, 200)}.`] : [],
  );
  const none = silent.length === 0 ? ['Nothing is known that would start a target again.'] : [];
  return [...foresightOf(plan, managed), revivalLine(plan, managed) ?? none, ...silent].flat();
}

async function askedInTime(
  host: string,
  services: readonly string[],
  pin: HostPin | undefined,
  { hosts, managers, clock }: Pick<World, 'hosts' | 'managers' | 'clock'>,
): Promise<Reading<readonly ManagedReading[]>> {
  const answered = new AbortController();
  const late = clock
    .sleep(ANSWER_WITHIN_MS, answered.signal)
    .then(() => unreadable(`no answer within ${ANSWER_WITHIN_MS / 1000} s`));
  const asked = async (): Promise<Reading<readonly ManagedReading[]>> => {
    const identity = await hosts.get(host)?.open();
    if (identity?.kind !== 'present') return identity ?? unreadable('it has no link');
    // Another machine than was meant: nothing more is asked there.
    const unlike = unlikePin(pin, identity.value);
    if (unlike !== null) return unreadable(`it is not the machine that was pinned: ${unlike}`);
    return (await managers.get(host)?.read(services)) ?? unreadable('it has no link');
  };
  const reading = await Promise.race([asked(), late]);
  answered.abort();
  return reading;
}
