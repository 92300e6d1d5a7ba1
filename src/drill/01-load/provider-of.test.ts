import { describe, expect, it } from 'vitest';
import { providerOf } from './provider-of.ts';

describe('who provides a fleet', () => {
  it.each([
    ['provider: embedded-lab\n', 'embedded-lab'],
    ['fleet: a\nprovider: "embedded-lab" # the lab\n', 'embedded-lab'],
    ['fleet: a\n', 'live'],
    ['provider: live\n', 'live'],
    ['# provider: embedded-lab\n', 'live'],
    ['notes: |\n  provider: embedded-lab\n', 'live'],
    ['hosts:\n  provider: embedded-lab\n', 'live'],
    ['', 'live'],
  ] as const)('%j is %s', (text, provider) => {
    expect(providerOf(text)).toBe(provider);
  });

  it('is told of a broken file too', () => {
    expect(providerOf('provider: embedded-lab   # here\nhosts: { a: [\n')).toBe('embedded-lab');
    expect(providerOf('provider: live\nhosts: { a: [\n')).toBe('live');
    expect(providerOf('hosts: { a: [\n')).toBe('live');
  });
});
