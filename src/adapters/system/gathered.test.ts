import { expect, it } from 'vitest';
import { Gathered } from './gathered.ts';

it('keeps bytes in their order, up to its bound, and says how many it dropped', () => {
  const gathered = new Gathered(5_000);
  for (let n = 0; n < 4_999; n += 1) expect(gathered.add(Buffer.from([n % 256]))).toBe(0);
  expect(gathered.add(Buffer.from('abc'))).toBe(2);
  expect(gathered.add(Buffer.from('d'))).toBe(1);
  const wanted = Buffer.from([...Array.from({ length: 4_999 }, (_, n) => n % 256), 97]);
  expect(gathered.bytes()).toEqual(wanted);
  expect(gathered.take()).toEqual(wanted);
  expect(gathered.size).toBe(0);
  expect(gathered.add(Buffer.from('again'))).toBe(0);
  expect(gathered.bytes().toString()).toBe('again');
});

it('does not share what it handed out', () => {
  const gathered = new Gathered(100);
  gathered.add(Buffer.from('one'));
  const first = gathered.take();
  gathered.add(Buffer.from('two'));
  expect(first.toString()).toBe('one');
});
