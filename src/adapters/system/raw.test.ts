import { expect, it } from 'vitest';
import { createRawKeeper, rawOf } from './raw.ts';

it('keeps an answer that changed or cannot be read, and of one that stayed as it was only the digest', () => {
  const keep = createRawKeeper();
  const heads = (['a', 'a', 'b', 'b', 'a'] as const).map(
    (text, at) => keep(Buffer.from(text), at !== 3).head,
  );
  expect(heads).toEqual(['a', undefined, 'b', 'b', 'a']);
});

it('keeps no half of a word where it has to cut, since that could be half a secret', () => {
  expect(rawOf(Buffer.from('one two s3cret'), 11)).toMatchObject({ bytes: 14, head: 'one two ' });
  expect(rawOf(Buffer.from('one two s3cret'), 14).head).toBe('one two s3cret');
});
