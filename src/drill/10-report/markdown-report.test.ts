import { describe, expect, it } from 'vitest';
import { asFound, passed, qualified } from '../../../test/support/verdicts.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import { markdownReport } from './markdown-report.ts';

describe('a gate that was skipped', () => {
  it('is shown with its reason, harmless', () => {
    const verdict = { ...passed, gateSkipped: 'the **broker** was replaced' };
    expect(markdownReport(verdict)).toContain(
      '| Gate | skipped, the level below need not be proven: the \\*\\*broker\\*\\* was replaced |',
    );
    expect(markdownReport(passed)).not.toContain('| Gate |');
  });
});

describe('a pass', () => {
  it('reads like this', () => {
    expect(markdownReport(passed)).toMatchInlineSnapshot(`
      "# LAB (reference): Halt all trading (level 2)

      **LAB (reference): PASS: 4 targets proven stopped for 6.2 s, and everything came back**

      | Drill | level-2-halt-trading |
      | --- | --- |
      | Verdict | pass (exit code 0) |
      | Fleet | restored: everything was seen back as it was |
      | Environment | lab:reference |
      | Coverage | 2 of 2 hosts answered, 4 of 4 targets proven stopped, 1 of 1 survivors proven kept |
      | Time | 2026-11-22T10:30:00.123Z to 2026-11-22T10:30:14.456Z |
      | Drill id | 20261122T103000Z-level-2-k3x9 |
      | Inventory | inventory.yaml (sha256 d7b1305a399ce07b60690b9315c7c39c2b6e53fb860841fa666e7e7cd6495870) |
      | Runner | haltdrill 0.1.0 |

      ## What was proven

      - 4 of 4 targets stopped within 5.00 s of the trigger: foresight on tesseract, shiva on tesseract, hermes on tesseract, leverage on tesseract.
      - The complete halt was watched without a break for 6.21 s (6.00 s were asked for).
      - Nor did they come back for a moment too short to be seen: their service managers counted no other life of foresight on tesseract, shiva on tesseract, hermes on tesseract, leverage on tesseract.
      - 1 of 1 survivors kept: principal on knox; the broker in a new life, since the drill itself killed it.
      - The halt was still there, in API and store, after the broker was killed with SIGKILL and came back.
      - 1 of 1 request that must do nothing did nothing: a halt without a token.
      - After the resume everything was back as it was before.

      ## What was not proven

      Nothing that this drill asks for is left unproven.

      ## Findings

      None.

      ## What the broker claimed

      What a broker says is a claim; none of it counts as evidence.

      - The broker acknowledged the stop of hermes on tesseract.

      ## Services, host by host

      | Host | Service | Role | Outcome | Stopped after | Pids before | Pids at the end |
      | --- | --- | --- | --- | --- | --- | --- |
      | knox | principal | survivor | kept, proven |  | 4100 | 5100 |
      | tesseract | foresight | target | stopped, proven | 0.41–0.62 s | 4201 | 5201 |
      | tesseract | shiva | target | stopped, proven | 0.41–0.62 s | 4202 | 5202 |
      | tesseract | hermes | target | stopped, proven | 0.52–0.74 s | 4203 | 5203 |
      | tesseract | leverage | target | stopped, proven | −0.02–0.10 s | 4204 | 5204 |

      ## The broker’s state

      | Moment | API (a claim) | Store (read without the broker) |
      | --- | --- | --- |
      | before | level 0, no incident, revision 6 | level 0, no incident, revision 6 |
      | halted | level 2, incident inc-7, revision 7, “haltdrill drill level-2-halt-trading nonce7f3a” | level 2, incident inc-7, revision 7, “haltdrill drill level-2-halt-trading nonce7f3a” |
      | after the crash | level 2, incident inc-7, revision 7, “haltdrill drill level-2-halt-trading nonce7f3a” | level 2, incident inc-7, revision 7, “haltdrill drill level-2-halt-trading nonce7f3a” |
      | after resume | level 0, no incident, revision 8 | level 0, no incident, revision 8 |

      Killed with SIGKILL while halted: pid 4100. It came back as pid 5100 and answered after 0.84 s.

      ## Requests that must be refused

      | Request | What came of it | Answer | In the audit log |
      | --- | --- | --- | --- |
      | a halt without a token (\`no-token\`) | refused, and nothing came of it | HTTP 401 | yes |

      ## Stop conditions

      | Condition | Then | Came true |
      | --- | --- | --- |
      | foreign-incident | touch nothing more | no |

      ## Effects

      | Asset | Expected | Orders at baseline | Orders after the deadline | Position before | after | Open orders after |
      | --- | --- | --- | --- | --- | --- | --- |
      | DOGE-USD | silent | 21 | 0 | 12.5 | 11 | 0 |

      ## Controls

      | Host | Samples | Longest gap | Probe saw a killed canary gone after | Controls held |
      | --- | --- | --- | --- | --- |
      | knox | 140 | 0.14 s | 0.00–0.11 s | yes |
      | tesseract | 138 | 0.21 s | 0.00–0.13 s | yes |

      ## What was not tested

      - Power loss: SIGKILL keeps the page cache.

      ## Exit code and how to run it again

      Exit code 0: pass.

          haltdrill drill --level 2 --inventory inventory.yaml --lab reference

      The evidence is in \`journal.jsonl\` beside this file; \`e-41\` is its record with that id. The same verdict as data is in \`verdict.json\`.
      "
    `);
  });
});

describe('the fleet as it was found', () => {
  it('reads like this', () => {
    expect(markdownReport(asFound)).toMatchInlineSnapshot(`
      "# LAB (as-found): Halt all trading (level 2)

      **LAB (as-found): FAIL: 4 services on tesseract still run after the broker said stopped**

      | Drill | level-2-halt-trading |
      | --- | --- |
      | Verdict | fail (exit code 1) |
      | Fleet | restored: everything was seen back as it was |
      | Environment | lab:as-found |
      | Coverage | 2 of 2 hosts answered, 0 of 4 targets proven stopped, 1 of 1 survivors proven kept |
      | Time | 2026-11-22T10:30:00.123Z to 2026-11-22T10:30:14.456Z |
      | Drill id | 20261122T103000Z-level-2-k3x9 |
      | Inventory | inventory.yaml (sha256 d7b1305a399ce07b60690b9315c7c39c2b6e53fb860841fa666e7e7cd6495870) |
      | Runner | haltdrill 0.1.0 |

      ## What was proven

      - 1 of 1 survivors kept: principal on knox.
      - 1 of 1 request that must do nothing did nothing: a halt without a token.
      - After the resume everything was back as it was before.

      ## What was not proven

      - foresight on tesseract had to stop: still running.
      - shiva on tesseract had to stop: still running.
      - hermes on tesseract had to stop: still running.
      - leverage on tesseract had to stop: still running.
      - The halt was never seen complete, so that nothing is known about how long it holds.
      - The broker was not killed while halted: the stop is not proven

      ## Findings

      - **\`successful-no-op\`** foresight on tesseract: acknowledged, and pid 42 of foresight still ran 5.1 s after the trigger (evidence: e-41, e-97)
        - \`false-claim\` foresight on tesseract: the audit log says that foresight was stopped (evidence: e-120)
      - **\`successful-no-op\`** shiva on tesseract: acknowledged, and pid 42 of shiva still ran 5.1 s after the trigger (evidence: e-41, e-97)
        - \`false-claim\` shiva on tesseract: the audit log says that shiva was stopped (evidence: e-120)
      - **\`successful-no-op\`** hermes on tesseract: acknowledged, and pid 42 of hermes still ran 5.1 s after the trigger (evidence: e-41, e-97)
        - \`false-claim\` hermes on tesseract: the audit log says that hermes was stopped (evidence: e-120)
      - **\`successful-no-op\`** leverage on tesseract: acknowledged, and pid 42 of leverage still ran 5.1 s after the trigger (evidence: e-41, e-97)
        - \`false-claim\` leverage on tesseract: the audit log says that leverage was stopped (evidence: e-120)
      - **\`unpersisted-halt\`** principal on knox: the API says level 2, the store stayed at level 0

      ## What the findings mean

      - \`successful-no-op\` (4 times): The broker acknowledged the stop; the same process still runs. Usual cause: The stop command ran on another host, or for a label that the service manager there does not know, and returned success. Way out: Send the stop to the host where the service lives, and let the broker look for the process before it reports success.
      - \`unpersisted-halt\` (1 time): The halt is not in the store. Usual cause: Halt state is kept in memory, or written later. Way out: Write the halt before replying.

      ## What the broker claimed

      What a broker says is a claim; none of it counts as evidence.

      - The broker acknowledged the stop of hermes on knox; hermes lives on tesseract.

      ## Services, host by host

      | Host | Service | Role | Outcome | Stopped after | Pids before | Pids at the end |
      | --- | --- | --- | --- | --- | --- | --- |
      | knox | principal | survivor | kept, proven |  | 4100 | 5100 |
      | tesseract | foresight | target | **still running** |  | 4201 | 4201 |
      | tesseract | shiva | target | **still running** |  | 4202 | 4202 |
      | tesseract | hermes | target | **still running** |  | 4203 | 4203 |
      | tesseract | leverage | target | **still running** |  | 4204 | 4204 |

      ## The broker’s state

      | Moment | API (a claim) | Store (read without the broker) |
      | --- | --- | --- |
      | before | level 0, no incident, revision 0 | level 0, no incident, revision 0 |
      | halted | level 2, incident inc-1, revision 1, “haltdrill drill level-2-halt-trading nonce7f3a” | level 0, no incident, revision 0 |
      | after the crash | not read | not read |
      | after resume | unreadable: HTTP 500 \\| oops | level 0, no incident, revision 0 |

      The broker was not killed: the stop is not proven

      ## Requests that must be refused

      | Request | What came of it | Answer | In the audit log |
      | --- | --- | --- | --- |
      | a halt without a token (\`no-token\`) | refused, and nothing came of it | HTTP 401 | yes |

      ## Stop conditions

      | Condition | Then | Came true |
      | --- | --- | --- |
      | foreign-incident | touch nothing more | no |

      ## Effects

      | Asset | Expected | Orders at baseline | Orders after the deadline | Position before | after | Open orders after |
      | --- | --- | --- | --- | --- | --- | --- |
      | DOGE-USD | silent | 21 | 37 | 12.5 | 11 | 0 |

      ## Controls

      | Host | Samples | Longest gap | Probe saw a killed canary gone after | Controls held |
      | --- | --- | --- | --- | --- |
      | knox | 140 | 0.14 s | 0.00–0.11 s | yes |
      | tesseract | 138 | 0.21 s | 0.00–0.13 s | yes |

      ## What was not tested

      - Power loss: SIGKILL keeps the page cache.

      ## Exit code and how to run it again

      Exit code 1: fail.

          haltdrill drill --level 2 --inventory inventory.yaml --lab as-found

      The evidence is in \`journal.jsonl\` beside this file; \`e-41\` is its record with that id. The same verdict as data is in \`verdict.json\`.
      "
    `);
  });
});

describe('a pass with known issues', () => {
  const report = markdownReport(qualified, {
    rerun: ['haltdrill', 'drill', '--level', '2', '--known-issues', "it's mine.yaml"],
    notes: ['verdict.json was not written; the disk is full'],
  });

  it('reads like this where it differs', () => {
    const [top = ''] = report.split('## What was proven');
    const end = report.slice(report.indexOf('## Known issues'));
    expect(`${top}…\n\n${end}`).toMatchInlineSnapshot(`
      "# LAB (as-found): Halt all trading (level 2)

      **LAB (as-found): PASS with 2 known issues[^KI-001][^KI-002]: 0 of 4 targets proven**

      | Drill | level-2-halt-trading |
      | --- | --- |
      | Verdict | pass, qualified by known issues (exit code 0) |
      | Fleet | restored: everything was seen back as it was |
      | Environment | lab:as-found |
      | Coverage | 2 of 2 hosts answered, 0 of 4 targets proven stopped, 1 of 1 survivors proven kept |
      | Time | 2026-11-22T10:30:00.123Z to 2026-11-22T10:30:14.456Z |
      | Drill id | 20261122T103000Z-level-2-k3x9 |
      | Inventory | inventory.yaml (sha256 d7b1305a399ce07b60690b9315c7c39c2b6e53fb860841fa666e7e7cd6495870) |
      | Runner | haltdrill 0.1.0 |

      …

      ## Known issues

      - KI-001[^KI-001] covers 8 findings of this drill: accepted, not proven
      - KI-002[^KI-002] covers 1 finding of this drill: accepted, not proven
      - KI-009[^KI-009] was filed for this drill and covers nothing that was seen: close it, or look why

      ## What was not tested

      - Power loss: SIGKILL keeps the page cache.

      ## Exit code and how to run it again

      Exit code 0: pass.

          haltdrill drill --level 2 --known-issues 'it'\\''s mine.yaml'

      The evidence is in \`journal.jsonl\` beside this file; \`e-41\` is its record with that id. The same verdict as data is in \`verdict.json\`.

      verdict.json was not written; the disk is full

      [^KI-001]: KI-001: Level 2 runs launchctl on knox for daemons that live on tesseract. Owner: operations. Filed 2026-11-01, expires 2099-12-31. Fix: Mirror the ssh path. Findings here: 8.
      [^KI-002]: KI-002: Halt state lives in the memory of the broker. Owner: operations. Filed 2026-11-01, expires 2099-12-31. Fix: Mirror the ssh path. Findings here: 1.
      [^KI-009]: KI-009: Hermes was slow. Owner: operations. Filed 2026-11-01, expires 2099-12-31. Fix: Mirror the ssh path. Findings here: 0.
      "
    `);
  });

  it('refers to every footnote that it defines, and defines every one that it refers to', () => {
    const defined = [...report.matchAll(/^\[\^([^\]]+)\]:/gm)].map((match) => match[1]);
    const referred = [...report.matchAll(/(?<!^)\[\^([^\]]+)\]/gm)].map((match) => match[1]);
    expect(new Set(referred)).toEqual(new Set(defined));
    expect(defined).toEqual(['KI-001', 'KI-002', 'KI-009']);
  });

  it('does not count what was accepted as proven', () => {
    expect(report).toContain('0 of 4 targets proven stopped');
    expect(report).not.toContain('targets stopped within');
  });
});

describe('findings', () => {
  const finding = (over: Partial<Finding>): Finding => ({
    code: 'late-stop',
    severity: 'fail',
    host: 'knox',
    service: 'hermes',
    message: 'late',
    evidence: [],
    consequenceOf: null,
    knownIssue: null,
    ...over,
  });
  const reportOf = (...findings: Finding[]): string =>
    markdownReport({ ...passed, verdict: 'fail', findings });

  it('are all there, even where the cause is not', () => {
    expect(reportOf(finding({ consequenceOf: 'respawned knox/nobody' }))).toContain(
      '**`late-stop`** hermes on knox: late',
    );
  });

  it('are all there, even where each is said to cause the other', () => {
    const a = finding({ code: 'late-stop', consequenceOf: 'flapped knox/hermes' });
    const b = finding({ code: 'flapped', consequenceOf: 'late-stop knox/hermes', message: 'flap' });
    const report = reportOf(a, b);
    expect(report.match(/: late$/gm)).toHaveLength(1);
    expect(report.match(/: flap$/gm)).toHaveLength(1);
  });

  it('cannot smuggle markup or lines into the report', () => {
    const report = reportOf(finding({ message: 'x\n# PASS | <b>[a](b)\u001b[2J', host: 'a|b' }));
    expect(report).toContain('hermes on a\\|b: x # PASS \\| &lt;b&gt;\\[a\\](b)');
    expect(report).not.toMatch(/^# PASS/m);
  });

  it('that could not be told are named among what was not proven', () => {
    const report = reportOf(finding({ code: 'blind-probe', severity: 'inconclusive', message: 'hidden' }));
    expect(report).toMatch(/## What was not proven\n\n- It could not be told: hidden \(`blind-probe`\)/);
  });
});

describe('what survived the crash', () => {
  const sentence = 'The halt was still there, in API and store';
  const without = (change: (verdict: Verdict) => Partial<Verdict>): string =>
    markdownReport({ ...passed, ...change(passed) });

  it('is claimed only where both sources were read at both moments and agree', () => {
    expect(markdownReport(passed)).toContain(sentence);
    for (const gone of ['halted', 'after-crash'] as const) {
      for (const source of ['api', 'store'] as const) {
        const moments = passed.broker.moments.map((m) => (m.moment === gone ? { ...m, [source]: null } : m));
        expect(without(() => ({ broker: { ...passed.broker, moments } }))).not.toContain(sentence);
      }
    }
  });

  it('is not claimed where the incident is another one', () => {
    const moments = passed.broker.moments.map((m) =>
      m.moment === 'after-crash' && m.store !== null ? { ...m, store: { ...m.store, incident: 'inc-8' } } : m,
    );
    expect(without(() => ({ broker: { ...passed.broker, moments } }))).not.toContain(sentence);
  });
});

it('says that a lab is a lab, whatever the headline says', () => {
  const report = markdownReport({ ...passed, headline: 'PASS: all well' });
  expect(report.split('\n').slice(0, 3)).toEqual([
    '# LAB (reference): Halt all trading (level 2)',
    '',
    '**LAB (reference): PASS: all well**',
  ]);
});

it('tells a strict failure of a pass from a failure', () => {
  expect(markdownReport({ ...qualified, exitCode: 1 })).toContain(
    'Exit code 1: a pass that leans on known issues, under --strict.',
  );
});

describe('a fleet that a rule has left halted', () => {
  const left: Verdict = {
    ...passed,
    verdict: 'aborted',
    fleet: 'halted',
    exitCode: 5,
    headline: 'LAB (reference): ABORTED: THE FLEET IS LEFT HALTED by the rule survivor-dies',
    stopConditions: [{ condition: 'survivor-dies', action: 'hold', met: 'sentinel | on `knox` has ended' }],
  };

  it('is told how to be resumed, below the headline', () => {
    const report = markdownReport(left, { folder: 'out/it is here' });
    expect(report).toContain("haltdrill recover 'out/it is here'\n");
    expect(report.indexOf('haltdrill recover')).toBeLessThan(report.indexOf('## What was proven'));
    expect(report).toContain(
      '| survivor-dies | leave the fleet halted | **yes**: sentinel \\| on \\`knox\\` has ended |',
    );
  });

  it('is not told so where the rule did not come true, or the fleet is back', () => {
    const unmet = { ...left, stopConditions: left.stopConditions.map((one) => ({ ...one, met: null })) };
    for (const verdict of [unmet, { ...left, fleet: 'restored' as const }])
      expect(markdownReport(verdict)).not.toContain('haltdrill recover');
  });
});
