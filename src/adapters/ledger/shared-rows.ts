import type { Entry } from '../../drill/model/journal.ts';
import type { ProcessRow } from '../../drill/model/process.ts';

/**
 * Makes the rows of samples that say the same, one after the other, the very same object: a journal is held until it is judged, and most
 * rows of a big host say the same each time.
 */
export class SharedRows {
  readonly #latest = new Map<string, Map<number, ProcessRow>>();

  /** The entry with rows of earlier ones where they are alike. It is the same, word for word, as JSON. */
  share(entry: Entry): Entry {
    if (entry.kind !== 'sample' || entry.sample.seen.kind !== 'present') return entry;
    const { host, mode, seen } = entry.sample;
    const before = this.#latest.get(host) ?? new Map<number, ProcessRow>();
    // After a whole table only its rows are remembered.
    const after = mode === 'full' ? new Map<number, ProcessRow>() : before;
    this.#latest.set(host, after);
    const rows = seen.value.rows.map((row) => {
      const earlier = before.get(row.pid);
      const one = earlier !== undefined && isSame(earlier, row) ? earlier : row;
      after.set(row.pid, one);
      return one;
    });
    return { ...entry, sample: { ...entry.sample, seen: { ...seen, value: { ...seen.value, rows } } } };
  }
}

function isSame(a: ProcessRow, b: ProcessRow): boolean {
  const names = Object.keys(a) as (keyof ProcessRow)[];
  return names.length === Object.keys(b).length && names.every((name) => name in b && a[name] === b[name]);
}
