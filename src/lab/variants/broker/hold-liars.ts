import { join } from 'node:path';
import { afterCrash } from '../../beside/broker-database.ts';
import { hostOf, targetOf } from '../../broker/hosts.ts';
import { whileHalted } from '../../broker/moments.ts';
import { services } from '../../fleet.ts';
import { requestJson } from '../../http-client.ts';
import { startProgram } from '../../start-program.ts';
import { waitUntil } from '../../wait-until.ts';
import { holdMs } from '../timing.ts';
import type { BrokerSite, LabSite, Variant } from '../variant.ts';

const traders = services.filter(({ kind }) => kind === 'trader').map(({ name }) => name);

const startAll = (site: BrokerSite): Promise<unknown> =>
  Promise.all(
    traders.map((name) => {
      const target = targetOf(site, name);
      return hostOf(site, target.host).stopper.start(target);
    }),
  );

/** Brokers that do not keep a halt up for as long as it has to last, and people who interfere with it. */
export const holdLiars: Readonly<Record<string, Variant>> = {
  'lifts-the-halt': {
    about: 'resumes by itself after a quarter of a hold, as if the halt had timed out',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'silent-downgrade',
      on: 'principal',
      also: ['respawned', 'false-claim', 'order-after-halt'],
    },
    broker: whileHalted(holdMs / 4, async (broker) => {
      const { level, incident, revision } = broker.status();
      const reason = 'the halt has timed out';
      await broker.resume({ level, incident: incident?.id ?? null, revision, reason }, 'principal');
    }),
  },
  'restart-revives-all': {
    about:
      'halted, and restarted, it starts what it stopped, some time later, and still says that it is halted',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'respawned',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: whileHalted(holdMs / 2, (_broker, site) => startAll(site)),
  },
  'restart-revives-one': {
    about: 'restarted, it finds hermes stopped and starts it at once, as its list of services demands',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'respawned',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: {
      around: (broker, site) => {
        if (broker.status().level > 0) {
          const target = targetOf(site, 'hermes');
          void hostOf(site, target.host).stopper.start(target);
        }
        return broker;
      },
    },
  },
  'stays-down-after-a-crash': {
    about: 'nothing brings the broker back when it is killed',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'broker-down',
      on: 'principal',
      also: ['unreadable-store', 'unreadable-broker', 'unrestored-service'],
    },
    daemons: { principal: { keepAlive: false } },
  },
  'cannot-start-while-halted': {
    about: 'cannot read its own halt when it starts, and gives up, again and again',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'broker-down',
      on: 'principal',
      also: ['survivor-restarted', 'unreadable-store', 'unreadable-broker', 'unrestored-service'],
    },
    // Its supervisor starts it over and over.
    alone: true,
    broker: {
      parts: ({ store }) => {
        if ((store.load()?.state.level ?? 0) > 0) throw new Error('halt_state: unexpected level');
        return {};
      },
    },
  },
  'second-operator-joins': {
    about: 'another operator halts at the same level during the hold',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'foreign-halt',
      on: 'principal',
      also: ['unrestored-service', 'incident-left-open'],
    },
    beside: (site) => haltToo(site, 2),
  },
  'second-operator-escalates': {
    about: 'another operator halts the whole fleet during the hold',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'foreign-halt',
      on: 'principal',
      also: ['collateral-stop', 'incident-rewritten', 'unrestored-service', 'incident-left-open'],
    },
    beside: (site) => haltToo(site, 3),
  },
  'somebody-starts-one': {
    about: 'somebody starts hermes by hand during the hold',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'respawned',
      on: 'hermes',
      also: ['restored-differently', 'false-claim', 'order-after-halt'],
    },
    beside: async (site) => {
      await halfAHold(site);
      startCopy(site);
    },
  },
  'stale-copy': {
    about: 'stops hermes by its manager, and a copy of it that somebody once started by hand would trade on',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'duplicate-instance',
      on: 'hermes',
      verdict: 'not-run',
    },
    beside: async (site) => startCopy(site),
  },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function startCopy({ lab }: LabSite): void {
  const { root, services: folder } = lab.tesseract;
  startProgram(process.execPath, [join(folder, 'hermes')], { cwd: root, stdio: 'ignore', detached: true });
}

/** Resolves once a halt has been in force for half a hold. */
async function halfAHold({ env }: LabSite): Promise<void> {
  const token = env.PRINCIPAL_TOKEN;
  const halted = async (): Promise<boolean> => {
    const { body } = await requestJson('GET', `${env.PRINCIPAL_URL}/v1/status`, { token });
    return ((body as { readonly level?: number } | null)?.level ?? 0) > 0;
  };
  await waitUntil(
    () => halted().catch(() => false),
    120_000,
    () => 'nobody halted anything',
    50,
  );
  await pause(holdMs / 2);
}

async function haltToo(site: LabSite, level: number): Promise<void> {
  // A broker that is just down takes no halt of anybody.
  await afterCrash(site);
  await pause(holdMs / 4);
  const { PRINCIPAL_URL: url, PRINCIPAL_TOKEN: token } = site.env;
  const body = { level, reason: 'runaway prices: halting for real' };
  await requestJson('POST', `${url}/v1/halt`, { token, body, timeoutMs: 15_000 });
}
