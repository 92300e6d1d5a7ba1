import { asksStatus, readsStore } from '../model/coverage.ts';
import { steadyEveryMs } from '../model/drill.ts';
import type { Plan } from '../model/plan.ts';
import type { Observer } from '../ports/observer.ts';
import type { World } from '../ports/world.ts';
import { HostControls } from './controls.ts';
import { crossCheck } from './cross-check.ts';
import { HostWatch } from './host-watch.ts';
import { readManagers } from './managers.ts';
import { type BrokerSeen, StateWatch } from './state-watch.ts';

/**
 * How often canaries take turns: well inside a canary's lease, which is 20 s. While something is to happen also within the time
 * that a halt may take, so that a table that is stale from T0 on is found out before the deadline.
 */
const ROTATE_EVERY_MS = { quick: 3_000, steady: 6_000 } as const;

/** Observation runs beside the other stages, from the baseline until after the proven undo, and journals all it sees. */
export function createObserver(plan: Plan, drillId: string, world: World): Observer {
  const { clock } = world;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    tellServices();
    for (const look of [...waiting]) look();
  };
  const until = async (condition: () => boolean, untilMs: number): Promise<boolean> => {
    if (condition()) return true;
    const met = new AbortController();
    const look = (): void => {
      if (condition()) met.abort();
    };
    waiting.add(look);
    await clock.sleep(Math.max(0, untilMs - clock.nowMs()), met.signal);
    waiting.delete(look);
    return met.signal.aborted || condition();
  };

  const ended = new AbortController();
  const untilEnded: typeof until = (condition, untilMs) =>
    until(() => ended.signal.aborted || condition(), untilMs);

  const watches = [...world.hosts.values()].map((link) => new HostWatch(plan, world, link));
  const controls = new Map(
    watches.map((watch) => [watch.host, new HostControls(watch, world, drillId, untilEnded)] as const),
  );
  const brokerMustStop = plan.services.some(({ name, role }) => name === plan.broker && role === 'target');
  const seen: BrokerSeen = {
    lives: () =>
      livesOf(plan.broker)
        ?.filter(({ part }) => part === 'root')
        .map(({ key }) => key) ?? null,
    mustBeDown: () => brokerMustStop && livesOf(plan.broker)?.length === 0,
  };
  const state = new StateWatch(world, seen, { status: asksStatus(plan), store: readsStore(plan) });
  let pace: 'quick' | 'steady' = 'quick';
  let rotations: Promise<unknown> = Promise.resolve();
  const hostOf = new Map(plan.services.map((service) => [service.name, service.host]));
  const watchOf = new Map(watches.map((watch) => [watch.host, watch]));

  const livesOf: Observer['livesOf'] = (service) => {
    const watch = watchOf.get(hostOf.get(service) ?? '');
    return watch?.readable ? watch.table.livesOf(service) : null;
  };
  const tellServices = serviceTeller(plan, world, (service, host) => {
    const watch = watchOf.get(host);
    return watch?.readable ? watch.table.livesOf(service).length > 0 : null;
  });

  const rotate = async (watch: HostWatch): Promise<void> => {
    while (!ended.signal.aborted) {
      await controls.get(watch.host)?.rotate();
      await clock.sleep(ROTATE_EVERY_MS[pace], ended.signal);
    }
  };

  return {
    async open() {
      const troubles = await Promise.all(
        watches.map(async (watch) => {
          const trouble = await watch.open();
          return trouble === null ? [] : [`${watch.host}: ${trouble}`];
        }),
      );
      return troubles.flat();
    },
    start() {
      for (const watch of watches) watch.start(wake);
      state.start(wake);
      rotations = Promise.all(watches.map(rotate));
    },
    until,
    livesOf,
    get status() {
      return state.status;
    },
    get store() {
      return state.store;
    },
    get exchange() {
      return state.exchange;
    },
    get firstExchange() {
      return state.firstExchange;
    },
    lastTrade: (asset) => state.lastTrade(asset),
    lastBeat: (service) => watchOf.get(hostOf.get(service) ?? '')?.beats.last(service) ?? null,
    blindSpots() {
      return watches.flatMap((watch) =>
        watch.blindSpot === null ? [] : [`${watch.host}: ${watch.blindSpot}`],
      );
    },
    async control(purpose, killAtMs) {
      const troubles = await Promise.all(
        [...controls].map(async ([host, control]) => {
          const trouble = await control.check(purpose, killAtMs);
          return trouble === null ? [] : [`${host}: ${trouble}`];
        }),
      );
      return troubles.flat();
    },
    pace(which) {
      pace = which;
      const everyMs = which === 'quick' ? plan.timing.sampleEveryMs : steadyEveryMs(plan.timing);
      for (const watch of watches) watch.pace(everyMs);
    },
    lookAgain() {
      for (const watch of watches) watch.table.lookAgain();
    },
    lookedAgain: () => watches.every((watch) => !watch.readable || watch.table.lookedAgain),
    async crossCheck() {
      await Promise.all(watches.map((watch) => crossCheck(plan, world, watch, untilEnded)));
    },
    async readManagers(moment) {
      const managed = await readManagers(moment, plan, world);
      for (const { service, reading } of managed) {
        const group = reading.kind === 'present' ? reading.value.controlGroup : null;
        if (group != null) watchOf.get(hostOf.get(service) ?? '')?.table.owns(service, group);
      }
      return managed;
    },
    readAudit: () => state.readAudit(),
    readMessages: (mark) => state.readMessages(mark),
    readStateNow: () => state.readNow(),
    sampledSince: (ms) => watches.every((watch) => watch.sampledSince(ms)),
    unseenSince: (ms) => watches.filter((watch) => !watch.heardSince(ms)).map(({ host }) => host),
    foreignCanaries: () =>
      watches.flatMap((watch) =>
        watch.table.runnersBut(drillId).map((one) => ({ host: watch.host, ...one })),
      ),
    restStore: () => state.restStore(),
    async stop() {
      ended.abort();
      wake();
      await Promise.all(watches.map((watch) => watch.stop()));
      await Promise.all([state.stop(), rotations]);
    },
  };
}

/** Tells the operator when a service is first seen, goes, comes back, or can no longer be seen. */
function serviceTeller(
  plan: Plan,
  world: World,
  isUp: (service: string, host: string) => boolean | null,
): () => void {
  const told = new Map<string, boolean | null>();
  const fell = new Set<string>();
  return () => {
    for (const { name, host } of plan.services) {
      const up = isUp(name, host);
      if (told.get(name) === up || (up !== true && !told.has(name))) continue;
      told.set(name, up);
      if (up === false) fell.add(name);
      const state = up === null ? 'unknown' : !up ? 'down' : fell.has(name) ? 'back' : 'up';
      world.progress({ kind: 'service', service: name, host, state });
    }
  };
}
