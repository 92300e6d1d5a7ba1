import { describe, expect, it } from 'vitest';
import { formatProblem } from './problem.ts';
import { parseSource } from './yaml-source.ts';

function refusals(text: string): string[] {
  const parsed = parseSource({ path: 'a.yaml', text });
  return 'problems' in parsed ? parsed.problems.map(formatProblem) : [];
}

function sourceOf(text: string) {
  const parsed = parseSource({ path: 'a.yaml', text });
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.source;
}

describe('what is refused', () => {
  it.each([
    [
      'a key given twice',
      'a: 1\na: 2\n',
      'a.yaml:2:1: this key is given twice in one map; one of the two would be lost; keep one of them',
    ],
    [
      'a tag',
      'a: !now x\n',
      'a.yaml:1:4: it has a tag (!…); tags have no meaning in this file; take the tag away',
    ],
    [
      'a known tag',
      'a: !!binary aGk=\n',
      'a.yaml:1:4: it has a tag (!…); tags have no meaning in this file; take the tag away',
    ],
    [
      'a key that is a list',
      '? [a]\n: 1\n',
      'a.yaml:1:3: this key is not text; every key here is a name; put it in quotes',
    ],
    [
      'a key called __proto__',
      'a: 1\nb: { "__proto__": { polluted: true } }\n',
      'a.yaml:2:6: this key is "__proto__"; a key of that name changes what others mean; rename it',
    ],
    [
      'a tag that would make an object',
      'a: !!js/function "x"\n',
      'a.yaml:1:4: it has a tag (!…); tags have no meaning in this file; take the tag away',
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      'a.yaml:2:1: a second document begins here; a file holds one; take away the line "---" and what follows it',
    ],
  ])('%s', (_, text, message) => {
    expect(refusals(text)).toEqual([message]);
  });

  it('a variable that YAML takes for a map, with the way out', () => {
    expect(refusals('match: { script: ${ROOT}/bin }\n').at(-1)).toMatch(
      /^a\.yaml:1:\d+: it is not valid YAML .*; put the value with \$\{…\} in quotes, since \{ begins a map here$/,
    );
  });

  it('an alias bomb, before it grows', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n++)
      bomb.push(
        `a${n}: &a${n} [${Array(9)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    expect(refusals(`${bomb.join('\n')}\n`)).toEqual([
      'a.yaml:2:10: its aliases multiply, or one of them has no anchor; a file that grows when it is read is refused; write the values out instead of using *aliases',
    ]);
  });

  it('more than 1 MiB', () => {
    expect(refusals(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual([
      'a.yaml:1:1: it is longer than 1 MiB; no such file needs to be; check that this is the right file',
    ]);
  });

  it.each([
    ['lists', '['.repeat(200_000), '1:100'],
    ['items', '- '.repeat(200_000), '1:199'],
    ['maps', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), '99:101'],
  ])('endless nesting of %s', (_, text, at) => {
    expect(refusals(text)).toEqual([
      `a.yaml:${at}: it is nested too deeply; no such file needs to be; flatten it`,
    ]);
  });

  it('more values than any fleet has, but not as many as one may have', () => {
    const list = (count: number): string => `a: [${Array(count).fill('x').join(',')}]`;
    expect(refusals(list(100_000))).toEqual([
      'a.yaml:1:1: it holds more than 100000 values, or an alias of what it stands in; no such file needs to; split it',
    ]);
    expect(refusals(list(99_990))).toEqual([]);
  });

  it('S11: more keys in one map than any fleet has, but not as many as one may have', () => {
    const keys = (count: number): string => Array.from({ length: count }, (_, n) => `k${n}: 1`).join('\n');
    expect(refusals(keys(10_001))).toEqual([
      'a.yaml:1:1: this map holds more than 10000 keys; no such file needs to; check that this is the right file',
    ]);
    expect(refusals(keys(10_000))).toEqual([]);
  });

  it.each([
    ['keys', Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`).join('\n')],
    ['line ends', '\n'.repeat(500_000)],
  ])('S11: more words, marks and line ends than any file has: %s', (_, text) => {
    const [said = '', ...more] = refusals(text);
    expect(said).toMatch(
      /^a\.yaml:\d+:\d+: up to here it holds 400000 words, marks and line ends; no such file needs to be; check that this is the right file$/,
    );
    expect(more).toEqual([]);
  });

  it('each key that is given again, with what else is wrong', () => {
    expect(refusals('a: { b: 1, "b": 2, c: !now x }\na:\n  d: 1\n  d: 2\n  d: 3\n').sort()).toEqual(
      ['1:12', '2:1', '4:3', '5:3']
        .map(
          (at) =>
            `a.yaml:${at}: this key is given twice in one map; one of the two would be lost; keep one of them`,
        )
        .concat('a.yaml:1:23: it has a tag (!…); tags have no meaning in this file; take the tag away')
        .sort(),
    );
  });

  const chain = Array.from({ length: 900 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]`);
  it.each([
    ['that hold themselves', 'x: 1\na: &a [*a]\n', '2:8'],
    ['that hold each other', 'a: &a { b: &b [*a, *b] }\n', '1:16'],
    ['of much', `a: &a [${Array(50_000).fill('x').join(',')}]\nb: *a\nc: *a\n`, '2:4'],
  ])('aliases %s', (_, text, at) => {
    expect(refusals(text)).toEqual([
      `a.yaml:${at}: it holds more than 100000 values, or an alias of what it stands in; no such file needs to; write the values out instead of using *aliases`,
    ]);
  });

  it('aliases in an endless chain', () => {
    expect(refusals(`a0: &a0 [x]\n${chain.join('\n')}\n`)).toEqual([
      'a.yaml:2:10: its aliases multiply, or one of them has no anchor; a file that grows when it is read is refused; write the values out instead of using *aliases',
    ]);
  });

  it('thousands of aliases', () => {
    const many = `a: &a x\nb: [${Array(1001).fill('*a').join(', ')}]\n`;
    expect(refusals(many)).toEqual([
      'a.yaml:2:5: it holds more than 1000 aliases; no such file needs to; write the values out instead of using *aliases',
    ]);
  });

  it('no honest alias', () => {
    const hosts = Array.from({ length: 50 }, (_, n) => `h${n}: *usual`).join('\n');
    expect(refusals(`usual: &usual { a: [1, 2], b: c }\n${hosts}\n`)).toEqual([]);
  });

  it('an alias without an anchor', () => {
    expect(refusals('b: 1\na: *nobody\n').at(0)).toMatch(/^a\.yaml:2:4: /);
  });

  it.each([
    ['a literal', 'a: "x"\nbearer: "abc" s3cr3t-word\n'],
    ['an alias', 'bearer: *s3cr3t-word\n'],
    ['an escape', 'bearer: "\\s3cr3t-word"\n'],
    ['a second root', 'bearer: x\n- s3cr3t-word\n'],
    ['a block header', 'bearer: |s3cr3t-word\n  x\n'],
    ['an anchor', 'bearer: &s3cr3t-word *x y\n'],
  ])('and the message quotes nothing of %s', (_, text) => {
    const said = refusals(text);
    expect(said.length).toBeGreaterThan(0);
    expect(said.join('\n')).not.toMatch(/s3cr|3t-word/);
  });

  it('nothing that is nested as deep as an honest body', () => {
    expect(sourceOf(`${'['.repeat(95)}1${']'.repeat(95)}`).value).toBeDefined();
  });
});

describe('where things stand', () => {
  const source = sourceOf('one: { two: [a, bcd] }\nempty:\nagain: &x\n  deep: 1\nalias: *x\n');

  it.each([
    [['one', 'two', 1], 'value', 1, 17],
    [['one', 'two'], 'key', 1, 8],
    [['one', 'two'], 'value', 1, 13],
    [['empty'], 'value', 2, 1],
    [['again', 'deep'], 'value', 4, 9],
    [['alias', 'deep'], 'value', 4, 9],
    [['again', 'missing'], 'value', 3, 1],
    [['nowhere'], 'value', 1, 1],
  ] as const)('%j %s', (path, at, line, column) => {
    expect(source.locate(path, at)).toEqual({ line, column });
  });
});

describe('what stays text', () => {
  it('days, and words that older YAML took for booleans', () => {
    expect(sourceOf('day: 2026-11-01\nname: yes\n').value).toEqual({ day: '2026-11-01', name: 'yes' });
  });

  it('keys that look like parts of every object', () => {
    expect(sourceOf('constructor: { prototype: 1 }\n<<: { a: 1 }\n_proto_: 2\n').value).toEqual({
      constructor: { prototype: 1 },
      '<<': { a: 1 },
      _proto_: 2,
    });
  });
});
