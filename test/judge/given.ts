import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { FindingCode } from '../../src/drill/model/findings.ts';
import type { Entry, Judging } from '../../src/drill/model/journal.ts';
import { unreadable } from '../../src/drill/model/reading.ts';
import type { Verdict } from '../../src/drill/model/verdict.ts';
import { type Subject, subjectsIn, withKnown } from './known.ts';
import {
  BACK,
  baselineLife,
  type FakeLife,
  FOREVER,
  journalOf,
  life,
  livesOf,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from './scenario.ts';
import type { Change } from './scenarios/case.ts';

/** Milliseconds of the fake timeline, so many seconds after the trigger; after the undo began. */
export const at = (seconds: number): number => T0 + seconds * 1000;
export const afterUndo = (seconds: number): number => RESUME + seconds * 1000;

/** A drill, and what happens in it: `given(cleanLevel2).respawns('hermes', at(3)).verdict()`. All times are of the fake timeline. */
export function given(begins: () => Scenario): Given {
  return new Given(begins());
}

/** What a `given` drill is; every verb changes it and returns it. Throws where there is nothing that could be changed so. */
export class Given {
  readonly scenario: Scenario;
  readonly #accepted: (FindingCode | Subject)[] = [];
  #breaksOffMs: number | null = null;
  #nextPid = 800;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  /** Whatever has no verb. */
  and(change: Change): this {
    change(this.scenario);
    return this;
  }

  holding(holdMs: number): this {
    const { plan } = this.scenario;
    this.scenario.plan = { ...plan, timing: { ...plan.timing, holdMs } };
    return this;
  }

  /** The life that was there before the trigger goes on, and there is no other. */
  neverStops(service: string): this {
    return this.and((s) => neverStops(s, service));
  }

  /** The life that was there before the trigger ends then. */
  stopsAt(service: string, ms: number): this {
    return this.and((s) => void Object.assign(baselineLife(s, service), { toMs: ms }));
  }

  /** Another life begins then, on its own host if no other is named; it ends as the undo begins. */
  respawns(
    service: string,
    ms: number,
    to: { readonly untilMs?: number; readonly host?: string } = {},
  ): this {
    const host = to.host ?? this.#hostOf(service);
    return this.and((s) => s.lives.push(life(service, host, this.#pid(), ms, to.untilMs ?? RESUME + 90)));
  }

  /** A child of its first life that matches nothing; of old, until after the undo began, if nothing else is said. */
  leavesAChild(service: string, { fromMs = 0, untilMs = RESUME + 90 } = {}): this {
    const { pid, hosts } = baselineLife(this.scenario, service);
    const born = life('', hosts[0] ?? '', this.#pid(), fromMs, untilMs);
    return this.and((s) => s.lives.push({ ...born, services: [], ppid: pid, pgrp: pid }));
  }

  /** Every life of it is stopped by a signal (state T) from then on; `thaws` ends that. */
  freezes(service: string, ms: number): this {
    return this.#inState(service, ms, 'T');
  }

  thaws(service: string, ms: number): this {
    return this.#inState(service, ms, 'S');
  }

  /** No sample of that host in that time was of any use. */
  loses(host: string, fromMs: number, toMs: number): this {
    const { sampling } = this.scenario;
    const lost = (name: string, ms: number): boolean => name === host && ms >= fromMs && ms < toMs;
    this.scenario.sampling = (name, ms) => (lost(name, ms) ? 'failed' : sampling(name, ms));
    return this;
  }

  /** No canary is killed after the hold; the last one is killed then, if a time is given. */
  lacksFinalControl(host: string, lastMs?: number): this {
    return this.and((s) => {
      const last = s.canaries.find((one) => one.host === host && one.purpose === 'final');
      if (last === undefined) throw new Error(`${host} has no final control`);
      Object.assign(
        last,
        lastMs === undefined
          ? { purpose: 'rotation', killedMs: null, goneMs: FOREVER }
          : { killedMs: lastMs, goneMs: lastMs + 40 },
      );
      // One is there to the end: what is lacking is only that it is seen to go.
      if (lastMs !== undefined)
        s.canaries.push({
          ...last,
          tag: `late-${host}`,
          pid: 902,
          purpose: 'rotation',
          killedMs: null,
          goneMs: FOREVER,
        });
    });
  }

  /** The broker is not killed, and its one life goes on. */
  crashNotDone(): this {
    return this.and((s) => {
      const first = baselineLife(s, s.plan.broker);
      s.lives = s.lives.filter((one) => one === first || !one.services.includes(s.plan.broker));
      first.toMs = FOREVER;
      s.crash = null;
      const { api } = s;
      s.api = (ms) => api(ms >= T0 + 1000 && ms < BACK ? T0 + 1000 : ms);
    });
  }

  storeUnreadable(fromMs = 0, toMs = FOREVER): this {
    const { store } = this.scenario;
    this.scenario.store = (ms) => (ms >= fromMs && ms < toMs ? unreadable('locked') : store(ms));
    return this;
  }

  apiUnreadable(fromMs = 0, toMs = FOREVER): this {
    const { api } = this.scenario;
    this.scenario.api = (ms) => (ms >= fromMs && ms < toMs ? unreadable('no route') : api(ms));
    return this;
  }

  /** Its life after the crash begins 300 ms before it answers, which is then. */
  brokerSlowToReturn(answersMs: number): this {
    const { crash, plan } = this.scenario;
    const second = livesOf(this.scenario, plan.broker).find(({ fromMs }) => fromMs > T0);
    if (crash === null || second === undefined) throw new Error('the broker is not crashed');
    second.fromMs = answersMs - 300;
    return this.apiUnreadable(crash.atMs, answersMs);
  }

  interrupted(ms: number): this {
    return this.and((s) => void Object.assign(s, { interruptedAt: ms }));
  }

  /** Nothing was written down from then on. */
  breaksOff(ms: number): this {
    this.#breaksOffMs = ms;
    return this;
  }

  /** Accepts findings of this subject; with a code alone, of every subject about which that code is said without. */
  accepting(...accepted: readonly (FindingCode | Subject)[]): this {
    this.#accepted.push(...accepted);
    return this;
  }

  /** Plays it. Throws where a code is to be accepted that nobody says. */
  journal(): Entry[] {
    const entries = journalOf(this.scenario);
    const kept = entries.filter(({ atMs }) => atMs < (this.#breaksOffMs ?? FOREVER));
    const subjects = this.#accepted.flatMap((one) =>
      typeof one === 'string' ? subjectsIn(judged(kept), one) : [one],
    );
    return withKnown(kept, subjects);
  }

  verdict(judging: Partial<Judging> = {}): Verdict {
    return judged(this.journal(), judging);
  }

  #inState(service: string, fromMs: number, state: string): this {
    const lives = livesOf(this.scenario, service);
    if (lives.length === 0) throw new Error(`${service} has no life`);
    for (const one of lives) {
      const before: NonNullable<FakeLife['state']> = one.state ?? (() => ({ state: 'S' }));
      one.state = (ms) => (ms >= fromMs ? { state } : before(ms));
    }
    return this;
  }

  #hostOf(service: string): string {
    const planned = this.scenario.plan.services.find(({ name }) => name === service);
    if (planned === undefined) throw new Error(`no service ${service}`);
    return planned.host;
  }

  #pid(): number {
    this.#nextPid += 1;
    return this.#nextPid;
  }
}

function judged(entries: readonly Entry[], judging: Partial<Judging> = {}): Verdict {
  return judge(entries, { today: '2026-11-22', strict: false, ...judging });
}

/** The codes of a verdict, each with its service where it is about one. */
export const told = ({ findings }: Verdict): string[] =>
  findings.map(({ code, service }) => (service === null ? code : `${code} ${service}`));

/** The codes of what a verdict says about one service. */
export const about = ({ findings }: Verdict, service: string): FindingCode[] =>
  findings.filter((f) => f.service === service).map(({ code }) => code);
