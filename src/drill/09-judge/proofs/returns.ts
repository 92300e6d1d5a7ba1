import type { Interval } from '../../model/reading.ts';
import type { RecordedDetail } from '../../model/sample.ts';
import {
  type CaseFile,
  type DetailSeen,
  detailAt,
  endedMs,
  firstSeen,
  isLasting,
  type Life,
  lateHalt,
  type Other,
  otherProgram,
  type ServiceLives,
  startedMs,
} from '../evidence/index.ts';
import { brokerBack, completeFromMs } from './hold.ts';
import { frozenUntilMs, type Idle, idleAtEnd } from './working.ts';

/** What came of a halt shows no later after it. */
const A_WHILE_MS = 1_000;

/** When the undo had been asked for: the end of the last resume, manual step or start of a service, or of the trigger where none was. */
export function undoneMs(c: CaseFile): number {
  const ends = [...c.resumes, ...c.manualSteps, ...c.starts].map(endedMs);
  return Math.max(c.fired?.endedMs ?? 0, ...ends);
}

/** Root lives of a service that were there, as that service, in the last good sample of its host. */
export function finalRoots(c: CaseFile, service: ServiceLives): Life[] {
  // A second instance that came to stay is one more than there was.
  const second = service.beside.filter((life) => isLasting(life, c.plan.timing.maxGapMs));
  return [...new Set([...service.roots, ...service.newcomers, ...service.returned, ...second])].filter(
    (life) => c.lives.death(life) === null && !isLost(otherProgram(life, service.planned, c.anchorMs)),
  );
}

// What runs there now is something else.
const isLost = (other: Other | null): boolean => other !== null && other.back === null;

/**
 * What has become of a service by the end of the drill. `back`: as many lives of it as before, each of the right kind and at work, and
 * seen to stay up; `gone`: fewer; `ended`: fewer, by the halt or by themselves; `different`: others; `idle`: they do not work; `unsettled`:
 * not seen for long enough.
 */
export type Return =
  | { readonly kind: 'back' | 'gone' | 'ended' | 'unsettled' | 'unseen' }
  | ({ readonly kind: 'idle' } & Idle)
  | ({ readonly kind: 'different' } & Difference);

/** How what is there differs from what was, as the catalogue says it of `restored-differently`. */
type Difference = { readonly ids: readonly (string | undefined)[] } & (
  | {
      readonly says: 'not there before' | 'left beside';
      readonly figures: { readonly pids: readonly number[] };
    }
  | { readonly says: 'another number'; readonly figures: { readonly now: number; readonly before: number } }
  | {
      readonly says: 'another command';
      readonly figures: { readonly pid: number; readonly uid: number | null };
    }
);

/** Of what nobody looked at before the trigger, nobody knows whether it was up. */
function wasWatched(c: CaseFile, { planned }: ServiceLives): boolean {
  return c.hosts.get(planned.host)?.good.some((sample) => sample.receivedMs <= c.anchorMs) === true;
}

/** Whether a service is up again as it was before, works, and was seen to stay up; or is down, if it was down. */
export function returnOf(c: CaseFile, service: ServiceLives): Return {
  const { instances, host } = service.planned;
  const last = c.hosts.get(host)?.good.at(-1);
  if (last === undefined || last.sentMs <= undoneMs(c) || !wasWatched(c, service)) return { kind: 'unseen' };
  const lives = standing(c, service);
  if (service.roots.length === 0) return begun(c, service, lives);
  if (lives.length < Math.min(instances, service.roots.length))
    return { kind: mayHaveEndedByItself(c, service) ? 'ended' : 'gone' };
  const other = otherwise(c, service, lives);
  if (other !== null) return { kind: 'different', ...other };
  const idle = idleAtEnd(c, service, lives);
  if (idle !== null) return { kind: 'idle', ...idle };
  const { settleMs, sampleEveryMs } = c.plan.timing;
  // What took so long to halt may still be at work for as long.
  const watchedMs = last.receivedMs - undoneMs(c) + 2 * sampleEveryMs;
  if (watchedMs < (lateHalt(c)?.tookMs ?? 0)) return { kind: 'unsettled' };
  const settled = lives.every((life) => {
    const first = firstSeen(life);
    if (first === null) return false;
    if (first.receivedMs <= c.anchorMs) return true;
    const sinceMs = Math.max(first.sentMs, frozenUntilMs(life) ?? 0);
    return last.receivedMs - sinceMs + 2 * sampleEveryMs >= settleMs;
  });
  return { kind: settled ? 'back' : 'unsettled' };
}

/** Its final roots, without what looks like it for a moment and is not needed: a tool that reads its script, a child before its exec. */
function standing(c: CaseFile, service: ServiceLives): Life[] {
  const all = finalRoots(c, service);
  const lasting = all.filter((life) => service.roots.includes(life) || mayOutlast(c, service, life));
  return lasting.length >= service.roots.length ? lasting : all;
}

/** Whether it may have been there for longer than `max-gap` when it was last seen. */
function mayOutlast(c: CaseFile, { planned }: ServiceLives, life: Life): boolean {
  const good = c.hosts.get(planned.host)?.good ?? [];
  const [first, last] = [firstSeen(life), life.seen.at(-1)?.sample];
  if (first === null || last === undefined) return false;
  const before = good.findLast((sample) => sample.sentMs < first.sentMs) ?? first;
  return last.receivedMs - before.sentMs > c.plan.timing.maxGapMs;
}

/**
 * A bystander that begins while a whole halt stands does so by itself, as a batch job does; one that ends then may, or the switch was slow.
 * Whatever happens while the halt may still be on its way (as long again as it took, and a second more), around the crash, or from the
 * undo on is taken for the drill's doing: in doubt the fleet is not restored.
 */
function isByItself(c: CaseFile, { planned }: ServiceLives, { fromMs, toMs }: Interval): boolean {
  const stoodMs = completeFromMs(c);
  if (planned.role !== 'bystander' || c.trigger === null || stoodMs === null || lateHalt(c) !== null)
    return false;
  const tookMs = Math.max(stoodMs, c.fired?.endedMs ?? 0) - c.trigger.t0Ms;
  if (fromMs <= c.trigger.t0Ms + 2 * tookMs + A_WHILE_MS || toMs > c.haltEndMs) return false;
  const backMs = brokerBack(c)?.receivedMs ?? Number.POSITIVE_INFINITY;
  return c.crash === null || toMs < startedMs(c.crash) || fromMs > backMs + c.plan.timing.maxGapMs;
}

function mayHaveEndedByItself(c: CaseFile, service: ServiceLives): boolean {
  return service.roots.every((life) => {
    const death = c.lives.death(life);
    const goesOn = !isLost(otherProgram(life, service.planned, c.anchorMs));
    return death === null ? goesOn : isByItself(c, service, death);
  });
}

function beganByThemselves(c: CaseFile, service: ServiceLives, lives: readonly Life[]): boolean {
  const good = c.hosts.get(service.planned.host)?.good ?? [];
  return lives.every((life) => {
    const first = firstSeen(life);
    const before = good.findLast((sample) => sample.sentMs < (first?.sentMs ?? 0));
    if (first === null || before === undefined) return false;
    return isByItself(c, service, { fromMs: before.sentMs, toMs: first.receivedMs });
  });
}

// What comes and goes by itself was seen to do so before the trigger.
function begun(c: CaseFile, service: ServiceLives, lives: readonly Life[]): Return {
  const { name, host } = service.planned;
  const ever = c.lives.all.some(
    (life) =>
      life.matched.has(name) && life.hosts.has(host) && (firstSeen(life)?.receivedMs ?? 0) <= c.anchorMs,
  );
  if (ever || lives.length === 0 || beganByThemselves(c, service, lives)) return { kind: 'back' };
  return {
    kind: 'different',
    says: 'not there before',
    figures: { pids: pids(lives) },
    ids: lives.map((life) => firstSeen(life)?.id),
  };
}

// A bystander may be anything, and as many as it likes: it must only not have been taken down.
function otherwise(c: CaseFile, service: ServiceLives, lives: readonly Life[]): Difference | null {
  if (service.planned.role === 'bystander') return null;
  if (lives.length !== service.roots.length) {
    return {
      says: 'another number',
      figures: { now: lives.length, before: service.roots.length },
      ids: lives.map((life) => firstSeen(life)?.id),
    };
  }
  const left = leftBeside(c, service, lives);
  if (left.length > 0) {
    return {
      says: 'left beside',
      figures: { pids: pids(left) },
      ids: left.map((life) => life.seen.at(-1)?.sample.id),
    };
  }
  const changed = strangerAmong(c, service, lives);
  return changed === null
    ? null
    : {
        says: 'another command',
        figures: { pid: changed.pid, uid: otherUid(c, service, changed) },
        ids: [changed.details.at(-1)?.sample.id],
      };
}

/** What descends from lives that ended and is still there, where the service has come back without it. */
function leftBeside(c: CaseFile, service: ServiceLives, lives: readonly Life[]): Life[] {
  if (service.roots.every((life) => lives.includes(life))) return [];
  const kin = new Set(
    lives.flatMap((life) => [
      life.key,
      ...c.lives.lineage(life.scope).descendants(new Set([life.key]), { by: 'pid' }),
    ]),
  );
  const members = new Set([...service.baseline, ...service.family]);
  return [...members].filter((life) => !kin.has(life.key) && c.lives.death(life) === null);
}

/**
 * The first life that is of another kind than those before the trigger: what ended must have come back by the same argv and executable, as the same user.
 * A life that went on is the same one under any title, but a target that no longer is the service is not the service back.
 */
function strangerAmong(c: CaseFile, service: ServiceLives, lives: readonly Life[]): Life | null {
  const { name, role } = service.planned;
  const ended = service.roots.filter((life) => !lives.includes(life));
  const missing = ended.map((life) => detailAt(life, c.anchorMs)?.detail);
  for (const life of lives) {
    if (service.roots.includes(life)) {
      if (role === 'target' && !isStill(life, name)) return life;
      continue;
    }
    // What it is now, whatever it was when it came back; a look that could not tell says nothing.
    const told = life.details.findLast((seen) => !isDoubt(seen, name));
    const at = missing.findIndex((before) => isSameKind(before, told?.detail));
    if (at < 0) return life;
    missing.splice(at, 1);
  }
  return null;
}

/** The user that it is now, where that alone is another; null where its command is. */
function otherUid(c: CaseFile, { planned, roots }: ServiceLives, life: Life): number | null {
  const told = life.details.findLast((seen) => !isDoubt(seen, planned.name))?.detail;
  const isSame = roots.some((root) => detailAt(root, c.anchorMs)?.detail.fingerprint === told?.fingerprint);
  return isSame && !roots.includes(life) ? (told?.uid ?? null) : null;
}

// As the same user, where that could be read.
function isSameKind(before: RecordedDetail | undefined, now: RecordedDetail | undefined): boolean {
  if (before?.fingerprint !== now?.fingerprint) return false;
  const [was, is] = [before?.uid ?? null, now?.uid ?? null];
  return was === null || is === null || was === is;
}

// A zombie with living threads shows no argv: that is no new name.
function isStill(life: Life, service: string): boolean {
  if (life.seen.at(-1)?.state === 'Z') return true;
  const last = life.details.at(-1);
  return last === undefined || last.detail.services.includes(service) || isDoubt(last, service);
}

export function isDoubt({ detail }: DetailSeen, service: string): boolean {
  return detail.undecided.some((doubt) => doubt.service === service);
}

function pids(lives: readonly Life[]): number[] {
  return lives.map((life) => life.pid);
}
