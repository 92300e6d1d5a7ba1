import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { createFingerprint } from './fingerprint.ts';
import { parentOf, pick } from './json-pointer.ts';
import { describeValue, printable } from './printable.ts';
import { randomWord } from './random.ts';

describe('systemClock', () => {
  it('never goes back, and sleeps at least as long as it was told', async () => {
    const before = systemClock.nowMs();
    await systemClock.sleep(20);
    expect(systemClock.nowMs() - before).toBeGreaterThanOrEqual(19);
    expect(systemClock.wall()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('wakes at once when aborted, before or during the sleep', async () => {
    const before = systemClock.nowMs();
    const stop = new AbortController();
    const asleep = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await asleep;
    await systemClock.sleep(60_000, stop.signal);
    expect(systemClock.nowMs() - before).toBeLessThan(10_000);
  });
});

describe('randomWord', () => {
  it('gives fresh words of lower-case letters and digits', () => {
    const words = new Set(Array.from({ length: 1000 }, randomWord));
    expect(words.size).toBe(1000);
    for (const word of words) expect(word).toMatch(/^[a-z0-9]{16}$/);
  });
});

describe('createFingerprint', () => {
  it('is equal for equal texts within a drill, and different for another text or another drill', () => {
    const [one, other] = [createFingerprint(), createFingerprint()];
    expect(one('sshd')).toMatch(/^[0-9a-f]{16}$/);
    expect(one('sshd')).toBe(one('sshd'));
    expect(one('sshd')).not.toBe(one('sshe'));
    expect(one('sshd')).not.toBe(other('sshd'));
  });

  it('is HMAC-SHA256 (RFC 4231, test case 2)', () => {
    expect(createFingerprint(Buffer.from('Jefe'))('what do ya want for nothing?')).toBe('5bdcc146bf60754e');
  });
});

describe('pick', () => {
  // The examples of RFC 6901 section 5.
  const rfc = {
    foo: ['bar', 'baz'],
    '': 0,
    'a/b': 1,
    'c%d': 2,
    'e^f': 3,
    'g|h': 4,
    'i\\j': 5,
    'k"l': 6,
    ' ': 7,
    'm~n': 8,
  };
  it.each([
    ['', rfc],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('"%s"', (pointer, value) => {
    expect(pick(rfc, pointer)).toEqual({ at: 'found', value });
  });

  it.each([
    ['/nothing', 'missing'],
    ['/null/id', 'missing'],
    ['/list/5', 'missing'],
    ['/toString', 'missing'],
    ['/__proto__', 'missing'],
    ['/list/-', 'misfit'],
    ['/list/01', 'misfit'],
    ['/list/length', 'misfit'],
    ['/text/id', 'misfit'],
    ['/zero/id', 'misfit'],
  ])('%s is %s', (pointer, at) => {
    expect(pick({ null: null, list: [1], text: 'I-7', zero: 0 }, pointer).at).toBe(at);
  });

  it('knows a pointer that contains another', () => {
    expect([parentOf('/incident/id'), parentOf('/level'), parentOf('')]).toEqual(['/incident', '', null]);
  });
});

describe('printable', () => {
  it('makes text from outside harmless and short', () => {
    expect(printable('a\u001b[31mred\r\n\u202eevil\u2028x')).toBe(
      'a\\u{1b}[31mred\\u{d}\\u{a}\\u{202e}evil\\u{2028}x',
    );
    expect(printable('x'.repeat(500), 10)).toBe(`${'x'.repeat(10)}…`);
    expect(printable('😀😀😀', 2)).toBe('😀😀…');
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [[1, 2], 'a list of 2'],
    [{ a: 1 }, 'an object with a'],
    ['\u0007', 'the text "\\u{7}"'],
    [1.5, 'the number 1.5'],
    [true, 'the boolean true'],
  ])('names %j', (value, words) => {
    expect(describeValue(value)).toBe(words);
  });
});
