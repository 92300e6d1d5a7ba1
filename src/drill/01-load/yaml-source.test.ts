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
      'a.yaml:1:1: its aliases multiply, or one of them has no anchor; a file that grows when it is read is refused; write the values out instead of using *aliases',
    ]);
  });

  it('more than 1 MiB', () => {
    expect(refusals(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual([
      'a.yaml:1:1: it is longer than 1 MiB; no such file needs to be; check that this is the right file',
    ]);
  });

  it.each([
    ['lists', '['.repeat(200_000)],
    ['items', '- '.repeat(200_000)],
    ['maps', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('endless nesting of %s', (_, text) => {
    expect(refusals(text)).toEqual([
      'a.yaml:1:1: it is nested too deeply; no such file needs to be; flatten it',
    ]);
  });

  it('nothing that is nested as deep as an honest body', () => {
    expect(sourceOf(`${'['.repeat(50)}1${']'.repeat(50)}`).value).toBeDefined();
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

  it('a key called __proto__, which changes nothing else', () => {
    const { value } = sourceOf('__proto__: { polluted: true }\n');
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect('polluted' in {}).toBe(false);
  });
});
