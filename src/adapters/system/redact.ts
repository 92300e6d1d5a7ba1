import { CUT, plain } from '../../drill/model/harmless.ts';
import { SHORTEST_SECRET } from '../../drill/model/secrets.ts';

const MARK = '[redacted]';
/** A beginning of a secret that stands before the sign of a cut is taken out from this length on. */
const SHORTEST_PART = 6;

/**
 * Builds the function through which every byte of journal, report and message passes. It replaces each secret, in
 * whatever coat it may turn up: as it is, escaped for JSON (up to three times over, as an answer quoted in a record
 * is), for HTML and XML, for a shell, URL-encoded, in hex, and in base64 at any alignment (so that `user:secret` is found
 * too); the beginning of one where it was cut; and, known or not, what follows `Authorization:` or `Bearer`, the password of
 * an address, and a private key in PEM. A second pass changes nothing more.
 * For a JSON document, clean its texts one by one (`redactStrings`): in the raw document a secret of digits could be part
 * of a number.
 *
 * Empty secrets are ignored. Throws a RangeError for one of fewer than 4 characters: it could not be removed without
 * wrecking the evidence, nor left in.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === '') continue;
    if (secret.length < SHORTEST_SECRET)
      throw new RangeError(
        `a secret of fewer than ${SHORTEST_SECRET} characters cannot be kept out of the evidence`,
      );
    for (const form of formsOf(secret)) forms.add(form);
  }
  // Longest first: of two secrets that begin alike, the shorter one must not leave the other's tail behind.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const known = longestFirst.length === 0 ? null : new RegExp(longestFirst.join('|'), 'g');
  const beginnings = beginningsOf(forms);
  return (text) => {
    const clean = known === null ? text : text.replace(known, MARK);
    return withoutParts(clean, beginnings)
      .replace(PRIVATE_KEY, MARK)
      .replace(AUTHORIZATION, `$1${MARK}`)
      .replace(BEARER, `$1${MARK}`)
      .replace(ADDRESS, `$1${MARK}@`);
  };
}

interface Beginnings {
  /** The forms that begin with these characters, `SHORTEST_PART` of them. */
  readonly forms: ReadonlyMap<string, readonly string[]>;
  /** Of the longest form, in UTF-16 units. */
  readonly longest: number;
}

function beginningsOf(all: ReadonlySet<string>): Beginnings {
  const forms = new Map<string, string[]>();
  for (const form of all) {
    if (form.length <= SHORTEST_PART) continue;
    const start = form.slice(0, SHORTEST_PART);
    forms.set(start, [...(forms.get(start) ?? []), form]);
  }
  return { forms, longest: Math.max(0, ...[...all].map(({ length }) => length)) };
}

/** Quoted text is cut here and there before it comes by; the half of a token is half a token too many. */
function withoutParts(text: string, beginnings: Beginnings): string {
  if (beginnings.forms.size === 0 || !text.includes(CUT)) return text;
  const pieces = text.split(CUT);
  const last = pieces.pop() ?? '';
  const cut = pieces.map((piece) => {
    const part = partAtTheEnd(piece, beginnings);
    return part === 0 ? piece : piece.slice(0, -part) + MARK;
  });
  return [...cut, last].join(CUT);
}

/**
 * How much of the beginning of any form a text ends with, in UTF-16 units; 0 where it is too little to tell. Each place is looked up
 * once, however many secrets there are: a hostile megabyte of cuts must not hold up the rest.
 */
function partAtTheEnd(text: string, { forms, longest }: Beginnings): number {
  for (let at = Math.max(0, text.length - longest + 1); at <= text.length - SHORTEST_PART; at++) {
    const alike = forms.get(text.slice(at, at + SHORTEST_PART));
    if (alike === undefined) continue;
    const tail = text.slice(at);
    if (alike.some((form) => form.length > tail.length && form.startsWith(tail))) return tail.length;
  }
  return 0;
}

// RFC 7468. One without its end was cut. Line ends may be escapes, blanks, or what somebody joined lines with.
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:[\sA-Za-z0-9+/=:,.|\\]|-(?!----))*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?/g;
/** `https://user:password@host`, of whatever scheme. */
const ADDRESS = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"'<>]{0,200}:)(?!\[redacted\]@)[^\s/"'<>]+@/gi;

// A value ends at a quote, a bracket, comma, semicolon, white space or backslash (an escaped line end or quote). Behind
// a quoted key only a quoted value is taken: putting the mark in place of a bare `null` would break the JSON around it.
const AUTHORIZATION =
  /(\bauthorization(?:\\*["']\s*:\s*\\*["']|\s*[:=]\s*))(?:(?:basic|bearer|digest|token|negotiate)\s+)?[^\s"'\\,;[\]{}()]+/gi;
const BEARER = /(\bbearer\s+)[\w\-.~+/]{8,}=*/gi;

function formsOf(given: string): Set<string> {
  // Half of a surrogate pair stands in no UTF-8, and encodeURI would throw.
  const secret = given.replace(/\p{Cs}/gu, '\ufffd');
  const bytes = Buffer.from(secret, 'utf8');
  const url = encodeURIComponent(secret);
  const forms = new Set([
    given,
    secret,
    url,
    encodeURI(secret),
    url.replaceAll('%20', '+'),
    // RFC 3986: these five may be encoded as well; and hex digits in either case.
    url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    secret.replaceAll("'", `'\\''`),
    entities(secret),
    entities(secret).replaceAll('&#39;', "'").replaceAll('&quot;', '"'),
  ]);
  // As it is shown, white space folded; unless next to nothing of it can be.
  const shown = plain(secret, secret.length);
  if (shown.replaceAll('\ufffd', '').length >= SHORTEST_SECRET) forms.add(shown);
  for (const spell of [jsonEscape, jsonAscii, (text: string) => jsonEscape(text).replaceAll('/', '\\/')]) {
    let escaped = secret;
    for (let depth = 0; depth < 3; depth++) {
      escaped = spell(escaped);
      forms.add(escaped);
    }
  }
  // Shorter ones would turn up by chance in text that has nothing to do with the secret.
  if (bytes.length < 6) return forms;
  forms.add(bytes.toString('hex')).add(bytes.toString('hex').toUpperCase());
  for (let shift = 0; shift < 3; shift++) {
    // The characters that depend on the secret alone, not on its neighbours in a longer text.
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor(((shift + bytes.length) * 8) / 6);
    const core = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(from, to);
    forms.add(core).add(core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function entities(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function jsonEscape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function jsonAscii(text: string): string {
  return jsonEscape(text).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
