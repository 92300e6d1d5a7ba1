import { expect, it } from 'vitest';
import { canonicalText } from './canonical-text.ts';

it('is the same for equal values only', () => {
  const one = { b: [1, { d: null, c: 'x' }], a: { z: 1, y: undefined } };
  const other = { a: { z: 1 }, b: [1, { c: 'x', d: null }] };
  expect(canonicalText(one)).toBe(canonicalText(other));
  expect(canonicalText(one)).toBe('{"a":{"z":1},"b":[1,{"c":"x","d":null}]}');
  for (const near of [
    { ...other, b: [{ c: 'x', d: null }, 1] },
    { ...other, a: { z: '1' } },
    { a: { z: 1 } },
  ])
    expect(canonicalText(near)).not.toBe(canonicalText(one));
});
