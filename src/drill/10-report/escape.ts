const ESC = '\u001b';
const BEL = '\u0007';
const ST = '\u009c';
/** Terminal sequences (ECMA-48): CSI; OSC and the other strings, up to their terminator; two-byte escapes; in 7 and 8 bits. */
const SEQUENCES = new RegExp(
  [
    `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^${BEL}${ESC}${ST}]*(?:${BEL}|${ESC}\\\\|${ST})?`,
    `${ESC}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);
const WHITE = /[\s\u0085]+/g;
/** Controls, what is invisible or turns text round (Unicode category Cf), and lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** The longest piece of somebody else's text that a report quotes, in characters. */
const LONGEST = 500;

/**
 * Text from hosts, brokers and files as one harmless line for a terminal: no sequences, no control or invisible
 * characters, white space folded, at most `longest` characters.
 */
export function plain(text: string, longest = LONGEST): string {
  // Cut before the work, generously, so that a hostile megabyte costs nothing.
  const line = text
    .slice(0, longest * 8)
    .replace(SEQUENCES, '')
    .replace(WHITE, ' ')
    .replace(INVISIBLE, '\ufffd')
    .trim();
  const characters = [...line];
  const cut = characters.length > longest || text.length > longest * 8;
  return cut ? `${characters.slice(0, longest).join('')}…` : line;
}

/**
 * The same, harmless in GitHub-flavoured Markdown too, in a table cell as well as in a sentence: nothing in it can
 * open code, a link, an image, a footnote, emphasis, HTML or a column.
 */
export function escapeMarkdown(text: string, longest = LONGEST): string {
  return plain(text, longest)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*[\]~|$]/g, (sign) => `\\${sign}`)
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}
