import { describe, openLedger } from './ledger.ts';
import { createMailbox } from './mailbox.ts';
import type {
  Broker,
  BrokerParts,
  HaltedTarget,
  HaltReport,
  HaltRequest,
  Refusal,
  ResumeReport,
  ResumeRequest,
  StartReport,
  StopReport,
  UnblockOutcome,
} from './parts.ts';
import { halted, resumed, sameTarget, seen, toStart } from './record.ts';

/** Who is named in the audit log for what the broker does of its own accord. */
const ITSELF = 'principal';

/**
 * The kill switch. Halts take effect at once and never wait for one another; a resume waits for stops under way,
 * and a halt that comes during a resume overtakes it: the halt stands, and everything is stopped again.
 * Throws where the store cannot be read.
 */
export function createBroker(parts: BrokerParts): Broker {
  const { levels, stoppers, exchange, clock, warn } = parts;
  const ledger = openLedger(parts);
  const mailbox = createMailbox(Date.parse(clock.now()));
  const stopping = new Set<Promise<unknown>>();
  let starting: Promise<unknown> | null = null;

  const isHalted = (agent: string): boolean =>
    ledger.record.targets.some((target) => target.service === agent);

  function refusal(refused: Refusal['refused'], why: string, actor: string, what: string): Refusal {
    ledger.note({ actor, action: 'refuse', subject: what, host: null, outcome: why, reason: null });
    return { refused, why };
  }

  /** A part that fails has not shown anything: that is `unknown`, never success. */
  async function orUnknown<T>(what: string, work: () => Promise<T>): Promise<T | 'unknown'> {
    try {
      return await work();
    } catch (error) {
      warn(`${what}: ${describe(error)}`);
      return 'unknown';
    }
  }

  async function stopOne(target: HaltedTarget, firstLook: boolean, actor: string): Promise<StopReport> {
    const { service, host } = target;
    const answer = await orUnknown(
      `stop ${service} on ${host}`,
      async () => (await stoppers.get(host)?.stop(target)) ?? 'unknown',
    );
    const { record, outcome } = seen(ledger.record, target, answer, firstLook);
    ledger.commit(record, [{ actor, action: 'stop', subject: service, host, outcome, reason: null }]);
    return { service, host, outcome };
  }

  async function closeAsset(asset: string, actor: string): Promise<NonNullable<HaltReport['exchange']>> {
    const line = { actor, subject: asset, host: null, reason: null };
    // Blocked first: an order accepted between a flatten and a block would open the position again.
    const block = await orUnknown(`block ${asset}`, () => exchange.block(asset));
    ledger.note({ ...line, action: 'block', outcome: block });
    const flatten = await orUnknown(`flatten ${asset}`, () => exchange.flatten(asset));
    ledger.note({ ...line, action: 'flatten', outcome: flatten });
    return { asset, block, flatten };
  }

  /** Sees to it that everything named is down and the asset is closed; a resume waits for this. */
  function enforce(
    targets: readonly HaltedTarget[],
    fresh: (target: HaltedTarget) => boolean,
    actor: string,
  ): Promise<Pick<HaltReport, 'stops' | 'exchange'>> {
    const overtaken = starting;
    const work = (async () => {
      // What a resume is starting at this moment would come up after its stop.
      if (overtaken !== null) await Promise.allSettled([overtaken]);
      const { asset } = ledger.record.state;
      const [stops, closed] = await Promise.all([
        Promise.all(targets.map((target) => stopOne(target, fresh(target), actor))),
        asset === null ? null : closeAsset(asset, actor),
      ]);
      return { stops, exchange: closed };
    })();
    stopping.add(work);
    return work.finally(() => stopping.delete(work));
  }

  async function halt(request: HaltRequest, actor: string): Promise<HaltReport | Refusal> {
    const what = `halt level ${request.level}`;
    const plan = levels.find((one) => one.level === request.level);
    if (plan === undefined) {
      const known = levels.map((one) => one.level).join(', ');
      return refusal('invalid', `there is no level ${request.level}; the levels are ${known}`, actor, what);
    }
    if (plan.asset && request.asset === null) {
      return refusal('invalid', `level ${plan.level} halts one asset: name it`, actor, what);
    }
    const before = ledger.record;
    const { asset: haltedAsset } = before.state;
    if (plan.asset && haltedAsset !== null && haltedAsset !== request.asset) {
      const why = `${haltedAsset} is halted already and a halt names one asset: escalate to a higher level`;
      return refusal('conflict', why, actor, what);
    }

    const record = halted(before, plan, request, { id: parts.newIncidentId(), openedAt: clock.now() });
    const outcome =
      before.state.level === 0 ? 'opened' : plan.level > before.state.level ? 'escalated' : 'already halted';
    ledger.commit(record, [
      { actor, action: 'halt', subject: `level ${plan.level}`, host: null, outcome, reason: request.reason },
    ]);
    for (const target of record.targets) mailbox.clear(target.service);

    // Everything of the halt, not only what is new: a repeated halt tries again, and undoes half a resume.
    const isNew = (target: HaltedTarget): boolean =>
      !before.targets.some((other) => sameTarget(other, target));
    const done = await enforce(record.targets, isNew, actor);
    const status = ledger.status();
    const complete =
      status.recorded &&
      done.stops.every((stop) => stop.outcome === 'stopped' || stop.outcome === 'not-running') &&
      (done.exchange === null || (done.exchange.block === 'blocked' && done.exchange.flatten === 'flat'));
    return { ...status, ...done, complete };
  }

  async function startAll(actor: string): Promise<Pick<ResumeReport, 'starts' | 'exchange'>> {
    const { asset } = ledger.record.state;
    const startOne = async (target: HaltedTarget): Promise<StartReport> => {
      const { service, host } = target;
      const outcome = await orUnknown(
        `start ${service} on ${host}`,
        async () => (await stoppers.get(host)?.start(target)) ?? 'unknown',
      );
      ledger.note({ actor, action: 'start', subject: service, host, outcome, reason: null });
      return { service, host, outcome };
    };
    const unblock = async (named: string): Promise<{ asset: string; unblock: UnblockOutcome }> => {
      const outcome = await orUnknown(`unblock ${named}`, () => exchange.unblock(named));
      ledger.note({ actor, action: 'unblock', subject: named, host: null, outcome, reason: null });
      return { asset: named, unblock: outcome };
    };
    const [starts, unblocked] = await Promise.all([
      Promise.all(toStart(ledger.record).map(startOne)),
      asset === null ? null : unblock(asset),
    ]);
    return { starts, exchange: unblocked };
  }

  async function resume(request: ResumeRequest, actor: string): Promise<ResumeReport | Refusal> {
    while (stopping.size > 0 || starting !== null) await Promise.allSettled([...stopping, starting]);
    const { state, incident } = ledger.record;
    const what = `resume ${request.incident}`;
    if (state.level === 0) return refusal('conflict', 'nothing is halted', actor, what);
    const expected = `level ${state.level}, incident ${state.incident}, revision ${state.revision}`;
    if (
      request.level !== state.level ||
      request.incident !== state.incident ||
      request.revision !== state.revision
    ) {
      return refusal('conflict', `the halt in force is ${expected}`, actor, what);
    }

    const line = { actor, host: null, subject: request.incident };
    ledger.note({ ...line, action: 'resume', outcome: 'begun', reason: request.reason });
    const work = startAll(actor);
    starting = work;
    const done = await work.finally(() => {
      starting = null;
    });
    if (ledger.record.state.revision !== state.revision) {
      return refusal('conflict', 'a halt came during the resume: the halt stands', actor, what);
    }
    const back =
      done.starts.every((start) => start.outcome === 'running') &&
      (done.exchange === null || done.exchange.unblock === 'unblocked');
    if (!back || incident === null) return { ...ledger.status(), ...done, resolved: null };
    const after = resumed(ledger.record, clock.now());
    ledger.commit(after, [{ ...line, action: 'resolve', outcome: 'resolved', reason: null }]);
    return { ...ledger.status(), ...done, resolved: after.incident };
  }

  function unknownAgent(...names: readonly string[]): Refusal | null {
    const stranger = names.find((name) => !parts.agents.includes(name));
    return stranger === undefined ? null : { refused: 'unknown', why: `there is no agent ${stranger}` };
  }

  function haltedAgent(...names: readonly string[]): Refusal | null {
    const one = names.find(isHalted);
    return one === undefined ? null : { refused: 'conflict', why: `${one} is halted` };
  }

  return {
    status: ledger.status,
    halt,
    resume,
    send({ from, to, body }) {
      return (
        unknownAgent(from, to) ?? haltedAgent(from, to) ?? mailbox.put({ at: clock.now(), from, to, body })
      );
    },
    receive(agent, after) {
      return unknownAgent(agent) ?? haltedAgent(agent) ?? mailbox.after(agent, after);
    },
    auditTrail: () => parts.audit.list(),
    incidents: () => parts.store.incidents(),
    refuse: (actor, what, why) => void refusal('conflict', why, actor, what),
    async finishHalt() {
      const { state, targets } = ledger.record;
      if (state.level === 0) return;
      // Whether the asset was closed before the crash is not in the store; closing it twice does no harm.
      const pending = targets.filter((target) => target.outcome === 'pending');
      await enforce(pending, () => false, ITSELF);
    },
  };
}
