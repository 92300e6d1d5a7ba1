import { expect, it } from 'vitest';
import { nameFrom } from './names.ts';

it.each([
  ['hermes.service', 'hermes'],
  ['com.example.trading.hermes', 'hermes'],
  ['gui/501/org.example.hermes', 'hermes'],
  ['traders:hermes', 'hermes'],
  ['getty@tty1.service', 'getty-tty1'],
  ['pg_14-main', 'pg_14-main'],
  ['/srv/fleets/prod', 'prod'],
  ['a b\u001b[31m', 'a-b-31m'],
  ['h'.repeat(90), 'h'.repeat(64)],
  ['', null],
  ['@@@', null],
])('%j', (label, name) => {
  expect(nameFrom(label)).toBe(name);
});
