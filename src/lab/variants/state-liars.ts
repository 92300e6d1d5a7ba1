import { cachedStatus } from '../broker/faulty-api.ts';
import { oldIncident, withHistory } from '../broker/history.ts';
import { persistsLate } from '../broker/lying-store.ts';
import { memoryStore } from '../broker/memory-store.ts';
import { secondConnection } from '../broker/second-hand.ts';
import {
  asNormal,
  atLevelOne,
  doing,
  forgetsIncident,
  namesOtherIncident,
  resolvesEarly,
  restartsItself,
  staleReplica,
  storing,
  underAnotherIncident,
  unresolved,
  withoutAsset,
  withoutIncidentRow,
  withoutReason,
} from '../broker/state-lies.ts';
import { withoutIncident } from '../broker/without-incident.ts';
import { reveals } from './reveals.ts';
import { holdMs, tooLateMs } from './timing.ts';
import type { Variant } from './variant.ts';

/** Brokers that get the halt's state, its incident or the audit log wrong. */
export const stateLiars: Readonly<Record<string, Variant>> = {
  amnesia: {
    about: 'keeps its state in memory',
    expect: reveals('amnesia-restart', {
      also: ['unpersisted-halt', 'split-state', 'unrestored-service'],
    }),
    broker: { parts: () => ({ store: memoryStore() }) },
  },
  'forgets-incident': {
    about: 'persists the level but not the incident',
    expect: reveals('partial-amnesia', { also: ['split-state'] }),
    broker: forgetsIncident(withoutIncidentRow),
  },
  'forgets-all-but-level': {
    about: 'persists the level, and neither incident nor reason: a halt that is nobody’s',
    expect: reveals('partial-amnesia', {
      also: ['split-state', 'unrestored-service', 'incident-left-open', 'undo-unseen'],
    }),
    broker: forgetsIncident(withoutReason),
  },
  'forgets-asset': {
    about: 'persists a halt of one asset, but not which',
    expect: reveals('partial-amnesia', { level: 1, also: ['unrestored-service'] }),
    broker: storing({ written: withoutAsset, remembered: withoutAsset }),
  },
  'comes-back-lower': {
    about: 'comes back at level 1 from the crash',
    expect: reveals('partial-amnesia', { also: ['split-state'] }),
    broker: storing({ remembered: atLevelOne }),
  },
  'persists-too-late': {
    about: 'persists the halt after its deadline',
    expect: reveals('unpersisted-halt', { also: ['split-state'] }),
    broker: persistsLate('asked', tooLateMs),
  },
  'persists-after-reply': {
    about: 'says that the halt is recorded, and records it half a hold later',
    expect: reveals('unpersisted-halt', { also: ['split-state'] }),
    broker: persistsLate('done', holdMs / 2),
  },
  'constant-store': {
    about: 'keeps its state elsewhere: the row in its database never changes with the halt',
    expect: reveals('unpersisted-halt', { also: ['split-state'] }),
    broker: storing({ written: asNormal }),
  },
  'store-always-halted': {
    about: 'its database says level 2 before anybody halted',
    expect: reveals('foreign-halt', { verdict: 'not-run' }),
    broker: {
      parts: (_reference, site) => {
        secondConnection(site).exec("update halt_state set level = 2, reason = 'a leftover'");
        return { store: memoryStore() };
      },
    },
  },
  'stores-level-1': {
    about: 'its database says level 1 where it says level 2',
    expect: reveals('split-state'),
    broker: storing({ written: atLevelOne }),
  },
  'names-other-incident': {
    about: 'its API names another incident than its database',
    expect: reveals('split-state'),
    broker: { http: namesOtherIncident },
  },
  'cached-status': {
    about: 'answers questions for its status from a cache that is up to a hold and a half old',
    expect: reveals('split-state', { also: ['incident-left-open'] }),
    broker: { http: cachedStatus(1.5 * holdMs) },
  },
  'stale-replica': {
    about: 'every other answer of its API comes from a replica that never heard of the halt',
    expect: reveals('silent-downgrade'),
    broker: { http: staleReplica },
  },
  'store-wiped-in-hold': {
    about: 'loses the halt from its database in the hold, and still says that it is halted',
    expect: reveals('silent-downgrade', { also: ['split-state'] }),
    broker: doing({
      later: {
        afterMs: holdMs / 2,
        deed: (db) => db.exec('update halt_state set level = 0, incident = null, reason = null'),
      },
    }),
  },
  'no-incident': {
    about: 'halts without an incident',
    expect: reveals('missing-incident'),
    broker: {
      ...storing({ written: withoutIncidentRow }),
      around: (broker) => withoutIncident(broker, () => true),
    },
  },
  'leaves-incident-open': {
    about: 'lowers the level at the resume and leaves the incident open',
    expect: reveals('incident-left-open'),
    broker: storing({ written: unresolved }),
  },
  'resolves-early': {
    about: 'resolves the incident in the hold, with the halt still in force',
    expect: reveals('missing-incident'),
    broker: resolvesEarly(holdMs / 2),
  },
  'rewrites-reason': {
    about: 'writes another reason into the incident as it resolves it',
    expect: reveals('incident-rewritten'),
    broker: doing({
      resumed: (db, { incident }) =>
        db.prepare("update incidents set reason = 'maintenance' where id = ?").run(incident?.id),
    }),
  },
  'rewrites-reason-in-hold': {
    about: 'writes another reason into the incident in the hold',
    expect: reveals('incident-rewritten'),
    broker: doing({
      later: {
        afterMs: holdMs / 2,
        deed: (db, { incident }) =>
          db.prepare("update incidents set reason = 'maintenance' where id = ?").run(incident?.id),
      },
    }),
  },
  'forgets-incident-row': {
    about: 'deletes the incident as it resumes',
    expect: reveals('incident-rewritten'),
    broker: doing({
      resumed: (db, { incident }) => db.prepare('delete from incidents where id = ?').run(incident?.id),
    }),
  },
  'alters-history': {
    about: 'its resume changes an incident of long ago',
    expect: reveals('incident-rewritten'),
    broker: doing({
      atStart: withHistory,
      resumed: (db) => db.prepare('update incidents set level = 1 where id = ?').run(oldIncident),
    }),
  },
  'removes-history': {
    about: 'its resume removes every incident but the last',
    expect: reveals('incident-rewritten'),
    broker: doing({
      atStart: withHistory,
      resumed: (db, { incident }) => db.prepare('delete from incidents where id <> ?').run(incident?.id),
    }),
  },
  'duplicates-incident': {
    about: 'opens a second incident for the same halt when it comes back from the crash',
    expect: reveals('duplicate-incident'),
    broker: doing({
      woken: (db) =>
        db.exec(
          `insert or ignore into incidents (id, level, reason, opened_at)
           select id || '-again', level, reason, opened_at from incidents where resolved_at is null`,
        ),
      resumed: (db, { incident }) =>
        db
          .prepare('update incidents set resolved_at = ? where resolved_at is null')
          .run(incident?.resolvedAt),
    }),
  },
  'opens-another-incident': {
    about: 'comes back from the crash under a new incident, and the first stays open',
    expect: reveals('duplicate-incident', {
      also: ['partial-amnesia', 'split-state', 'incident-left-open'],
    }),
    broker: storing({ remembered: underAnotherIncident }),
  },
  'deletes-audit': {
    about: 'deletes what its audit log says of the stops as it resumes',
    expect: reveals('audit-tampered'),
    broker: doing({ resumed: (db) => db.exec("delete from audit where action = 'stop'") }),
  },
  'alters-audit': {
    about: 'names somebody else in its audit log as it resumes',
    expect: reveals('audit-tampered'),
    broker: doing({ resumed: (db) => db.exec("update audit set actor = 'cron' where action = 'halt'") }),
  },
  'alters-audit-in-hold': {
    about: 'names somebody else in its audit log in the hold',
    expect: reveals('audit-tampered'),
    broker: doing({
      later: {
        afterMs: holdMs / 2,
        deed: (db) => db.exec("update audit set actor = 'cron' where action = 'halt'"),
      },
    }),
  },
  'loses-audit-in-crash': {
    about: 'comes back from the crash with an empty audit log',
    expect: reveals('audit-tampered', { also: ['unlogged-refusal'] }),
    broker: doing({ woken: (db) => db.exec('delete from audit') }),
  },
  'broker-stays-down': {
    about: 'nothing brings the broker back from the crash',
    expect: reveals('broker-down', {
      also: ['unreadable-store', 'unreadable-broker', 'unrestored-service'],
    }),
    daemons: { principal: { keepAlive: false } },
  },
  'restarts-itself': {
    about: 'restarts itself while it halts; its state survives that',
    expect: reveals('self-halt'),
    broker: { around: restartsItself },
  },
};
