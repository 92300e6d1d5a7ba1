/**
 * The tables of the command layer, beside those of the halt state. `autoincrement` never gives a sequence number
 * twice, which a reader's place in its queue depends on (https://www.sqlite.org/autoinc.html). `kept`: a halt that is
 * over held it, and nobody has decided. A discarded message stays, marked; an acknowledged one is deleted.
 */
export const COMMAND_SCHEMA = `
create table if not exists messages (
  seq integer primary key autoincrement,
  at text not null,
  sender text not null,
  recipient text not null,
  body text not null,
  asset text,
  state text not null check (state in ('queued', 'kept', 'discarded'))
) strict;
create index if not exists messages_queued on messages (recipient, seq) where state = 'queued';
create index if not exists messages_kept on messages (seq) where state = 'kept';

create table if not exists agents (
  name text primary key,
  registered_at text not null
) strict;
`;
