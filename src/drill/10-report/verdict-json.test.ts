import { expect, it } from 'vitest';
import { asFound, passed } from '../../../test/support/verdicts.ts';
import { verdictJson } from './verdict-json.ts';

it('is the verdict, and ends with a newline', () => {
  const text = verdictJson(asFound);
  expect(JSON.parse(text)).toEqual(asFound);
  expect(text.endsWith('}\n')).toBe(true);
});

it('holds no character that a terminal acts upon, and loses none', () => {
  const headline = 'a\u001b[31m\u009b31m\u202e\u2028\u0000é東';
  const text = verdictJson({ ...passed, headline });
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e|\u2028/u);
  expect((JSON.parse(text) as typeof passed).headline).toBe(headline);
});
