import { expect, it } from 'vitest';
import { commandLine } from './quote.ts';

it('leaves nothing of a word to the shell', () => {
  expect(commandLine(['a', "it's", '$(id)\n'])).toBe(`exec 'a' 'it'\\''s' '$(id)\n'`);
});

it('refuses what no argument can hold, and no more', () => {
  expect(() => commandLine(['a\0b'])).toThrow('NUL');
  expect(() => commandLine(['a\ud83d'])).toThrow('half a character');
  expect(commandLine(['😀'])).toBe("exec '😀'");
});
