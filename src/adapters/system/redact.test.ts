import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from './redact.ts';
import { redactStrings } from './redact-strings.ts';

const SECRET = 'p4ss/w"ö rd+\\=?&';

describe('createRedactor', () => {
  const redact = createRedactor([SECRET]);

  const json = JSON.stringify(SECRET).slice(1, -1);
  it.each([
    ['as it is', SECRET],
    ['in JSON', json],
    ['in JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['in JSON with slashes escaped', json.replaceAll('/', '\\/')],
    ['in JSON with only ASCII', json.replace('ö', '\\u00f6')],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in a URL in lower case', encodeURIComponent(SECRET).replace(/%../g, (x) => x.toLowerCase())],
    ['in a form', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['in hex', Buffer.from(SECRET).toString('hex')],
  ])('removes a secret %s', (_, form) => {
    expect(redact(`before ${form} after`)).toBe('before [redacted] after');
  });

  it.each(['', 'a', 'ab', 'user:', 'x'.repeat(17)])('removes it from base64 behind "%s"', (prefix) => {
    const encoded = Buffer.from(`${prefix}${SECRET}${prefix}`).toString('base64');
    const clean = redact(encoded);
    expect(clean).toContain('[redacted]');
    for (const piece of clean.split('[redacted]'))
      expect(Buffer.from(piece, 'base64').toString('utf8')).not.toContain(SECRET.slice(0, 4));
  });

  it.each([
    ['Authorization: Bearer abc.def-ghi', 'Authorization: [redacted]'],
    ['authorization=Basic dXNlcjpwYXNz, next', 'authorization=[redacted], next'],
    ['{"Authorization":"Bearer abc"}', '{"Authorization":"[redacted]"}'],
    ['{\\"authorization\\":\\"abc\\"}', '{\\"authorization\\":\\"[redacted]\\"}'],
    ['curl -H bearer 0123456789abcdef', 'curl -H bearer [redacted]'],
    ['{"authorization":null,"level":2}', '{"authorization":null,"level":2}'],
    ['the bearer of news', 'the bearer of news'],
    ['unauthorized: no', 'unauthorized: no'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
  });

  it('removes the longer of two secrets that begin alike', () => {
    expect(createRedactor(['token', 'token-longer'])('token-longer')).toBe('[redacted]');
  });

  it('ignores empty secrets and refuses those too short to be told from other text', () => {
    expect(createRedactor([''])('text')).toBe('text');
    expect(() => createRedactor(['abc'])).toThrow(RangeError);
  });

  it('leaves no trace of any secret in any JSON document, which stays one', () => {
    const secrets = fc.string({ minLength: 4, maxLength: 30, unit: 'grapheme' });
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        const body = JSON.stringify({ x: before + secret + after, n: 1234 });
        const clean = redactStrings({ [secret]: body, n: 1234 }, createRedactor([secret])) as object;
        expect(Object.keys(clean)).not.toContain(secret);
        expect(Object.values(clean)[0]).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(Object.values(clean)[1]).toBe(1234);
      }),
    );
  });

  it('takes what stands under a key "authorization", whatever it is', () => {
    expect(redactStrings({ headers: [{ Authorization: 'x' }] }, (text) => text)).toEqual({
      headers: [{ Authorization: '[redacted]' }],
    });
  });
});
