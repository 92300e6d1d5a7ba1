import type { Block, Item, Piece, Section, Text } from './blocks.ts';
import { pieces } from './blocks.ts';
import { escapeMarkdown } from './escape.ts';

/** Sections and blocks in GitHub-flavoured Markdown, blank lines between them. */
export function markdownSections(sections: readonly Section[], level = 2): string {
  return sections
    .flatMap(({ title, blocks }) => [
      `${'#'.repeat(level)} ${markdownText(title)}`,
      ...blocks.map(markdownBlock),
    ])
    .join('\n\n');
}

export function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return atLineStart(markdownText(block.text));
    case 'list':
      return block.items.flatMap((item) => itemLines(item, '')).join('\n');
    case 'table':
      return [row(block.head), row(block.head.map(() => '---')), ...block.rows.map(row)].join('\n');
    case 'command':
      // In an indented block nothing opens anything; the line is one already.
      return `    ${block.line}`;
  }
}

function itemLines({ text, below }: Item, indent: string): string[] {
  const line = `${indent}- ${atLineStart(markdownText(text))}`;
  return [line, ...below.flatMap((item) => itemLines(item, `${indent}  `))];
}

function row(cells: readonly Text[]): string {
  return `| ${cells.map(markdownText).join(' | ')} |`;
}

/** Longer than any line of ours: what it quotes has been cut before. */
const WHOLE = 20_000;

export function markdownText(text: Text): string {
  return pieces(text).map(piece).join('');
}

function piece(one: Piece): string {
  if (typeof one === 'string') return spaced(one);
  if ('bold' in one) return `**${markdownText(one.bold)}**`;
  // Codes and file names of ours, in which no such sign stands.
  return 'code' in one ? `\`${one.code.replace(/[`|\p{Cc}]/gu, '')}\`` : `[^${one.footnote}]`;
}

/** Escaping trims, but a piece may begin or end with the blank before its neighbour. */
function spaced(text: string): string {
  const [, before = '', after = ''] = /^( ?).*?( ?)$/s.exec(text) ?? [];
  return text.trim() === '' ? before : `${before}${escapeMarkdown(text, WHOLE)}${after}`;
}

/** At the beginning of a block a heading, a list or a rule could be opened too. */
function atLineStart(markdown: string): string {
  return markdown.replace(/^(?:([#+=-])|(\d{1,9})([.)]))/, (_, sign?: string, digits = '', dot = '') =>
    sign === undefined ? `${digits}\\${dot}` : `\\${sign}`,
  );
}
