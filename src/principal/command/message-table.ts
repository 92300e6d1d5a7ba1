import type { Database } from 'better-sqlite3';
import type { HeldDecision } from '../parts.ts';
import { keep, pragmaReader } from '../store/keep.ts';
import { COMMAND_SCHEMA } from './schema.ts';
import type { Letter, Message } from './types.ts';

/** Messages on disk. Synchronous; every method throws where it cannot, and is on disk once the transaction around it is. */
export interface MessageTable {
  /** Everything that is neither acknowledged nor discarded, in order. */
  load(): { readonly queued: Message[]; readonly kept: Message[]; readonly registered: Map<string, string> };
  /** Removes what was acknowledged, by sequence number, and adds the letters. */
  write(
    letters: readonly (Letter & { readonly at: string })[],
    acknowledged: ReadonlySet<number>,
  ): readonly Message[];
  /**
   * What becomes of messages that a halt holds (`queued`) or held (`kept`). Returns those that are to be delivered:
   * they get new sequence numbers, in the old order, since their reader may be past the old ones.
   */
  decide(messages: readonly Message[], from: 'queued' | 'kept', decision: HeldDecision): readonly Message[];
  register(agent: string, at: string): void;
  /** Whether another connection changed the file since this was last asked (sqlite.org/pragma.html#pragma_data_version). */
  changedByOthers(): boolean;
}

const COLUMNS = 'seq, at, sender as "from", recipient as "to", body, asset';

/** Makes the tables where they are missing. `atomically` runs work as one transaction, or within the one under way. */
export function openMessageTable(db: Database, atomically: <T>(work: () => T) => T): MessageTable {
  // Only where it is needed: it takes the lock of a writer, and a broker must come up beside another one.
  const lookUp = keep(db.prepare("select 1 from sqlite_master where type = 'table' and name = 'agents'"));
  if (lookUp.get() === undefined) atomically(() => db.exec(COMMAND_SCHEMA));
  const insert = db.prepare<[string, string, string, string, string | null]>(
    "insert into messages (at, sender, recipient, body, asset, state) values (?, ?, ?, ?, ?, 'queued')",
  );
  const inState = db.prepare<[string], Message>(
    `select ${COLUMNS} from messages where state = ? order by seq`,
  );
  const change = db.prepare<[string, number, string]>(
    'update messages set state = ? where seq = ? and state = ?',
  );
  const remove = db.prepare<[number, string]>('delete from messages where seq = ? and state = ?');
  const agents = db.prepare<[], { name: string; at: string }>('select name, registered_at as at from agents');
  const register = db.prepare<[string, string]>(
    `insert into agents (name, registered_at) values (?, ?)
     on conflict (name) do update set registered_at = excluded.registered_at`,
  );
  const version = pragmaReader(db, 'data_version');
  const add = ({ at, from, to, body, asset }: Omit<Message, 'seq'>): Message => {
    const seq = Number(insert.run(at, from, to, body, asset).lastInsertRowid);
    return { seq, at, from, to, body, asset };
  };
  let known = version();
  return {
    load: () =>
      // Deferred, not `atomically`: reading takes no lock, and sees one moment (sqlite.org/isolation.html).
      db.transaction(() => ({
        queued: inState.all('queued'),
        kept: inState.all('kept'),
        registered: new Map(agents.all().map(({ name, at }) => [name, at])),
      }))(),
    write: (letters, acknowledged) =>
      atomically(() => {
        for (const seq of acknowledged) remove.run(seq, 'queued');
        return letters.map(add);
      }),
    decide: (messages, from, decision) =>
      atomically(() => {
        // What another process has decided meanwhile is no longer in that state.
        if (decision === 'deliver')
          return messages.filter(({ seq }) => remove.run(seq, from).changes === 1).map(add);
        const to = decision === 'keep' ? 'kept' : 'discarded';
        for (const { seq } of messages) change.run(to, seq, from);
        return [];
      }),
    register: (agent, at) => void register.run(agent, at),
    changedByOthers: () => {
      const now = version();
      const changed = now !== known;
      known = now;
      return changed;
    },
  };
}
