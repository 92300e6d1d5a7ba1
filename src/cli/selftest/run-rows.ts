import type { Row } from './catalogue.ts';
import type { Result } from './hold-against.ts';

/**
 * Drills the rows, `jobs` at a time, and those that want to be alone after the others, one by one. Once `stop` is aborted no
 * further one is begun; those under way are waited for. Resolves with the results in the order of the rows.
 */
export async function runRows(
  rows: readonly Row[],
  jobs: number,
  stop: AbortSignal,
  drill: (row: Row) => Promise<Result | null>,
): Promise<Result[]> {
  const results = new Map<Row, Result>();
  const work = async (queue: Row[]): Promise<void> => {
    for (let row = queue.shift(); row !== undefined && !stop.aborted; row = queue.shift()) {
      const result = await drill(row);
      if (result !== null) results.set(row, result);
    }
  };
  const together = rows.filter(({ alone }) => !alone);
  await Promise.all(Array.from({ length: jobs }, () => work(together)));
  await work(rows.filter(({ alone }) => alone));
  return rows.flatMap((row) => results.get(row) ?? []);
}
