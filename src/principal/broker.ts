import { createEnforcer } from './enforce.ts';
import { describe, openLedger } from './ledger.ts';
import type {
  Broker,
  BrokerParts,
  HaltGate,
  HaltReport,
  HaltRequest,
  LevelPlan,
  Refusal,
  ResumeReport,
  ResumeRequest,
  Status,
} from './parts.ts';
import { halted, isDown, released, resumed, resuming } from './record.ts';
import { costOf, holderOf, whyNot } from './resume-rules.ts';
import { createStarter } from './start.ts';

/** Who is named in the audit log for what the broker does of its own accord. */
const ITSELF = 'principal';
/** How often the store is asked whether another process halted or resumed, in ms. */
const ADOPT_MS = 100;
const UNWRITTEN = 'it cannot be recorded, hence the halt stands';

/**
 * The kill switch. Halts take effect at once and never wait for one another; one that is incomplete is tried again
 * until it is complete or a resume calls it off. A resume waits for the stops under way, and a halt that comes during
 * a resume overtakes it: the halt stands, and everything is stopped again. Throws where the store cannot be read.
 */
export function createBroker(parts: BrokerParts): Broker {
  const { levels, clock, warn, messages } = parts;
  const ledger = openLedger(parts);
  const enforcer = createEnforcer(parts, ledger);
  const starter = createStarter(parts, ledger);
  let isClosed = false;

  const adopt = (): void => {
    if (ledger.adopt()) adopted();
  };
  const watch = setInterval(adopt, ADOPT_MS);
  watch.unref();

  /** Another process changed the halt: route accordingly at once, and see it through unless it does so itself. */
  function adopted(): void {
    enforcer.cancel();
    messages?.halted(gate());
    seeThrough();
  }

  function seeThrough(): void {
    if (ledger.record.state.level === 0) return;
    if (enforcer.complete() && ledger.recorded) enforcer.leaveIfLast(ITSELF);
    else enforcer.pursue(ITSELF);
  }

  function gate(): HaltGate {
    const { targets, state } = ledger.record;
    return { agents: new Set(targets.map((target) => target.service)), asset: state.asset };
  }

  function planOf(level: number): LevelPlan | undefined {
    return levels.find((one) => one.level === level);
  }

  function status(): Status {
    const { state, incident, holders, targets } = ledger.record;
    const waiting = targets.filter((target) => !isDown(target));
    return {
      level: state.level,
      asset: state.asset,
      revision: state.revision,
      incident: state.level > 0 ? incident : null,
      holders,
      complete: ledger.recorded && enforcer.complete(),
      incomplete: waiting.map(({ service, host, outcome }) => ({ service, host, outcome })),
      resume: state.level > 0 ? costOf(planOf(state.level)) : null,
      recorded: ledger.recorded,
    };
  }

  function refusal(refused: Refusal['refused'], why: string, actor: string, what: string): Refusal {
    ledger.note({ actor, action: 'refuse', subject: what, host: null, outcome: why, reason: null });
    return { refused, why };
  }

  /** Hosts of a level that no command reaches now; nothing is touched by the question. */
  async function unreached(plan: LevelPlan): Promise<readonly string[]> {
    const hosts = [...new Set(plan.stops.map((target) => target.host))];
    const reached = await Promise.all(
      hosts.map(async (host) => {
        try {
          return (await parts.stoppers.get(host)?.reach?.()) === true;
        } catch (error) {
          warn(`reach ${host}: ${describe(error)}`);
          return false;
        }
      }),
    );
    return hosts.filter((_host, index) => reached[index] !== true);
  }

  async function halt(request: HaltRequest, actor: string): Promise<HaltReport | Refusal> {
    const askedAt = performance.now();
    const what = `halt level ${request.level}`;
    const plan = planOf(request.level);
    if (plan === undefined) {
      const known = levels.map((one) => one.level).join(', ');
      return refusal('invalid', `there is no level ${request.level}; the levels are ${known}`, actor, what);
    }
    if (plan.asset && request.asset === null) {
      return refusal('invalid', `level ${plan.level} halts one asset: name it`, actor, what);
    }
    if (plan.destructive === undefined && (request.phrase ?? null) !== null) {
      // Whoever gives one has the destructive level in mind, or the wrong level in the request.
      return refusal('invalid', `level ${plan.level} takes no confirmation phrase`, actor, what);
    }
    if (plan.destructive !== undefined) {
      if (request.phrase !== plan.destructive.phrase) {
        return refusal(
          'invalid',
          `level ${plan.level} needs its confirmation phrase, to the letter`,
          actor,
          what,
        );
      }
      const dark = await unreached(plan);
      if (dark.length > 0) {
        const why = `not reached, hence nothing was touched: ${dark.join(', ')}`;
        return refusal('unreachable', why, actor, what);
      }
    }
    adopt();
    const { asset: haltedAsset } = ledger.record.state;
    if (plan.asset && haltedAsset !== null && haltedAsset !== request.asset) {
      const why = `${haltedAsset} is halted already and a halt names one asset: escalate to a higher level`;
      return refusal('conflict', why, actor, what);
    }

    enforcer.cancel();
    const fresh = { id: parts.newIncidentId(), openedAt: clock.now(), who: actor };
    let before = ledger.record;
    ledger.update((newest) => {
      before = newest;
      const was = newest.state.level;
      const outcome = was === 0 ? 'opened' : plan.level > was ? 'escalated' : 'already halted';
      const subject = `level ${plan.level}`;
      return {
        record: halted(newest, plan, request, fresh),
        lines: [{ actor, action: 'halt', subject, host: null, outcome, reason: request.reason }],
      };
    });
    messages?.halted(gate());

    // Everything of the halt, not only what is new: a repeated halt tries again, and undoes half a resume.
    const overtaken = starter.underway();
    const done = await enforcer.enforce(ledger.record.targets, {
      actor,
      before: before.targets,
      overtaken,
      askedAt,
      asset: ledger.record.state.asset,
    });
    ledger.flush();
    const { complete, ...now } = status();
    if (!complete && now.level > 0) {
      ledger.note({
        ...{ actor: ITSELF, action: 'halt', subject: `level ${now.level}`, host: null, reason: null },
        outcome: now.recorded ? 'incomplete' : 'not recorded',
      });
    }
    seeThrough();
    return { ...now, complete, ...done };
  }

  async function resume(request: ResumeRequest, actor: string): Promise<ResumeReport | Refusal> {
    const what = `resume ${request.incident ?? `level ${request.level}`}`;
    const judge = (): Refusal | null => {
      adopt();
      const no = whyNot(ledger.record, planOf(ledger.record.state.level), request, actor);
      return no === null ? null : refusal(no.refused, no.why, actor, what);
    };
    const no = judge();
    if (no !== null) return no;

    // From here on nothing is tried again; what is under way is waited for, so that no late stop undoes the resume.
    enforcer.cancel();
    await enforcer.settled();
    await starter.settled();
    const refuse = (answer: Refusal): Refusal => {
      seeThrough();
      return answer;
    };
    const stillNo = judge();
    if (stillNo !== null) return refuse(stillNo);
    const { state, incident, holders } = ledger.record;
    const holder = holderOf(holders, request, actor);
    if (holder === null || incident === null) {
      return refuse(refusal('conflict', 'the halt has no such holder', actor, what));
    }
    const line = { actor, host: null, subject: incident.id, reason: request.reason };
    const nothing = { starts: [], exchange: null, resolved: null };

    if (holders.length > 1) {
      const written = ledger.tryUpdate((newest) => ({
        record: released(newest, holder),
        lines: [
          {
            ...line,
            action: 'release',
            outcome: `hold ${holder.id} of ${holder.who}; ${holders.length - 1} left`,
          },
        ],
      }));
      if (!written) return refuse(refusal('conflict', UNWRITTEN, actor, what));
      seeThrough();
      return { ...status(), ...nothing, result: 'released', released: holder };
    }

    const begun = ledger.tryUpdate((newest) => ({
      record: resuming(newest),
      lines: [{ ...line, action: 'resume', outcome: 'begun' }],
    }));
    // Unwritten, an interrupted resume would come back believing its services stopped.
    if (!begun) return refuse(refusal('conflict', UNWRITTEN, actor, what));

    const done = await starter.startAll(actor);
    adopt();
    if (ledger.record.state.revision !== state.revision) {
      // A halt of this process waits for the starts and then stops them; one of another process knows nothing of them.
      const all = ledger.record.targets;
      await enforcer.enforce(all, { actor: ITSELF, before: all, asset: null, quiet: true });
      return refusal('conflict', 'a halt came during the resume: the halt stands', actor, what);
    }
    const last = starter.last();
    const ended = gate();
    let decide = (): void => {};
    const isOver =
      done.back &&
      ledger.tryUpdate((newest) => {
        decide =
          messages?.settle(ended, { held: request.held ?? 'keep', actor, reason: request.reason }) ?? decide;
        return {
          record: resumed(newest, clock.now()),
          lines: [{ ...line, action: 'resolve', outcome: 'resolved', reason: null }],
        };
      });
    const { back, ...report } = done;
    if (!isOver) {
      const why = back ? 'not recorded' : 'not everything was seen to start';
      ledger.note({ ...line, action: 'resume', outcome: `failed, ${why}: stopping again`, reason: null });
      const again = ledger.record.targets;
      await enforcer.enforce(again, { actor: ITSELF, before: again, asset: state.asset });
      ledger.flush();
      seeThrough();
      return { ...status(), ...report, resolved: null, result: 'failed', released: null };
    }
    const resolved = ledger.record.incident;
    decide();
    messages?.halted(gate());
    const starts = [...report.starts, ...(await starter.start(last, actor))];
    return { ...status(), ...report, starts, resolved, result: 'resumed', released: holder };
  }

  return {
    status() {
      adopt();
      return status();
    },
    gate,
    halt,
    resume,
    auditTrail: (after, limit) => parts.audit.list(after, limit),
    auditCheck: () => parts.audit.verify(),
    incidents: () => parts.store.incidents(),
    refuse: (actor, what, why) => void refusal('conflict', why, actor, what),
    note: (line) => ledger.note(line),
    stopLatencies: () => enforcer.latencies,
    async finishHalt() {
      const { state, targets, closed } = ledger.record;
      if (state.level === 0) return;
      messages?.halted(gate());
      const pending = targets.filter((target) => !isDown(target));
      const asset = closed ? null : state.asset;
      await enforcer.enforce(pending, { actor: ITSELF, before: targets, asset });
      seeThrough();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(watch);
      enforcer.close();
      await enforcer.settled();
      await starter.settled();
      ledger.close();
    },
  };
}
