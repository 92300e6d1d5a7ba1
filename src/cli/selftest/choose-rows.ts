import type { Row } from './catalogue.ts';

/** One part of `of` equal ones, counted from 1. */
export interface Slice {
  readonly part: number;
  readonly of: number;
}

/**
 * A slice of the rows in which every seam is still there: rows are dealt out seam by seam, and where a seam has fewer rows than
 * there are slices, its rows go round. Together the slices are all of the rows.
 */
export function sliceOf(rows: readonly Row[], { part, of }: Slice): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.expect.kind} ${[...row.seams].sort().join('+')}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const chosen = new Set<Row>();
  let dealt = 0;
  for (const group of groups.values()) {
    // Each group begins where the one before it ended, so that no slice gets every group's odd row.
    for (const [index, row] of group.entries()) if ((dealt + index) % of === part - 1) chosen.add(row);
    const lacking = !group.some((row) => chosen.has(row));
    const instead = group[(part - 1) % group.length];
    if (lacking && instead !== undefined) chosen.add(instead);
    dealt += group.length;
  }
  return rows.filter((row) => chosen.has(row));
}

/** `2/3`; null where it is no slice. */
export function parseSlice(text: string): Slice | null {
  const found = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text);
  const slice = { part: Number(found?.[1]), of: Number(found?.[2]) };
  return found !== null && slice.part <= slice.of ? slice : null;
}
