import { expect, it } from 'vitest';
import { asFound, passed, qualified } from '../../../test/support/verdicts.ts';
import { proofOf } from './proof-of.ts';

it('lists what a pass proved', () => {
  expect(proofOf(passed)).toEqual({
    drillId: '20261122T103000Z-level-2-k3x9',
    drill: 'level-2-halt-trading',
    level: 2,
    environment: 'lab:reference',
    verdict: 'pass',
    qualified: false,
    proven: [
      'foresight@tesseract',
      'hermes@tesseract',
      'leverage@tesseract',
      'principal@knox',
      'shiva@tesseract',
    ],
    declared: 5,
    inventorySha256: passed.inventory.sha256,
    drillSha256: null,
    runner: '0.1.0',
    finishedAt: '2026-11-22T10:30:14.456Z',
  });
});

it('C1: carries the digest of the drill that was run', () => {
  expect(proofOf({ ...passed, drillSha256: 'ab' }).drillSha256).toBe('ab');
});

it('does not count as proven what was accepted', () => {
  expect(proofOf(qualified)).toMatchObject({ verdict: 'pass', qualified: true, proven: ['principal@knox'] });
});

it('keeps what a failed drill proved all the same', () => {
  expect(proofOf(asFound).proven).toEqual(['principal@knox']);
});

it('takes nothing from a drill that did not run, whatever its services say', () => {
  expect(proofOf({ ...passed, verdict: 'not-run' }).proven).toEqual([]);
});

it('does not take a target that was kept, or a survivor that was stopped, for proven', () => {
  const services = passed.halt.services.map((service) => ({
    ...service,
    outcome: service.role === 'target' ? ('kept' as const) : ('stopped' as const),
  }));
  expect(proofOf({ ...passed, halt: { ...passed.halt, services } }).proven).toEqual([]);
});
