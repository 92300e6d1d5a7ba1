import { expect, it } from 'vitest';
import { once } from './once.ts';

it('asks once of each object, even where the answer is undefined', () => {
  const asked: object[] = [];
  const ask = once((about: { readonly answer?: number }) => {
    asked.push(about);
    return about.answer;
  });
  const [one, other] = [{ answer: 1 }, {}];
  expect([one, other, one, other].map(ask)).toEqual([1, undefined, 1, undefined]);
  expect(asked).toEqual([one, other]);
});
