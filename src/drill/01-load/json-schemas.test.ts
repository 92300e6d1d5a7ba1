import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Verdict } from '../model/verdict.ts';
import { jsonSchemas } from './json-schemas.ts';
import { verdictSchema } from './verdict-schema.ts';

type Json = { readonly [key: string]: unknown };

/** Every key that a section defines, with what is said of it. */
function keysOf(node: unknown, path = ''): [string, Json][] {
  if (typeof node !== 'object' || node === null) return [];
  const own = Object.entries((node as { properties?: Record<string, Json> }).properties ?? {});
  return [
    ...own.map(([key, value]): [string, Json] => [`${path}/${key}`, value]),
    ...Object.entries(node).flatMap(([step, value]) => keysOf(value, `${path}/${step}`)),
  ];
}

describe('the schemas for editors', () => {
  it.each([...jsonSchemas()])('%s in schemas/ is the one that the code generates', (file, text) => {
    expect(readFileSync(new URL(`../../../schemas/${file}`, import.meta.url), 'utf8')).toBe(text);
  });

  it.each(['inventory.schema.json', 'drill.schema.json', 'known-issues.schema.json'])(
    '%s describes every key',
    (file) => {
      const keys = keysOf(JSON.parse(jsonSchemas().get(file) ?? ''));
      expect(keys.length).toBeGreaterThan(8);
      expect(keys.filter(([, value]) => typeof value.description !== 'string').map(([path]) => path)).toEqual(
        [],
      );
    },
  );

  it('accept a variable where a port is wanted, and a duration as it is written', () => {
    const inventory = z.fromJSONSchema(JSON.parse(jsonSchemas().get('inventory.schema.json') ?? ''));
    const host = (port: unknown) => ({ transport: 'ssh', address: 'a', user: 'u', manager: 'none', port });
    const issues = (port: unknown) =>
      (inventory.safeParse({ hosts: { a: host(port) } }).error?.issues ?? []).filter(
        ({ path }) => path[0] === 'hosts',
      );
    expect(issues(`\${PORT}`)).toEqual([]);
    expect(issues(22)).toEqual([]);
    expect(issues('twenty')).not.toEqual([]);

    const drill = z.fromJSONSchema(JSON.parse(jsonSchemas().get('drill.schema.json') ?? ''));
    const written = { name: 'd', title: 'D', level: 2, within: '5s', hold: '1m' };
    expect(drill.safeParse(written).success).toBe(true);
    expect(drill.safeParse({ ...written, hold: 60_000 }).success).toBe(false);
    expect(drill.safeParse({ ...written, whitin: '5s' }).success).toBe(false);
  });
});

describe('the schema of a verdict', () => {
  const verdict: Verdict = {
    schemaVersion: 1,
    drillId: 'd-1',
    drill: 'level-2',
    title: 'Halt all trading',
    level: 2,
    verdict: 'fail',
    qualified: false,
    headline: 'FAIL: 1 service still runs',
    environment: 'live',
    runner: '0.1.0',
    inventory: { path: 'inventory.yaml', sha256: 'ab' },
    fleet: 'restored',
    exitCode: 1,
    startedAt: '2026-11-22T10:00:00.000Z',
    finishedAt: '2026-11-22T10:00:20.000Z',
    findings: [
      {
        code: 'successful-no-op',
        severity: 'fail',
        host: 'tesseract',
        service: 'hermes',
        asset: 'DOGE-USD',
        message: 'It still runs',
        evidence: ['e-1'],
        consequenceOf: null,
        knownIssue: null,
      },
    ],
    footnotes: [],
    coverage: {
      hosts: { declared: 2, answered: 2 },
      targets: { declared: 1, proven: 0 },
      survivors: { declared: 0, proven: 0 },
    },
    halt: {
      acknowledged: true,
      withinMs: 5000,
      holdMs: 6000,
      heldMs: null,
      services: [
        {
          service: 'hermes',
          host: 'tesseract',
          role: 'target',
          outcome: 'running',
          stoppedAfterMs: [1, 2],
          baselinePids: [7],
          finalPids: [7],
          counter: 'steady',
        },
      ],
    },
    broker: {
      moments: [
        {
          moment: 'before',
          api: { level: 0, incident: null, reason: null, revision: 1, asset: null },
          store: { unreadable: 'locked' },
        },
      ],
      crash: { done: false, why: 'the halt was never complete' },
    },
    stopConditions: [{ condition: 'foreign-incident', action: 'hands-off', met: null }],
    guards: [],
    effects: [],
    controls: [
      { host: 'knox', samples: 9, longestGapMs: 120, latencyMs: { fromMs: 1, toMs: 2 }, held: true },
    ],
    claims: [],
    notTested: ['Power loss'],
  };

  it('takes one as the judge writes it, and loses nothing', () => {
    expect(verdictSchema.parse(JSON.parse(JSON.stringify(verdict)))).toEqual(verdict);
  });

  it('takes one of before there were stop conditions', () => {
    const { stopConditions: _, ...older } = verdict;
    expect(verdictSchema.parse(older)).toEqual({ ...verdict, stopConditions: [] });
  });

  it('refuses an unknown code and an unknown exit code', () => {
    expect(verdictSchema.safeParse({ ...verdict, exitCode: 6 }).success).toBe(false);
    const [finding] = verdict.findings;
    expect(verdictSchema.safeParse({ ...verdict, findings: [{ ...finding, code: 'no-op' }] }).success).toBe(
      false,
    );
  });
});
