/** A Markdown table; the cells are already harmless. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A section with its heading; its blocks are separated by blank lines. */
export function section(title: string, ...blocks: readonly string[]): string {
  return [`## ${title}`, ...blocks.filter((block) => block !== '')].join('\n\n');
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
