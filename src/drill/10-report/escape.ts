import { plain } from '../model/harmless.ts';

/**
 * Text that is harmless in GitHub-flavoured Markdown, in a table cell as well as in a sentence: nothing in it can
 * open code, a link, an image, a footnote, emphasis, HTML or a column.
 */
export function escapeMarkdown(text: string, longest?: number): string {
  return (
    plain(text, longest)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*[\]~|$@]/g, (sign) => `\\${sign}`)
      // GitHub makes links of bare addresses too.
      .replace(/:(?=\/\/)/g, '\\:')
      .replace(/\bwww\./gi, (host) => `${host.slice(0, -1)}\\.`)
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is harmless in HTML and in XML 1.0, between tags as well as in a quoted attribute: it can open neither element nor entity. */
export function escapeMarkup(text: string, longest?: number): string {
  return plain(text, longest).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '');
}
