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

/**
 * Controls; what is invisible or turns text round (Unicode categories Cf, Zl, Zp, and the default-ignorable rest, such as
 * fillers and variation selectors); lone surrogates; private use; and what is no character at all, which XML forbids.
 */
const HARMFUL =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** Shows that something was cut. What stands before it may be a part of a word, of a secret too: the redactor knows this sign. */
export const CUT = '…';

/** A copy of a text in which `by` has replaced every character that could move a terminal's cursor or hide in a line. */
export function withoutHarmful(text: string, by: (character: string) => string): string {
  return text.replace(HARMFUL, by);
}

/** At most `longest` code points of a text, and the sign of a cut where that is not all of it. */
export function shortened(text: string, longest: number): string {
  // No more is spread out than can be kept: a hostile megabyte must cost nothing.
  const head = text.slice(0, longest * 2);
  const characters = [...head];
  const cut = characters.length > longest || head.length < text.length;
  return cut ? `${characters.slice(0, longest).join('')}${CUT}` : text;
}

/** The longest piece of somebody else's text that is quoted, in characters. */
const LONGEST = 500;

/**
 * Text from hosts, brokers and files as one harmless line, at most `longest` characters: no terminal sequences, white space
 * folded, and a replacement character for whatever else is harmful.
 */
export function plain(text: string, longest = LONGEST): string {
  // Cut before the work, generously: sequences and white space that go away do not count.
  const head = text.slice(0, longest * 8);
  const line = withoutHarmful(head.replace(SEQUENCES, '').replace(WHITE, ' '), () => '\ufffd').trim();
  return head.length < text.length && [...line].length <= longest
    ? `${line}${CUT}`
    : shortened(line, longest);
}

/** Several lines, each harmless by itself; blanks at their beginnings stay. For text of ours that quotes others, such as a plan. */
export function plainLines(text: string, longest = 4000): string {
  return text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${plain(line, longest)}`.trimEnd())
    .join('\n');
}

/** What is left of any text on a terminal: its lines, with a replacement character for whatever else could act upon one. */
export function printed(text: string): string {
  return withoutHarmful(text, (character) => (character === '\n' ? character : '\ufffd'));
}

/** JSON text in which harmful characters are escapes: the same data, harmless on a terminal. */
export function harmlessJson(json: string): string {
  // Line ends of the layout are no part of the data; inside its texts JSON escapes them itself.
  return withoutHarmful(json, (character) => (character === '\n' ? character : unitEscapes(character)));
}

function unitEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');
}
