/** Raised with every change of the tables below; a file of another version is refused. */
export const SCHEMA_VERSION = 2;

/**
 * The tables of the broker's one file. Others read it: `halt_state` always has exactly one row. The triggers keep
 * history as it was written: the audit log only grows, an incident's reason and opening never change, and what is
 * resolved stays resolved.
 */
export const SCHEMA = `
create table halt_state (
  only_row integer primary key check (only_row = 1),
  level integer not null,
  incident text references incidents (id),
  reason text,
  revision integer not null,
  asset text,
  closed integer not null default 0
) strict;

create table halt_targets (
  service text not null,
  label text not null,
  host text not null,
  outcome text not null,
  mode text not null,
  primary key (service, host)
) strict;

create table halt_holders (
  id integer primary key,
  who text not null,
  reason text not null,
  level integer not null,
  since text not null
) strict;

create table incidents (
  id text primary key,
  level integer not null,
  reason text not null,
  opened_at text not null,
  resolved_at text
) strict;

create table audit (
  seq integer primary key autoincrement,
  at text not null,
  actor text not null,
  action text not null,
  subject text not null,
  host text,
  outcome text not null,
  reason text,
  hash text not null
) strict;

create trigger audit_no_update before update on audit
begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_no_delete before delete on audit
begin select raise(abort, 'the audit log is append-only'); end;

create trigger incidents_no_delete before delete on incidents
begin select raise(abort, 'incidents are never deleted'); end;
create trigger incidents_no_rewrite before update on incidents
when new.id is not old.id or new.reason is not old.reason or new.opened_at is not old.opened_at
  or old.resolved_at is not null
begin select raise(abort, 'an incident is never rewritten'); end;

insert into halt_state (only_row, level, incident, reason, revision, asset) values (1, 0, null, null, 0, null);
`;
