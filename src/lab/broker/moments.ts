import type { Broker, HaltReport } from '../../principal/parts.ts';
import type { BrokerSite, BrokerTwist } from '../variants/variant.ts';

/** Does something beside the broker's own work at every halt that it accepts, once it has its outcome. */
export function afterHalt(act: (site: BrokerSite, report: HaltReport) => Promise<unknown>): BrokerTwist {
  return {
    around: (broker, site) => ({
      ...broker,
      halt: async (request, actor) => {
        const report = await broker.halt(request, actor);
        if ('stops' in report) act(site, report).catch(complain);
        return report;
      },
    }),
  };
}

/**
 * Does something in each life of the broker that has been halted for `afterMs`, be it from the request or from its own start;
 * a resume calls it off.
 */
export function whileHalted(
  afterMs: number,
  act: (broker: Broker, site: BrokerSite) => Promise<unknown>,
): BrokerTwist {
  return {
    around: (broker, site) => {
      let timer: NodeJS.Timeout | undefined;
      const arm = (): void => {
        clearTimeout(timer);
        if (broker.status().level === 0) return;
        timer = setTimeout(() => void act(broker, site).catch(complain), afterMs);
      };
      arm();
      return {
        ...broker,
        halt: async (request, actor) => {
          const report = await broker.halt(request, actor);
          arm();
          return report;
        },
        resume: async (request, actor) => {
          const report = await broker.resume(request, actor);
          if (broker.status().level === 0) clearTimeout(timer);
          return report;
        },
      };
    },
  };
}

/** Does something beside the broker's own work at every resume that brought the fleet back, once it has its outcome. */
export function afterResume(act: (site: BrokerSite) => Promise<unknown>): BrokerTwist {
  return {
    around: (broker, site) => ({
      ...broker,
      resume: async (request, actor) => {
        const report = await broker.resume(request, actor);
        if ('result' in report && report.result === 'resumed') act(site).catch(complain);
        return report;
      },
    }),
  };
}

function complain(error: unknown): void {
  process.stderr.write(`lab: ${String(error)}\n`);
}
