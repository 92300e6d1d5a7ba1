import { processOf } from './03-baseline/foreign-words.ts';
import { createObserver } from './06-observe/observer.ts';
import { asksStatus, readsStore } from './model/coverage.ts';
import { inWhatTime } from './model/foresight.ts';
import { type Inventory, isCommand } from './model/inventory.ts';
import type { Entry, EntryBody } from './model/journal.ts';
import type { ManagedReading } from './model/manager.ts';
import { isHalted } from './model/ownership.ts';
import type { Plan, PlannedService } from './model/plan.ts';
import type { Reading } from './model/reading.ts';
import { foretold } from './model/revival.ts';
import type { Observer } from './ports/observer.ts';
import type { Journal, World } from './ports/world.ts';

/** How long every host may take to be looked through, and every source to answer. */
const LOOK_WITHIN_MS = 15_000;
const ANSWER_WITHIN_MS = 5_000;

/** One thing that a drill will need. */
export interface Examined {
  /** Null: not of one host. */
  readonly host: string | null;
  readonly what: string;
  readonly isThere: boolean;
  readonly found: string;
  /** What to do about it; null where nothing need be done. */
  readonly fix: string | null;
}

/**
 * Looks whether everything is there that drills of this fleet will need. Halts, resumes, starts and writes nothing; what it leaves on
 * a host for a moment is its probe and a canary. `plan` has every
 * service of the fleet as a target; `id` is that under which the world's links were made.
 */
export async function examineFleet(
  {
    plan: declared,
    inventory,
    id,
  }: { readonly plan: Plan; readonly inventory: Inventory; readonly id: string },
  outside: World,
): Promise<readonly Examined[]> {
  const seen: EntryBody[] = [];
  const world: World = { ...outside, journal: remembering(seen) };
  const host = declared.services.find(({ name }) => name === declared.broker)?.host ?? null;
  // Once, before anything else: a broker that is asked again and again with a wrong token locks it out.
  const tokens = await aboutTokens(host, declared, inventory, world);
  const isRefused = tokens.some(({ isThere }) => !isThere);
  const plan = isRefused ? { ...declared, sources: { ...declared.sources, status: false } } : declared;
  const observer = createObserver(plan, id, world);
  try {
    const unreachable = await observer.open();
    observer.start();
    const { clock } = world;
    const looked = (): boolean =>
      world.stop.aborted ||
      (observer.blindSpots().length === 0 &&
        (!asksStatus(plan) || observer.status?.reading.kind === 'present') &&
        (!readsStore(plan) || observer.store?.reading.kind === 'present') &&
        (!plan.sources.exchange || observer.exchange !== null) &&
        plan.services.every((one) => rootsOf(one, observer).length === one.instances));
    await observer.until(looked, clock.nowMs() + LOOK_WITHIN_MS);
    const [uncontrolled, managed] = await Promise.all([
      observer.control('calibration'),
      observer.readManagers('baseline'),
      observer.readAudit(),
    ]);
    const hosts = await Promise.all(
      plan.hosts.map(async ({ name }) => [
        ...aboutHost(name, plan, { unreachable, uncontrolled }, observer),
        ...(await aboutPrograms(name, plan, inventory, world)),
        ...plan.services
          .filter(({ host }) => host === name)
          .flatMap((service) => aboutService(service, managed, plan, observer)),
      ]),
    );
    const broker = await aboutBroker(declared, inventory, seen, isRefused, world, observer);
    return [...hosts.flat(), ...broker, ...tokens];
  } finally {
    await observer.stop();
  }
}

function ok(host: string | null, what: string, found: string): Examined {
  return { host, what, isThere: true, found, fix: null };
}

function gap(host: string | null, what: string, found: string, fix: string): Examined {
  return { host, what, isThere: false, found, fix };
}

/** Lines that begin with a host's name speak of it. */
function of(host: string, lines: readonly string[]): string | null {
  const line = lines.find((one) => one.startsWith(`${host}:`) || one.startsWith(`${host} (`));
  return line === undefined ? null : line.replace(/^[^:]*: /, '');
}

function aboutHost(
  host: string,
  plan: Plan,
  trouble: { readonly unreachable: readonly string[]; readonly uncontrolled: readonly string[] },
  observer: Observer,
): Examined[] {
  const planned = plan.hosts.find(({ name }) => name === host);
  const lost = of(host, trouble.unreachable);
  if (lost !== null)
    return [
      gap(
        host,
        'login',
        lost,
        'mend address, user, key or known-hosts in the inventory, or the host; nothing else was looked at there',
      ),
    ];
  const blind = of(host, observer.blindSpots());
  const uncontrolled = of(host, trouble.uncontrolled);
  const others = observer.foreignCanaries().filter((one) => one.host === host && !one.expired);
  return [
    ok(host, 'login', planned?.reachedBy ?? ''),
    planned?.pin === undefined
      ? gap(
          host,
          'identity',
          'it is not pinned',
          'run haltdrill pin, once it is sure that this is the machine',
        )
      : ok(host, 'identity', `it is ${planned.pin.hostname}, as it was pinned`),
    blind === null
      ? ok(host, 'process table', 'seen in full')
      : gap(host, 'process table', blind, 'log in as root, or mount /proc without hidepid'),
    uncontrolled === null
      ? ok(host, 'canary', 'planted, seen, ended, and seen to be gone')
      : gap(host, 'canary', uncontrolled, 'see that its user may start processes there'),
    ...(others.length === 0
      ? []
      : [
          gap(
            host,
            'other drills',
            `drill ${others[0]?.drillId} seems to run there (${others.map(processOf).join('; ')})`,
            'wait for its end or, if nobody runs it, end it',
          ),
        ]),
  ];
}

/** Whether what will be run on a host, or on the controller (null), can be found there. */
async function aboutPrograms(
  host: string | null,
  plan: Plan,
  { broker }: Inventory,
  world: World,
): Promise<Examined[]> {
  const wanted = [
    ...[broker.halt, broker.resume, broker.status].flatMap((one) =>
      one !== null && isCommand(one) && one.host === host ? [one.run[0]] : [],
    ),
    ...(broker.manualResume ?? []).flatMap((step) => (step.host === host ? [step.run[0]] : [])),
    ...plan.services.flatMap((service) => (service.host === host ? [service.start?.[0]] : [])),
  ].filter((program) => program !== undefined);
  const programs = [...new Set(wanted)];
  if (programs.length === 0) return [];
  const look = 'for p in "$@"; do command -v -- "$p" >/dev/null 2>&1 || printf "%s\\n" "$p"; done';
  const argv = ['sh', '-c', look, 'sh', ...programs];
  const link = host === null ? null : world.hosts.get(host);
  const ran = await (link === null || link === undefined
    ? world.controller.run(argv, ANSWER_WITHIN_MS)
    : link.run(argv));
  // A host that cannot be asked has said so by now.
  if (ran.kind !== 'present') return [];
  const missing = ran.value.output.split('\n').filter((line) => line !== '');
  return [
    missing.length === 0
      ? ok(host, 'programs', `${programs.length} that the inventory runs there can be run`)
      : gap(
          host,
          'programs',
          `cannot be run: ${missing.join(', ')}`,
          'install them, or mend their paths in the inventory',
        ),
  ];
}

function rootsOf({ name }: PlannedService, observer: Observer) {
  return (observer.livesOf(name) ?? []).filter(({ part }) => part === 'root');
}

function aboutService(
  service: PlannedService,
  managed: readonly ManagedReading[],
  plan: Plan,
  observer: Observer,
): Examined[] {
  const { name, host, instances, start } = service;
  if (observer.livesOf(name) === null)
    return [
      gap(
        host,
        `service ${name}`,
        'its host could not be looked at',
        `mend what is wrong with ${host} first`,
      ),
    ];
  const roots = rootsOf(service, observer);
  const lives = roots.map(({ pid, start: began }) => `pid ${pid}, start ${began}`).join('; ');
  return [
    roots.length === instances
      ? ok(host, `service ${name}`, lives)
      : gap(
          host,
          `service ${name}`,
          `${roots.length} of ${instances} found${lives === '' ? '' : ` (${lives})`}`,
          'start it, or mend its match or instances in the inventory',
        ),
    ...(start === null
      ? [gap(host, `start of ${name}`, 'nothing is known that starts it', 'add start to it in the inventory')]
      : []),
    ...aboutManager(service, managed, plan),
  ];
}

/** What its manager says, and what would start it again. A host without a manager has nothing to mend. */
function aboutManager(
  { name, host }: PlannedService,
  managed: readonly ManagedReading[],
  plan: Plan,
): Examined[] {
  const one = managed.find(({ service }) => service === name);
  const revives = one === undefined ? null : foretold(one).revives;
  const revival = revives === null ? null : `${revives.by} may revive it, ${inWhatTime(revives)}`;
  if (plan.hosts.find((it) => it.name === host)?.manager === 'none')
    return revival === null ? [] : [ok(host, `schedules of ${name}`, revival)];
  if (one?.reading.kind === 'present')
    return [ok(host, `manager of ${name}`, revival === null ? 'knows it' : `knows it; ${revival}`)];
  return [
    gap(
      host,
      `manager of ${name}`,
      one?.reading.kind === 'unreadable' ? one.reading.reason : 'does not know it',
      'mend its label, or manager and manager-command of its host',
    ),
    ...(revival === null ? [] : [ok(host, `schedules of ${name}`, revival)]),
  ];
}

async function aboutBroker(
  plan: Plan,
  inventory: Inventory,
  seen: readonly EntryBody[],
  isRefused: boolean,
  world: World,
  observer: Observer,
): Promise<Examined[]> {
  const host = plan.services.find(({ name }) => name === plan.broker)?.host ?? null;
  const api = observer.status?.reading;
  const store = observer.store?.reading;
  const audit = seen.findLast((entry) => entry.kind === 'audit');
  const halted = [
    api?.kind === 'present' ? api.value : null,
    store?.kind === 'present' ? store.value.state : null,
  ].find((state) => state !== null && isHalted(state));
  return [
    ...(await aboutPrograms(null, plan, inventory, world)),
    isRefused && asksStatus(plan)
      ? gap(host, 'status', 'it was not asked, since a token is not accepted', 'mend the token first')
      : asksStatus(plan)
        ? source(host, 'status', api, 'see that it runs, and mend broker.status in the inventory')
        : ok(host, 'status', 'none is declared: not covered'),
    readsStore(plan)
      ? source(host, 'state', store, 'mend broker.state in the inventory, or what it names')
      : ok(host, 'state', 'none is declared: not covered'),
    plan.sources.audit === null
      ? ok(host, 'audit log', 'none is declared: not covered')
      : source(
          host,
          'audit log',
          audit?.kind === 'audit' ? audit.read.reading : undefined,
          'mend broker.audit in the inventory, or what it names',
        ),
    ...(plan.sources.exchange
      ? [
          source(
            null,
            'exchange',
            observer.exchange?.reading,
            'mend exchange in the inventory, or what it names',
          ),
        ]
      : []),
    ...(halted === undefined || halted === null
      ? []
      : [
          gap(
            host,
            'halt state',
            `it is halted: level ${halted.level}, incident ${halted.incident ?? 'none'}`,
            'resume it first',
          ),
        ]),
  ];
}

function source(
  host: string | null,
  what: string,
  read: Reading<unknown> | undefined,
  fix: string,
): Examined {
  if (read?.kind === 'present') return ok(host, what, 'can be read');
  const why =
    read === undefined ? 'it gave no answer' : read.kind === 'unreadable' ? read.reason : 'it is empty';
  return gap(host, what, why, fix);
}

async function aboutTokens(
  host: string | null,
  plan: Plan,
  { broker }: Inventory,
  world: World,
): Promise<Examined[]> {
  if (broker.auth === null) return [ok(host, 'token', 'none is declared')];
  if (broker.status === null || isCommand(broker.status))
    return [ok(host, 'token', 'it is there; nothing can be asked with it before a drill')];
  const roles = [
    ['operator', 'token'] as const,
    ...(plan.secondOperator ? [['second', 'second token'] as const] : []),
  ];
  return Promise.all(
    roles.map(async ([role, what]) => {
      const answer = await world.broker.rehearse(role, ANSWER_WITHIN_MS);
      if (answer.kind !== 'present')
        return gap(
          host,
          what,
          answer.kind === 'unreadable' ? answer.reason : 'no answer',
          'see that the broker answers',
        );
      const { status } = answer.value;
      return status >= 200 && status <= 299
        ? ok(host, what, 'accepted')
        : gap(
            host,
            what,
            `not accepted (HTTP ${status})`,
            'give the right one in the variable that the inventory names',
          );
    }),
  );
}

function remembering(seen: EntryBody[]): Journal {
  return {
    append: (body): Entry['id'] => {
      // Samples are looked at as they come, and are many.
      if (body.kind === 'audit') seen.push(body);
      return 'none';
    },
    sync: () => Promise.resolve(),
  };
}
