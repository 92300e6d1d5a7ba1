import { expect, it } from 'vitest';
import { createSecrets } from './secrets.ts';

it('takes out what it was told of, from then on, wherever it is asked', () => {
  const secrets = createSecrets();
  expect(secrets.redact('a sesame b')).toBe('a sesame b');
  secrets.keep(['sesame']);
  const { redact } = secrets;
  secrets.keep(['tamarind', 'sesame']);
  expect(redact('sesame, tamarind')).toBe('[redacted], [redacted]');
  expect(secrets.clean({ sesame: ['x tamarind', 1], n: null })).toEqual({
    '[redacted]': ['x [redacted]', 1],
    n: null,
  });
});

it('keeps what it knows where one that it is told of cannot be kept', () => {
  const secrets = createSecrets();
  secrets.keep(['sesame']);
  expect(() => secrets.keep(['tamarind', 'abc'])).toThrow(RangeError);
  expect(secrets.redact('sesame')).toBe('[redacted]');
  secrets.keep(['tamarind']);
  expect(secrets.redact('tamarind')).toBe('[redacted]');
});
