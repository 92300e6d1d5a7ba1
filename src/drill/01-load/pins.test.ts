import { expect, it } from 'vitest';
import type { Pins } from '../model/pin.ts';
import { loadPins, pinsText } from './pins.ts';
import { formatProblem } from './problem.ts';

const PINS: Pins = {
  fleet: 'small',
  inventorySha256: 'ab'.repeat(32),
  pinnedAt: '2026-11-01T10:00:00.000Z',
  hosts: new Map([
    ['knox', { machineId: '01'.repeat(16), hostname: 'knox', hostKey: null }],
    ['tesseract', { machineId: null, hostname: 'no: {yaml} # "here"', hostKey: 'SHA256:abc+/' }],
  ]),
};

const problems = (text: string): string[] => {
  const loaded = loadPins({ path: 'inventory.lock.yaml', text });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
};

it('reads what it writes', () => {
  const text = pinsText(PINS);
  expect(text).toMatch(/^# Written by `haltdrill pin`/);
  expect(loadPins({ path: 'inventory.lock.yaml', text })).toEqual({ ok: true, pins: PINS });
});

it('says what is wrong with a lock, and where', () => {
  const text = pinsText(PINS);
  expect(problems(text.replace('version: 1', 'version: 2'))).toEqual([
    'inventory.lock.yaml:3:10: "version" is 2; it must be 1; use the haltdrill that wrote it, or pin anew',
  ]);
  expect(problems(text.replace('hostname: knox', 'hostnam: knox'))).toEqual([
    'inventory.lock.yaml:11:5: unknown key "hostnam"; a pinned host has no such key; did you mean "hostname"?',
  ]);
  expect(problems('[')).toHaveLength(1);
});
