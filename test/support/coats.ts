/**
 * Every coat in which a secret may turn up, made without any code of the program: as it is, in base64 at any alignment and in
 * both alphabets, in hex, URL-encoded, and escaped for JSON once and twice.
 */
function coatsOf(secret: string): { readonly coat: string; readonly text: string }[] {
  const bytes = Buffer.from(secret, 'utf8');
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Without the characters that hang on what stands before and behind.
    return text.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + bytes.length) * 4) / 3));
  });
  return [
    { coat: 'raw', text: secret },
    ...base64.map((text, shift) => ({ coat: `base64 at ${shift}`, text })),
    ...base64.map((text, shift) => ({
      coat: `base64url at ${shift}`,
      text: text.replaceAll('+', '-').replaceAll('/', '_'),
    })),
    { coat: 'hex', text: bytes.toString('hex') },
    { coat: 'HEX', text: bytes.toString('hex').toUpperCase() },
    { coat: 'URL', text: url },
    { coat: 'form', text: url.replaceAll('%20', '+') },
    { coat: 'JSON', text: json },
    { coat: 'JSON in JSON', text: JSON.stringify(json).slice(1, -1) },
  ];
}

/** Which secrets stand in which of the texts, and in what coat. */
export function leaks(
  secrets: Readonly<Record<string, string>>,
  texts: ReadonlyMap<string, Buffer>,
): string[] {
  return [...texts].flatMap(([where, bytes]) =>
    Object.entries(secrets).flatMap(([name, secret]) =>
      coatsOf(secret)
        .filter(({ text }) => bytes.includes(text))
        .map(({ coat }) => `${name} in ${where}, ${coat}`),
    ),
  );
}
