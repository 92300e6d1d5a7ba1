import { describe, expect, it } from 'vitest';
import { drilledWith, found, honestRow, liarRow } from '../../../test/support/selftest.ts';
import { holdAgainst } from './hold-against.ts';
import { linesFor, matrixMarkdown, summary } from './matrix.ts';
import { selftestJson } from './selftest-json.ts';

const caught = holdAgainst(
  liarRow,
  drilledWith(liarRow, [
    found('successful-no-op'),
    found('successful-no-op', { service: 'shiva' }),
    found('false-claim', { consequenceOf: 'successful-no-op tesseract/hermes' }),
  ]),
);
const missed = holdAgainst({ ...liarRow, name: 'quiet' }, drilledWith({ ...liarRow, name: 'quiet' }, []));
const clear = holdAgainst(honestRow, drilledWith(honestRow, []));
const accused = holdAgainst(honestRow, drilledWith(honestRow, [found('late-stop', { message: 'a | b' })]));
const about = { runner: '1.2.3', startedAt: '2026-11-22T10:30:00Z', tookMs: 61_400, jobs: 4, notDrilled: 0 };

describe('the detection matrix', () => {
  it('counts what was caught and what was falsely accused', () => {
    expect(summary([caught, missed, clear, accused])).toBe('caught 1/2, false alarms 1/2');
    expect(summary([caught, clear])).toBe('caught 1/1, false alarms 0/1');
  });

  it('has a line a row, and says below it what is not as expected', () => {
    const { heading, line } = linesFor([liarRow, honestRow]);
    expect([heading, line(caught), line(clear)].join('\n')).toBe(
      [
        '             misbehaviour  expected                          verdict       time    found',
        'caught       no-op         successful-no-op on hermes, fail  fail          12.3 s  successful-no-op on hermes, shiva; 1 consequence',
        'passed       slow-stop     pass, no finding                  pass          12.3 s  nothing',
      ].join('\n'),
    );
    expect(line(missed)).toMatch(/^MISSED .*\n {13}the verdict is pass, not fail\n {13}successful-no-op/);
    expect(line(accused)).toMatch(/^FALSE ALARM /);
  });

  it('is Markdown, with what went wrong first', () => {
    const text = matrixMarkdown([caught, accused], { ...about, notDrilled: 2 });
    expect(text).toContain('# Self-test: caught 1/1, false alarms 1/1\n');
    expect(text).toContain('It was cut short: 2 more were not drilled.');
    expect(text.indexOf('### slow-stop')).toBeLessThan(text.indexOf('## Detection matrix'));
    expect(text).toContain('a \\| b');
    expect(matrixMarkdown([caught], about)).not.toContain('Not as expected');
  });

  it('is JSON, which is ok only where all of it is as expected and nothing was left out', () => {
    const json = (results: (typeof caught)[], notDrilled = 0): unknown =>
      JSON.parse(selftestJson(results, { ...about, notDrilled }));
    expect(json([caught, clear])).toMatchObject({
      schemaVersion: 1,
      ok: true,
      liars: 1,
      caught: 1,
      honest: 1,
      falseAlarms: 0,
      rows: [
        {
          name: 'no-op',
          asExpected: true,
          verdict: 'fail',
          expected: { primary: 'successful-no-op', verdict: 'fail' },
        },
        { name: 'slow-stop', findings: [] },
      ],
    });
    expect(json([caught, missed])).toMatchObject({ ok: false });
    expect(json([caught], 1)).toMatchObject({ ok: false });
  });
});
