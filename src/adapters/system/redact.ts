const MARK = '[redacted]';
const SHORTEST = 4;

/**
 * Builds the function through which every byte of journal, report and message passes. It replaces each secret, in
 * whatever coat it may turn up: as it is, escaped for JSON (up to three times over, as an answer quoted in a record
 * is), URL-encoded, in hex, and in base64 at any alignment (so that `user:secret` is found too); and, known or not,
 * what follows `Authorization:` or `Bearer`. A second pass changes nothing more.
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
    if (secret.length < SHORTEST)
      throw new RangeError(
        `a secret of fewer than ${SHORTEST} characters cannot be kept out of the evidence`,
      );
    for (const form of formsOf(secret)) forms.add(form);
  }
  // Longest first: of two secrets that begin alike, the shorter one must not leave the other's tail behind.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const known = longestFirst.length === 0 ? null : new RegExp(longestFirst.join('|'), 'g');
  return (text) => {
    const clean = known === null ? text : text.replace(known, MARK);
    return clean.replace(AUTHORIZATION, `$1${MARK}`).replace(BEARER, `$1${MARK}`);
  };
}

// A value ends at a quote, a bracket, comma, semicolon, white space or backslash (an escaped line end or quote). Behind
// a quoted key only a quoted value is taken: putting the mark in place of a bare `null` would break the JSON around it.
const AUTHORIZATION =
  /(\bauthorization(?:\\*["']\s*:\s*\\*["']|\s*[:=]\s*))(?:(?:basic|bearer|digest|token|negotiate)\s+)?[^\s"'\\,;[\]{}()]+/gi;
const BEARER = /(\bbearer\s+)[\w\-.~+/]{8,}=*/gi;

function formsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret, 'utf8');
  const url = encodeURIComponent(secret);
  const forms = new Set([
    secret,
    url,
    encodeURI(secret),
    url.replaceAll('%20', '+'),
    // RFC 3986: these five may be encoded as well; and hex digits in either case.
    url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
  ]);
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
