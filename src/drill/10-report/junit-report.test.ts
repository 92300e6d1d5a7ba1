import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { hostile } from '../../../test/support/hostile.ts';
import { asFound, hostileVerdict, passed, qualified } from '../../../test/support/verdicts.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import { casesOf } from './junit-cases.ts';
import { junitReport } from './junit-report.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  ignoreDeclaration: true,
});

/** The root element; throws where the text is not well-formed XML 1.0. */
function parse(xml: string): Element {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(valid.err.msg);
  // What the library is lax about: which characters there may be (XML 1.0, 2.2), and bare ampersands.
  if (!/^[\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(xml))
    throw new Error('a forbidden character');
  if (/&(?!(?:amp|lt|gt|quot|apos|#39);)/.test(xml)) throw new Error('a bare ampersand');
  const [root] = (parser.parse(xml) as Record<string, unknown>[]).map(elementOf);
  if (root === undefined) throw new Error('no root');
  return root;
}

function elementOf(node: Record<string, unknown>): Element {
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  const inside = node[name] as Record<string, unknown>[];
  return {
    name,
    attributes: (node[':@'] ?? {}) as Record<string, string>,
    children: inside.filter((child) => !('#text' in child)).map(elementOf),
    text: inside.map((child) => child['#text'] ?? '').join(''),
  };
}

/** Attributes and children, in their order, after junit-10.xsd of Jenkins' xUnit plugin; the first attributes are required. */
const SCHEMA: Readonly<Record<string, { required: string[]; optional: string[]; children: RegExp }>> = {
  testsuites: {
    required: [],
    optional: ['name', 'time', 'tests', 'failures', 'errors', 'disabled'],
    children: /^(testsuite )*$/,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    optional: ['skipped', 'timestamp', 'time', 'hostname', 'id', 'package', 'group', 'disabled'],
    children: /^(properties )?(testcase )*(system-out )?(system-err )?$/,
  },
  properties: { required: [], optional: [], children: /^(property )+$/ },
  property: { required: ['name', 'value'], optional: [], children: /^$/ },
  testcase: {
    required: ['name'],
    optional: ['classname', 'time', 'assertions', 'status', 'group'],
    children: /^(skipped |error |failure )?(system-out )?(system-err )?$/,
  },
  skipped: { required: [], optional: ['message', 'type'], children: /^$/ },
  error: { required: [], optional: ['message', 'type'], children: /^$/ },
  failure: { required: [], optional: ['message', 'type'], children: /^$/ },
  'system-out': { required: [], optional: [], children: /^$/ },
};

function validate({ name, attributes, children }: Element): void {
  const kind = SCHEMA[name];
  if (kind === undefined) throw new Error(`unknown element ${name}`);
  const given = Object.keys(attributes);
  for (const one of kind.required) if (!given.includes(one)) throw new Error(`${name} lacks ${one}`);
  for (const one of given)
    if (![...kind.required, ...kind.optional].includes(one)) throw new Error(`${name} has ${one}`);
  const inside = children.map((child) => `${child.name} `).join('');
  if (!kind.children.test(inside)) throw new Error(`${name} holds ${inside}`);
  if (attributes.timestamp !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(attributes.timestamp))
    throw new Error(`the timestamp ${attributes.timestamp}`);
  for (const count of ['tests', 'failures', 'errors', 'skipped'] as const)
    if (attributes[count] !== undefined && !/^\d+$/.test(attributes[count])) throw new Error(count);
  if (attributes.time !== undefined && !/^\d+(\.\d+)?$/.test(attributes.time)) throw new Error('time');
  children.forEach(validate);
}

function suiteOf(verdict: Verdict): Element {
  const root = parse(junitReport(verdict));
  validate(root);
  const [suite, ...more] = root.children;
  if (suite === undefined || more.length > 0) throw new Error('not one suite');
  return suite;
}

/** `result classname name`, by case. */
function lines(verdict: Verdict): string[] {
  return suiteOf(verdict)
    .children.filter(({ name }) => name === 'testcase')
    .map(({ attributes, children }) => {
      const result = children[0]?.name ?? 'passed';
      return `${result} ${attributes.classname?.split('.').at(-1)}: ${attributes.name}`;
    });
}

const finding = (over: Partial<Finding>): Finding => ({
  code: 'late-stop',
  severity: 'fail',
  host: 'tesseract',
  service: 'hermes',
  message: 'late',
  evidence: ['e-7'],
  consequenceOf: null,
  knownIssue: null,
  ...over,
});

describe('a pass', () => {
  it('is a green suite: a case a target, survivor, guard, effect, host and for state and undo', () => {
    expect(lines(passed)).toEqual([
      'passed verdict: the verdict',
      'passed state: the halt in API and store, and through the crash of the broker',
      'passed targets: foresight on tesseract',
      'passed targets: shiva on tesseract',
      'passed targets: hermes on tesseract',
      'passed targets: leverage on tesseract',
      'passed survivors: principal on knox',
      'passed effects: DOGE-USD is silent',
      'passed guards: a halt without a token (no-token)',
      'passed stop-conditions: foreign-incident',
      'passed controls: knox',
      'passed controls: tesseract',
      'passed undo: the fleet is as it was before the drill',
    ]);
  });

  it('counts, and says when and for how long', () => {
    expect(suiteOf(passed).attributes).toEqual({
      name: 'LAB (reference): level-2-halt-trading (level 2)',
      tests: '13',
      failures: '0',
      errors: '0',
      skipped: '0',
      timestamp: '2026-11-22T10:30:00',
      time: '14.333',
    });
    const overnight = { ...passed, startedAt: '2026-11-22T23:59:59Z', finishedAt: '2026-11-23T00:00:01Z' };
    expect(suiteOf(overnight).attributes.time).toBe('2.000');
  });
});

describe('findings', () => {
  it('are failures of what they are about, with their consequences', () => {
    const said = lines(asFound);
    expect(said).toContain('failure targets: hermes on tesseract');
    expect(said).toContain('failure verdict: the verdict');
    expect(said).toContain('passed survivors: principal on knox');
    const hermes = suiteOf(asFound).children.find(
      ({ attributes }) => attributes.name === 'hermes on tesseract',
    );
    expect(hermes?.children[0]?.attributes).toMatchObject({
      type: 'successful-no-op',
      message: expect.stringContaining('successful-no-op: '),
    });
    expect(hermes?.children[0]?.text).toMatch(
      /successful-no-op: .*\(evidence: e-41, e-97\)\nfalse-claim: .*; consequence of successful-no-op/,
    );
  });

  it('are errors where it could not be told, and skipped with the issue where somebody accepted them', () => {
    const doubt = finding({ code: 'blind-probe', severity: 'inconclusive', service: null });
    const said = (findings: Finding[]): string[] =>
      lines({ ...passed, findings, verdict: 'fail', exitCode: 1 });
    expect(said([doubt])).toContain('error controls: tesseract');
    expect(said([finding({ knownIssue: 'KI-001' })])).toContain('skipped targets: hermes on tesseract');
    expect(said([finding({ knownIssue: 'KI-001' }), finding({ code: 'flapped' })])).toContain(
      'failure targets: hermes on tesseract',
    );
    const [skipped] = suiteOf({ ...passed, findings: [finding({ knownIssue: 'KI-001' })] }).children.flatMap(
      ({ children }) => children.filter(({ name }) => name === 'skipped'),
    );
    expect(skipped?.attributes.message).toBe('accepted by KI-001, not proven: late-stop: late');
  });

  it('stand alone where no question is about them', () => {
    const stranger = finding({ code: 'duplicate-instance', host: 'knox', service: 'hermes' });
    const said = lines({ ...passed, verdict: 'fail', exitCode: 1, findings: [stranger] });
    expect(said).toContain('failure findings: duplicate-instance hermes on knox');
    expect(said).toContain('passed targets: hermes on tesseract');
  });

  it('are each in exactly one case, whatever they are about', () => {
    for (const verdict of [asFound, qualified]) {
      const shown = casesOf(verdict).flatMap(({ findings }) => findings);
      expect(new Set(shown)).toEqual(new Set(verdict.findings));
      expect(shown).toHaveLength(verdict.findings.length);
    }
  });
});

describe('what is not proven', () => {
  it.each([
    [
      'a target',
      {
        halt: {
          ...passed.halt,
          services: passed.halt.services.map((one) => ({ ...one, outcome: 'unknown' as const })),
        },
      },
      'error targets: hermes on tesseract',
    ],
    [
      'a guard',
      { guards: passed.guards.map((one) => ({ ...one, outcome: 'unclear' as const })) },
      'error guards: a halt without a token (no-token)',
    ],
    [
      'a guard that was obeyed',
      { guards: passed.guards.map((one) => ({ ...one, outcome: 'took effect' as const })) },
      'failure guards: a halt without a token (no-token)',
    ],
    [
      'a control',
      { controls: passed.controls.map((one) => ({ ...one, held: false })) },
      'error controls: knox',
    ],
    [
      'an effect',
      {
        verdict: 'inconclusive' as const,
        effects: passed.effects.map((one) => ({ ...one, ordersAfterDeadline: null })),
      },
      'error effects: DOGE-USD is silent',
    ],
    ['the undo', { fleet: 'unknown' as const }, 'error undo: the fleet is as it was before the drill'],
    [
      'a crash that was not done',
      { broker: { ...passed.broker, crash: { done: false as const, why: 'not asked for' } } },
      'skipped state: the halt in API and store, and through the crash of the broker',
    ],
    [
      'a stop condition',
      { stopConditions: [{ condition: 'a survivor dies', action: 'resume' as const, met: 'horus' }] },
      'error stop-conditions: a survivor dies',
    ],
  ])('is never green, though no finding says so: %s', (_, over, line) => {
    expect(lines({ ...passed, ...over })).toContain(line);
  });

  it.each([
    ['not-run', 3, 'error'],
    ['inconclusive', 2, 'error'],
    ['aborted', 4, 'error'],
    ['fail', 1, 'failure'],
    ['pass', 5, 'error'],
    ['pass', 1, 'failure'],
    ['pass', 0, 'passed'],
  ] as const)('the verdict %s with exit code %i is %s', (verdict, exitCode, result) => {
    expect(lines({ ...passed, verdict, exitCode })[0]).toBe(`${result} verdict: the verdict`);
  });

  it('a qualified pass is skipped, not passed', () => {
    expect(lines(qualified)[0]).toBe('skipped verdict: the verdict');
    expect(lines(qualified).filter((line) => /^(failure|error)/.test(line))).toEqual([]);
  });
});

it('is well-formed and valid, and has no case more, whatever text is in it', () => {
  const cases = lines(hostileVerdict('x')).length;
  fc.assert(
    fc.property(hostile, (text) => {
      expect(lines(hostileVerdict(text))).toHaveLength(cases);
    }),
    { numRuns: 60 },
  );
});

it('would be seen not to be: parser and schema are strict', () => {
  for (const bad of [
    '<a>',
    '<a>&x;</a>',
    '<a>\u0001</a>',
    '<a>\ufffe</a>',
    '<a b="1" b="2"/>',
    '<a></b>',
    'a & b',
  ])
    expect(() => parse(`<testsuites>${bad}</testsuites>`), bad).toThrow();
  expect(() => validate(parse('<testsuites><testcase name="x"/></testsuites>'))).toThrow();
  expect(() => validate(parse('<testsuites><testsuite name="x" tests="1"/></testsuites>'))).toThrow();
});
