import { expect, it } from 'vitest';
import { peekLevel } from './choose-drill.ts';

it.each([
  ['name: x\nlevel: 2\n', 2],
  ['level: 3   # the fleet', 3],
  ['"level": "4"\r\nname: x\r\n', 4],
  ['broker: { level: 2 }\n', null],
  ['broker:\n  level: 2\n', null],
  ['# level: 2\n', null],
  ['level: two\n', null],
  ['level: 2.5\n', null],
  ['', null],
])('reads the level of %j', (text, level) => {
  expect(peekLevel(text)).toBe(level);
});
