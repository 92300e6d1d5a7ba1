/**
 * What a report says, before it has a format: sections of blocks of text. Every format is made from these, so that all
 * say the same. Nothing in them is escaped; that is what a format does, to every text alike.
 */

/** A text, plain or in pieces. */
export type Text = string | readonly Piece[];

export type Piece =
  | string
  | { readonly code: string }
  | { readonly bold: Text }
  /** A reference to a footnote, by its label. */
  | { readonly footnote: string };

export type Block =
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'table'; readonly head: readonly Text[]; readonly rows: readonly (readonly Text[])[] }
  /** A line to be typed. */
  | { readonly kind: 'command'; readonly line: string };

export interface Item {
  readonly text: Text;
  /** Items that hang on this one. */
  readonly below: readonly Item[];
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface Note {
  readonly label: string;
  readonly text: Text;
}

export function section(title: string, ...blocks: readonly Block[]): Section {
  return { title, blocks };
}

export function paragraph(text: Text): Block {
  return { kind: 'paragraph', text };
}

export function bullets(lines: readonly Text[]): Block {
  return { kind: 'list', items: lines.map((text) => ({ text, below: [] })) };
}

export function table(head: readonly Text[], rows: readonly (readonly Text[])[]): Block {
  return { kind: 'table', head, rows };
}

export function pieces(text: Text): readonly Piece[] {
  return typeof text === 'string' ? [text] : text;
}

/** Our own words, in which `…` between backticks is code, as it stands in tables and constants. */
export function written(text: string): Text {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : { code: part }));
}
