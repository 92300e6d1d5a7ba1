import type { AuditLog, Broker, Stopper, Target } from '../../principal/parts.ts';
import type { BrokerSite, BrokerTwist } from '../variants/variant.ts';
import { believingStopper } from './believing-stopper.ts';
import { memoryStore } from './memory-store.ts';

/** The broker of the first drill: level 2 acts on its own host, level 3 on itself too, and nothing is written down. */
export const asFound: BrokerTwist = {
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
function stoppingItself(broker: Broker, { self, launchctl, run }: BrokerSite): Broker {
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
