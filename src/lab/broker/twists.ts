import type { AuditLine, ExchangeGate, LevelPlan, Stopper } from '../../principal/parts.ts';
import type { Answer, BrokerSite, BrokerTwist } from '../variants/variant.ts';

/** Replaces parts of the stopper of every host. */
export function withStoppers(
  change: (stopper: Stopper, host: string, site: BrokerSite) => Partial<Stopper>,
): BrokerTwist {
  return {
    parts: ({ stoppers }, site) => ({
      stoppers: new Map(
        [...stoppers].map(([host, stopper]) => [host, { ...stopper, ...change(stopper, host, site) }]),
      ),
    }),
  };
}

/** Another way to stop one service; all others are stopped as ever. */
export function stopping(service: string, stop: Stopper['stop']): BrokerTwist {
  return withStoppers((stopper) => ({
    stop: (target, mode) => (target.service === service ? stop(target, mode) : stopper.stop(target, mode)),
  }));
}

/** Another way to start one service; all others are started as ever. */
export function starting(
  service: string,
  start: (stopper: Stopper, site: BrokerSite) => Stopper['start'],
): BrokerTwist {
  return withStoppers((stopper, _host, site) => ({
    start: (target, mode) =>
      target.service === service ? start(stopper, site)(target, mode) : stopper.start(target, mode),
  }));
}

/** Replaces the plan of one level. */
export function withLevel(
  level: number,
  change: (plan: LevelPlan, all: readonly LevelPlan[]) => LevelPlan,
): BrokerTwist {
  return {
    parts: ({ levels }) => ({
      levels: levels.map((plan) => (plan.level === level ? change(plan, levels) : plan)),
    }),
  };
}

/** Has something else written into the audit log in place of each line. */
export function withAudit(rewrite: (line: AuditLine) => readonly AuditLine[]): BrokerTwist {
  return {
    parts: ({ audit }) => ({
      audit: {
        ...audit,
        append: (line) => {
          for (const written of rewrite(line)) audit.append(written);
        },
      },
    }),
  };
}

/** Replaces what is done at the exchange. */
export function withExchange(
  change: (exchange: ExchangeGate, site: BrokerSite) => Partial<ExchangeGate>,
): BrokerTwist {
  return { parts: ({ exchange }, site) => ({ exchange: { ...exchange, ...change(exchange, site) } }) };
}

/** Answers its operator otherwise who asks for a halt; strangers are refused as ever. */
export function answeringHalts(
  otherwise: (request: Request, answer: Answer) => Promise<Response>,
): BrokerTwist {
  return {
    http:
      (answer, { config }) =>
      (request) => {
        const authorization = request.headers.get('authorization');
        const isOperator = config.tokens.some(
          ({ role, token }) => role === 'operator' && authorization === `Bearer ${token}`,
        );
        const isHalt = isOperator && request.url.endsWith('/v1/halt');
        return isHalt ? otherwise(request, answer) : answer(request);
      },
  };
}

/** Several changes of the parts, each made to what the one before left. */
export function together(...twists: readonly BrokerTwist[]): BrokerTwist {
  return {
    parts: (reference, site) => {
      let parts = reference;
      for (const twist of twists) parts = { ...parts, ...twist.parts?.(parts, site) };
      return parts;
    },
  };
}
