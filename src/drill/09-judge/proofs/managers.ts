import type { Counted, Reviver } from '../../model/findings/stopping.ts';
import { foresightOf } from '../../model/foresight.ts';
import type { Manager } from '../../model/inventory.ts';
import type { ManagedReading, ManagedService, Revival } from '../../model/manager.ts';
import { unreadable } from '../../model/reading.ts';
import { harmless, listed } from '../../model/wording.ts';
import { type CaseFile, type ServiceLives, servicesOf } from '../evidence/index.ts';
import { type Fault, fault } from '../finding.ts';

/** What the counters of a target's manager say about the time between its last death and the end of the halt. */
export type Counters =
  /** They stood still: it did not live, however briefly. */
  | { readonly kind: 'steady' }
  | { readonly kind: 'moved'; readonly counted: Counted; readonly evidence: readonly string[] }
  | { readonly kind: 'unread'; readonly why: string };

interface Account extends Pick<ManagedReading, 'reading' | 'scheduled'> {
  readonly id: string;
}

/** Whether the manager of a target's host counted a life of it that no sample saw. */
export function countersOf(c: CaseFile, service: ServiceLives): Counters {
  const accounts = accountsInHalt(c, service);
  const [first, last] = [accounts[0], accounts.at(-1)];
  if (first === undefined || last === undefined) return { kind: 'unread', why: 'its manager was not asked' };
  const broken = [first, last].find(({ reading }) => reading.kind === 'unreadable');
  if (broken?.reading.kind === 'unreadable') return { kind: 'unread', why: broken.reading.reason };
  if (first === last) return { kind: 'unread', why: 'its manager answered only once' };
  const evidence = [first.id, last.id];
  if (last.reading.kind !== 'present') return { kind: 'unread', why: 'its manager does not know it' };
  const now = last.reading.value;
  if (first.reading.kind !== 'present') {
    const lived = (now.runs ?? 0) > 0 || now.invocation !== null;
    return lived
      ? { kind: 'moved', counted: { what: 'loaded again' }, evidence }
      : { kind: 'unread', why: 'its manager did not know it at first' };
  }
  const counted = movement(first.reading.value, now);
  if (counted !== null) return { kind: 'moved', counted, evidence };
  const counts = (it: ManagedService): boolean => it.runs !== null || it.invocation !== null;
  return counts(now) && counts(first.reading.value)
    ? { kind: 'steady' }
    : { kind: 'unread', why: 'its manager has no counter for it' };
}

// Loaded anew, launchd counts from 0 again: any other number than before, but that one, means another life.
function movement(before: ManagedService, now: ManagedService): Counted | null {
  if (before.runs !== null && now.runs !== null && now.runs !== before.runs && now.runs > 0)
    return { what: 'runs', from: before.runs, to: now.runs };
  if (before.restarts !== null && now.restarts !== null && now.restarts > before.restarts)
    return { what: 'restarts', from: before.restarts, to: now.restarts };
  if (now.invocation !== null && now.invocation !== before.invocation) return { what: 'invocation' };
  return null;
}

/**
 * What a target's manager adds to what the samples show: lives that fall between two of them, and something that could bring
 * the service back later than anybody looked. What it says is never a proof by itself, and where it cannot be read nothing is wrong.
 */
export function managerFindings(c: CaseFile, service: ServiceLives): Fault[] {
  return [...uncounted(c, service), ...revivable(c, service)];
}

function uncounted(c: CaseFile, service: ServiceLives): Fault[] {
  const { name, host } = service.planned;
  const counters = countersOf(c, service);
  if (counters.kind !== 'moved') return [];
  return [
    fault(
      'flapped',
      'counted by manager',
      { host, service: name },
      { manager: managerOf(c, host), counted: counters.counted },
      counters.evidence,
    ),
  ];
}

function managerOf(c: CaseFile, host: string): Manager | null {
  return c.plan.hosts.find((one) => one.name === host)?.manager ?? null;
}

function revivable(c: CaseFile, service: ServiceLives): Fault[] {
  const { name, host } = service.planned;
  const accounts = accountsInHalt(c, service);
  const managed = accounts.findLast(({ reading }) => reading.kind === 'present');
  // What was there at the baseline is there until cron and at were read again: that they could not be is no sign that it went.
  const scheduled = accountsFrom(0, c, service).findLast((account) => account.scheduled !== undefined);
  const own = managed?.reading.kind === 'present' ? managed.reading.value : null;
  const downMs = watchedUntilMs(c, host) - lastDeathMs(c, service);
  const late = (
    account: Account | undefined,
    revives: Revival | null | undefined,
  ): { readonly id: string | undefined; readonly reviver: Reviver }[] =>
    revives && (revives.withinMs === null || revives.withinMs > downMs)
      ? [{ id: account?.id, reviver: { by: revives.by, withinMs: revives.withinMs } }]
      : [];
  const revivers = [
    ...late(managed, own?.revives),
    ...late(scheduled, scheduled?.scheduled?.revives),
    // At the first account it may not have noticed yet.
    ...(own !== null && own.pid !== null && managed !== accounts[0]
      ? [{ id: managed?.id, reviver: { pid: own.pid, manager: managerOf(c, host) } }]
      : []),
  ];
  if (revivers.length === 0) return [];
  return [
    fault(
      'hold-too-short',
      'may be revived',
      { host, service: name },
      { revivers: revivers.map(({ reviver }) => reviver), watchedMs: downMs },
      revivers.map(({ id }) => id),
    ),
  ];
}

/** What was foretold before the trigger, in words for the report. */
export function foreseen(c: CaseFile): readonly string[] {
  const said = c.managers.flatMap(({ moment, read }) =>
    moment === 'baseline' && read.reading.kind === 'present' ? read.reading.value : [],
  );
  return foresightOf(c.plan, said);
}

/** What nobody could vouch for, in words for the report: targets whose manager had no counters to show. */
export function uncountedTargets(c: CaseFile): string[] {
  if (c.trigger === null) return [];
  const unread = servicesOf(c, 'target').flatMap((service) => {
    const counters = countersOf(c, service);
    return counters.kind === 'unread' ? [{ ...service.planned, why: counters.why }] : [];
  });
  const whys = [...new Set(unread.map(({ why }) => why))];
  return whys.map((why) => {
    const names = unread.filter((one) => one.why === why).map(({ name, host }) => `${name} on ${host}`);
    return `Whether they came back for less than max-gap while halted: ${listed(names)}. No counter of a service manager was there to tell: ${harmless(why, 200)}.`;
  });
}

function accountsInHalt(c: CaseFile, service: ServiceLives): Account[] {
  return accountsFrom(lastDeathMs(c, service), c, service);
}

function accountsFrom(fromMs: number, c: CaseFile, service: ServiceLives): Account[] {
  const { name, host } = service.planned;
  return c.managers
    .filter((entry) => entry.host === host)
    .filter(({ read }) => read.sentMs >= fromMs && read.receivedMs <= c.haltEndMs)
    .map(({ id, read }) => {
      if (read.reading.kind !== 'present') return { id, reading: read.reading };
      const own = read.reading.value.find((one) => one.service === name);
      return own === undefined
        ? { id, reading: unreadable('its manager was not asked about it') }
        : { id, ...own };
    });
}

function lastDeathMs(c: CaseFile, service: ServiceLives): number {
  const deaths = [...service.baseline, ...service.family].map(
    (life) => c.lives.death(life)?.toMs ?? Infinity,
  );
  return Math.max(c.anchorMs, ...deaths);
}

function watchedUntilMs(c: CaseFile, host: string): number {
  return c.hosts.get(host)?.good.findLast((sample) => sample.receivedMs <= c.haltEndMs)?.sentMs ?? 0;
}
