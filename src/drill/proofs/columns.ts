import { plain } from '../model/harmless.ts';

/** Rows of cells as aligned columns of text, two spaces in front; each cell is made harmless. */
export function columns(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((cells) => cells.map((cell) => plain(cell)));
  const width = Math.max(0, ...clean.map((cells) => cells.length));
  const widths = Array.from({ length: width }, (_, i) =>
    Math.max(...clean.map((cells) => cells[i]?.length ?? 0)),
  );
  return clean
    .map((cells) => `  ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
