import { type Block, type Item, type Piece, pieces, type Section, type Text } from './blocks.ts';
import { escapeMarkup } from './escape.ts';

/** Sections and blocks in HTML; every text is escaped here, and nothing else makes an element. */
export function htmlSections(sections: readonly Section[]): string {
  return sections
    .map(
      ({ title, blocks }) =>
        `<section>\n<h2>${htmlText(title)}</h2>\n${blocks.map(htmlBlock).join('\n')}\n</section>`,
    )
    .join('\n');
}

export function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${htmlText(block.text)}</p>`;
    case 'list':
      return list(block.items);
    case 'table':
      return htmlTable(block);
    case 'command':
      return `<pre><code>${spaced(block.line)}</code></pre>`;
  }
}

/** In a box of its own, which scrolls where the page is narrower than the table. */
function htmlTable({ head, rows }: Extract<Block, { kind: 'table' }>): string {
  const heads = head.map((cell) => `<th scope="col">${htmlText(cell)}</th>`).join('');
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${htmlText(cell)}</td>`).join('')}</tr>`);
  return `<div class="wide"><table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table></div>`;
}

function list(items: readonly Item[]): string {
  const lines = items.map(
    ({ text, below }) => `<li>${htmlText(text)}${below.length === 0 ? '' : `\n${list(below)}`}</li>`,
  );
  return `<ul>\n${lines.join('\n')}\n</ul>`;
}

export function htmlText(text: Text): string {
  return pieces(text).map(piece).join('');
}

function piece(one: Piece): string {
  if (typeof one === 'string') return spaced(one);
  if ('bold' in one) return `<strong>${htmlText(one.bold)}</strong>`;
  if ('code' in one) return `<code>${spaced(one.code)}</code>`;
  const label = escapeMarkup(one.footnote);
  return `<sup><a href="#note-${label}">${label}</a></sup>`;
}

/** Longer than any line of ours: what it quotes has been cut before. */
const WHOLE = 20_000;

/** Escaping trims, but a piece may begin or end with the blank before its neighbour. */
function spaced(text: string): string {
  const [, before = '', after = ''] = /^( ?).*?( ?)$/s.exec(text) ?? [];
  return text.trim() === '' ? before : `${before}${escapeMarkup(text, WHOLE)}${after}`;
}
