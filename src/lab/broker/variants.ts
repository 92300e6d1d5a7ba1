import type { AuditLog, Broker, BrokerParts, Stopper, Target } from '../../principal/parts.ts';
import type { RunCommand } from '../../principal/stoppers/command.ts';
import { believingStopper } from './believing-stopper.ts';
import { memoryStore } from './memory-store.ts';

/** What a variant may reach of the place where it runs. */
export interface Site {
  /** The broker as a daemon of its own host. */
  readonly self: Target;
  readonly launchctl: string;
  readonly run: RunCommand;
}

/** One way to put the broker together: parts in place of the reference's, and a broker around the broker. */
export interface Variant {
  /** What is wrong with it, in a line. */
  readonly about: string;
  readonly parts?: (reference: BrokerParts, site: Site) => Partial<BrokerParts>;
  readonly around?: (broker: Broker, site: Site) => Broker;
}

/** Every broker that the lab can run, by name. */
export const variants: Readonly<Record<string, Variant>> = {
  reference: { about: 'does what it says' },
  'as-found': {
    about: 'level 2 stops daemons on the wrong host, and level 3 restarts the broker, which forgets the halt',
    parts: (reference, site) => ({
      // The original was never drilled at level 4, and nothing is known of what it would have done.
      levels: reference.levels
        .filter(({ level }) => level < 4)
        .map((plan) => {
          if (plan.level === 2)
            return { ...plan, stops: plan.stops.map((target) => ({ ...target, host: site.self.host })) };
          if (plan.level === 3) return { ...plan, stops: [...plan.stops, site.self] };
          return plan;
        }),
      stoppers: new Map([
        ...reference.stoppers,
        [site.self.host, exceptSelf(believingStopper(site.run, site.launchctl), site.self)],
      ]),
      store: memoryStore(),
      audit: sayingShutdown(reference.audit),
    }),
    around: (broker, site) => stoppingItself(broker, site),
  },
};

/** The broker's own turn comes last, after the reply: here it only counts as done. */
function exceptSelf(stopper: Stopper, self: Target): Stopper {
  return {
    ...stopper,
    stop: (target) => (target.label === self.label ? Promise.resolve('stopped') : stopper.stop(target)),
  };
}

/** The word of the original broker's audit log for a daemon that it stopped. */
function sayingShutdown(audit: AuditLog): AuditLog {
  return {
    ...audit,
    append: (line) => {
      const stopped = line.action === 'stop' && line.outcome === 'stopped';
      audit.append(stopped ? { ...line, outcome: 'shutdown' } : line);
    },
  };
}

/** Long enough for a reply that is ready to be on its way, in ms. */
const replyMs = 50;

/** A broker which stops itself, by its own supervisor, after a halt that has itself on the list. */
function stoppingItself(broker: Broker, { self, launchctl, run }: Site): Broker {
  return {
    ...broker,
    halt: async (request, actor) => {
      const report = await broker.halt(request, actor);
      if ('stops' in report && report.stops.some((stop) => stop.service === self.service)) {
        setTimeout(() => void run([launchctl, 'stop', self.label]).catch(() => undefined), replyMs);
      }
      return report;
    },
  };
}
