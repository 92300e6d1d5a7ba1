import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManagedService } from '../../drill/model/manager.ts';
import type { Reading } from '../../drill/model/reading.ts';
import { EVERY, RUNNING } from './launchctl.fixture.ts';
import { parseDisabled, parseLaunchctlPrint } from './parse-launchctl.ts';
import { parsePm2 } from './parse-pm2.ts';
import { parseSections } from './parse-sections.ts';
import { parseSupervisorctl } from './parse-supervisorctl.ts';
import { parseSystemctlShow } from './parse-systemctl.ts';
import { parseTimespan } from './parse-timespan.ts';
import { JLIST } from './pm2.fixture.ts';
import { CONFIG, STATUS } from './supervisorctl.fixture.ts';
import { SOCKET, TIMER, UNIT } from './systemctl.fixture.ts';

/** Whatever a manager prints, no parser throws, and none makes a process, a counter or an activation up. */

type Parse = (text: string) => Reading<Omit<ManagedService, 'disabled'>>;

const show: Parse = (text) => parseSystemctlShow(text, [{ name: 'hermes.timer', text }]);

/** What is said of any process at all, since a label that no text has proves nothing. */
const supervised: Parse = (text) =>
  parseSupervisorctl(text, `${CONFIG}\n${text}`, /^(\S+)\s+(?:RUNNING|BACKOFF)/m.exec(text)?.[1] ?? 'hermes');
const pm2: Parse = (text) => parsePm2(text, ['hermes'], /"name":"(\w+)"/.exec(text)?.[1] ?? 'hermes');

function expectNothingMadeUp(parse: Parse, text: string): void {
  const read = parse(text);
  if (read.kind !== 'present') return;
  const { pid, runs, restarts, invocation } = read.value;
  const numbers = new Set((text.match(/\d+/g) ?? []).map(Number));
  for (const number of [pid, runs, restarts]) if (number !== null) expect(numbers).toContain(number);
  for (const word of invocation?.split(',') ?? [])
    expect(text).toMatch(new RegExp(`(?:InvocationID=|"pm_uptime":)${word}\\b`));
}

const junk = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all).toString('latin1')),
  fc.string(),
  fc.stringMatching(/^(?:\t?(?:pid|runs|state|[A-Z]\w{0,8}) ?= ?[\w ]{0,12}\n){0,6}$/),
);

function mutated(real: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(real.length),
    remove: fc.nat(20),
    insert: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.stringMatching(/^[\d \n\t={}]{0,8}$/),
      fc.nat(real.length).map((from) => real.slice(from, from + 40)),
    ),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce(
        (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
        real,
      ),
    );
}

describe.each([
  ['launchctl', parseLaunchctlPrint, EVERY],
  ['systemctl', show, [UNIT, TIMER, SOCKET]],
  ['supervisorctl', supervised, [STATUS]],
  ['pm2', pm2, [JLIST]],
] as const)('%s', (_, parse, reals) => {
  it('is never made up, whatever the bytes', () => {
    fc.assert(
      fc.property(junk, (text) => expectNothingMadeUp(parse, text)),
      { numRuns: 300 },
    );
    const any = fc.oneof(...reals.map(mutated));
    fc.assert(
      fc.property(any, (text) => expectNothingMadeUp(parse, text)),
      { numRuns: 500 },
    );
  });
});

describe('the answer of a whole host', () => {
  const answer = `label com.invictus.hermes\n${RUNNING.trimEnd().replace(/^/gm, '|')}\nstatus 0\ndisabled system\nend\n`;

  it('is refused wherever it is cut off, so that no value in it can be half of one', () => {
    expect(parseSections(answer).kind).toBe('present');
    for (let end = 0; end < answer.length; end += 1)
      expect(parseSections(answer.slice(0, end)).kind).toBe('unreadable');
  });

  it('gives a manager no say in where a section begins or ends', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('end', 'label x', 'status 0', '|', 'disabled y', '')), (lines) => {
        const printed = lines.map((line) => `|${line}\n`).join('');
        const sections = parseSections(`label a\n${printed}status 3\nend\n`);
        const text = lines.map((line) => `${line}\n`).join('');
        expect(sections).toEqual({
          kind: 'present',
          value: [{ kind: 'label', name: 'a', text, statuses: [3] }],
        });
      }),
    );
  });

  it('is never thrown over', () => {
    fc.assert(
      fc.property(fc.oneof(junk, mutated(answer)), (text) => {
        parseSections(text);
        parseDisabled(text);
        parseTimespan(text);
      }),
    );
  });
});
