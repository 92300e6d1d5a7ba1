import { describe, expect, it } from 'vitest';
import { harmless, listed, seconds } from './wording.ts';

describe('text of others in a message', () => {
  it.each([
    ['abcde', 'abcde'],
    ['abcdef', 'abcde…'],
    [' a \n\t b ', 'a b'],
    // What is never looked at counts as cut, however little the rest says.
    [`abc${' '.repeat(37)}`, 'abc'],
    [`abc${' '.repeat(38)}`, 'abc…'],
    [`${' '.repeat(40)}abc`, '…'],
  ])('is one line of at most so many characters: %j', (text, shown) => {
    expect(harmless(text, 5)).toBe(shown);
  });
});

describe('a time in words', () => {
  it.each([
    [412, '0.41 s'],
    [9949, '9.95 s'],
    [9951, '10.0 s'],
    [-412, '-0.41 s'],
    [-12_000, '-12.0 s'],
  ])('has as many digits as tell: %i ms', (ms, words) => {
    expect(seconds(ms)).toBe(words);
  });
});

describe('a list in words', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('has one and: %j', (words, sentence) => {
    expect(listed(words)).toBe(sentence);
  });
});
