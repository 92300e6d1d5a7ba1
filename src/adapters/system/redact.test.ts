import { createHash } from 'node:crypto';
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
    ['db postgres://app:hunter2@db.example/x', 'db postgres://app:[redacted]@db.example/x'],
    ['a password with @ in it: ftp://u:p@ss@h', 'a password with @ in it: ftp://u:[redacted]@h'],
    ['http://127.0.0.1:8700/v1/status of ops@knox', 'http://127.0.0.1:8700/v1/status of ops@knox'],
    ['ssh ops@192.168.1.150:22', 'ssh ops@192.168.1.150:22'],
    [
      'key -----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE+/=\n-----END RSA PRIVATE KEY----- end',
      'key [redacted] end',
    ],
    ['{"a":"-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1r","n":1}', '{"a":"[redacted]","n":1}'],
    ['-----BEGIN CERTIFICATE-----MIIE', '-----BEGIN CERTIFICATE-----MIIE'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
  });

  it.each([
    ['in HTML', `a&b<c>"d'e`, 'a&amp;b&lt;c&gt;&quot;d&#39;e'],
    ['in a shell word', `it's secret`, `'it'\\''s secret'`],
    ['with its blanks folded', 'SHUT  DOWN', 'SHUT DOWN'],
  ])('removes a secret %s', (_, secret, form) => {
    expect(createRedactor([secret])(`before ${form} after`).replaceAll("'", '')).toBe(
      'before [redacted] after',
    );
  });

  it('removes what is left of a secret before the sign of a cut, and nothing else before one', () => {
    const clean = createRedactor(['abcdefgh-secret']);
    expect(clean('x abcdefgh-sec… y abcdef…')).toBe('x [redacted]… y [redacted]…');
    expect(clean('x abcde… abcdefgh-sec y… abcdefgx…')).toBe('x abcde… abcdefgh-sec y… abcdefgx…');
  });

  it('keeps a text that is nothing but blanks, and one of half characters, from matching everywhere', () => {
    expect(createRedactor(['     ', '\ud800\ud800\ud800\ud800'])('nothing here')).toBe('nothing here');
  });

  it('is not held up by text made to do so', () => {
    const slow = createRedactor(['S'.repeat(800), 'another-secret']);
    const startedMs = performance.now();
    for (const piece of ['-----BEGIN PRIVATE KEY-----', 'SSSSSSS…', 'a://b:', 'bearer ', 'authorization: '])
      slow(piece.repeat(Math.floor((1024 * 1024) / piece.length)));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('S11: takes hardly longer for twenty secrets than for one, in a megabyte that is nothing but cuts', () => {
    const secrets = Array.from({ length: 20 }, (_, at) =>
      createHash('sha256').update(`secret ${at}`).digest('hex'),
    );
    const [one, twenty] = [createRedactor(secrets.slice(0, 1)), createRedactor(secrets)];
    const texts = ['…', 'abcdefgh…'].map((piece) => piece.repeat(350_000 / piece.length));
    const took = (redact: (text: string) => string): number => {
      const began = performance.now();
      for (const text of texts) redact(text);
      return performance.now() - began;
    };
    // The best of several: what a busy machine adds is no part of it.
    const best = (redact: (text: string) => string): number =>
      Math.min(...Array.from({ length: 5 }, () => took(redact)));
    expect(best(twenty)).toBeLessThan(5 * best(one));
  });

  it('removes the longest part before a cut, of whichever secret', () => {
    const clean = createRedactor(['abcdefgh-one', 'fgh-onetwo-secret', 'abcdefxy-other']);
    expect(clean('x abcdefgh-on… abcdefx… fgh-onetw… abcdefgz…')).toBe(
      'x [redacted]… [redacted]… [redacted]… abcdefgz…',
    );
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
