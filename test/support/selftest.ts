import type { Row } from '../../src/cli/selftest/catalogue.ts';
import type { Drilled } from '../../src/cli/selftest/hold-against.ts';
import type { FindingCode } from '../../src/drill/model/findings.ts';
import type { Finding, Verdict } from '../../src/drill/model/verdict.ts';
import { passed } from './verdicts.ts';

export const honestRow: Row = {
  name: 'slow-stop',
  about: 'takes its time',
  seams: ['daemons'],
  alone: false,
  expect: { kind: 'honest', level: 2 },
};

export const liarRow: Row = {
  name: 'no-op',
  about: 'does nothing',
  seams: ['broker'],
  alone: false,
  expect: {
    kind: 'liar',
    level: 2,
    primary: 'successful-no-op',
    on: 'hermes',
    also: ['false-claim'],
    verdict: null,
    leftOut: false,
  },
};

export function found(code: FindingCode, more: Partial<Finding> = {}): Finding {
  return {
    code,
    severity: 'fail',
    host: 'tesseract',
    service: 'hermes',
    message: 'it still runs',
    evidence: ['e-1'],
    consequenceOf: null,
    knownIssue: null,
    ...more,
  };
}

/** A drill of that row with these findings, as it ends when verdict and exit code agree. */
export function drilledWith(row: Row, findings: readonly Finding[], more: Partial<Verdict> = {}): Drilled {
  const verdict: Verdict = {
    ...passed,
    environment: `lab:${row.name}`,
    level: row.expect.level,
    ...(findings.length === 0 ? {} : { verdict: 'fail', exitCode: 1 }),
    findings,
    ...more,
  };
  return { verdict, exitCode: verdict.exitCode, trouble: 'it said nothing', ms: 12_345 };
}
