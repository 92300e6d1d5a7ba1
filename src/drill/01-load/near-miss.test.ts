import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from './near-miss.ts';
import { formatProblem, harmless, sortProblems } from './problem.ts';

describe('near misses', () => {
  it.each([
    ['hermess', ['shiva', 'hermes'], 'hermes'],
    ['Hermes', ['hermes'], 'hermes'],
    ['max_gap', ['max-gap'], 'max-gap'],
    ['maxGap', ['max-gap'], 'max-gap'],
    ['zeus', ['hermes', 'horus'], null],
    ['x', ['y'], null],
    ['x'.repeat(101), ['x'.repeat(100)], null],
  ])('%s among %j is %s', (word, candidates, near) => {
    expect(nearest(word, candidates)).toBe(near);
  });

  it('give way to the list of what there is', () => {
    expect(suggestion('zeus', ['hermes', 'horus'])).toBe('use one of: hermes, horus');
    expect(suggestion('zeus', [])).toBe('declare it first');
  });
});

describe('problems', () => {
  const problem = { path: 'b.yaml', line: 2, column: 3, what: 'w', why: 'y', fix: 'f' };

  it('stand on one line', () => {
    expect(formatProblem({ ...problem, path: 'a\n.yaml' })).toBe('a\u{fffd}.yaml:2:3: w; y; f');
  });

  it('come in the order of the files, then of their places, each once', () => {
    const sorted = sortProblems(
      [
        problem,
        { ...problem, line: 1, column: 9 },
        problem,
        { ...problem, path: 'a.yaml', line: 8 },
        { ...problem, column: 1 },
      ],
      ['b.yaml', 'a.yaml'],
    );
    expect(sorted.map(({ path, line, column }) => `${path}:${line}:${column}`)).toEqual([
      'b.yaml:1:9',
      'b.yaml:2:1',
      'b.yaml:2:3',
      'a.yaml:8:3',
    ]);
  });

  it('are cut, and hold nothing that a terminal obeys', () => {
    expect(harmless('a\u001b[31m\u200b\u2028z')).toBe('a\u{fffd}[31m\u{fffd}\u{fffd}z');
    expect(harmless('é'.repeat(100), 10)).toBe(`${'é'.repeat(9)}…`);
    expect(harmless('😀'.repeat(20), 10)).toBe(`${'😀'.repeat(9)}…`);
  });
});
