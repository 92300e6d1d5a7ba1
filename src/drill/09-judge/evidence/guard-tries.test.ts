import { describe, expect, it } from 'vitest';
import { calm, halted, NONCE } from '../../../../test/judge/scenario.ts';
import type { BrokerState } from '../../model/broker-state.ts';
import { type GuardName, guardKind } from '../../model/guards.ts';
import { present, type Reading, unreadable } from '../../model/reading.ts';
import { aroundTry, endedHalt, type GuardTry, guardTryOf, touchingTry } from './guard-tries.ts';
import type { Death, Life, Lives } from './lives.ts';

const read = (id: string, sentMs: number, receivedMs: number, state: BrokerState | null) => ({
  id,
  sentMs,
  receivedMs,
  reading: state === null ? unreadable('no route') : (present(state) as Reading<BrokerState>),
});

const tried = (guard: GuardName, startedMs: number, change: Partial<GuardTry> = {}): GuardTry => ({
  ids: [guard],
  guard,
  kind: guardKind(guard),
  control: false,
  request: { operation: 'resume', incident: null, level: 2, revision: 2, reason: '' },
  startedMs,
  endedMs: startedMs + 20,
  answer: 'refused',
  words: 'HTTP 403',
  replied: true,
  ...change,
});
const resume = tried('resume-wrong-incident', 1000);

describe('the states around a try', () => {
  const [was, is] = [
    { ...halted, revision: 7 },
    { ...halted, revision: 8 },
  ];

  it('are the last read before it and the first asked for after it, to the millisecond', () => {
    const reads = [
      read('old', 900, 910, halted),
      read('was', 990, 1000, was),
      read('between', 1001, 1019, null),
      read('is', 1020, 1030, is),
      read('later', 1100, 1110, halted),
    ];
    expect(aroundTry(resume, reads)).toEqual({ before: was, after: is, id: 'is' });
  });

  it('are not those that were read while it was on its way', () => {
    const reads = [
      read('was', 900, 910, was),
      read('from', 990, 1001, halted),
      read('to', 1019, 1030, halted),
      read('is', 1100, 1110, is),
    ];
    expect(aroundTry(resume, reads)).toEqual({ before: was, after: is, id: 'is' });
  });

  it('are looked for past a reading that says nothing', () => {
    const reads = [
      read('was', 900, 910, was),
      read('dark', 920, 930, null),
      read('dark too', 1020, 1030, null),
      read('is', 1100, 1110, is),
    ];
    expect(aroundTry(resume, reads)).toEqual({ before: was, after: is, id: 'is' });
  });

  it.each([
    ['before', [read('is', 1100, 1110, is)]],
    ['after', [read('was', 900, 910, was)]],
    ['before or after', []],
  ])('are not known where there is none %s', (_, reads) => {
    expect(aroundTry(resume, reads)).toBeNull();
  });
});

describe('a refused resume', () => {
  const from = (before: BrokerState | null, after: BrokerState | null) => [
    read('a', 900, 910, before),
    read('b', 1100, 1110, after),
  ];

  it.each([
    ['by both sources', [from(halted, calm), from(halted, calm)], true],
    ['by the one that was read on both sides', [from(halted, calm), from(halted, null)], true],
    ['by one of two', [from(halted, calm), from(halted, halted)], false],
    ['by one that was at level 0 before', [from(calm, calm)], false],
    ['by none that was read on both sides', [from(null, calm), from(halted, null)], false],
    ['by none at all', [], false],
  ])('ended the halt %s: %s', (_, sources, ended) => {
    expect(endedHalt(resume, sources)).toBe(ended);
  });

  it('ended it where it was accepted, whatever was read', () => {
    expect(endedHalt({ ...resume, answer: 'accepted' }, [from(halted, halted)])).toBe(true);
    expect(endedHalt({ ...resume, answer: 'unclear' }, [from(halted, halted)])).toBe(false);
  });

  it('is none where something else was asked for', () => {
    const message = { operation: 'message', sender: 'a', service: 'b', message: 'c' } as const;
    expect(endedHalt({ ...resume, request: message, answer: 'accepted' }, [from(halted, calm)])).toBe(false);
  });
});

describe('the first try that may have touched the fleet', () => {
  const tries = (change: readonly Partial<GuardTry>[] = [{}, {}]): GuardTry[] =>
    (['no-token', 'wrong-token'] as const).map((guard, index) =>
      tried(guard, 1000 + 100 * index, change[index]),
    );
  const touching = (
    sent: readonly GuardTry[],
    reasons: readonly (string | null)[] = [],
    deaths: readonly number[] = [],
  ) =>
    touchingTry(sent, reasons, NONCE, () => [{} as Life, ...deaths.map((toMs) => ({ pid: toMs }) as Life)], {
      death: ({ pid }: Life) => (pid === undefined ? null : ({ toMs: pid } as Death)),
    } as Lives)?.guard ?? null;

  it.each([
    ['none where all were refused', tries(), null],
    ['none where there was none', [], null],
    ['one that was accepted', tries([{}, { answer: 'accepted' }]), 'wrong-token'],
    ['one without a reply', tries([{}, { answer: 'unclear', replied: false }]), 'wrong-token'],
    ['not one that got an unclear reply', tries([{}, { answer: 'unclear' }]), null],
    ['none of the hold', [tried('repeat', 9000, { answer: 'accepted' })], null],
  ])('is %s', (_, sent, guard) => {
    expect(touching(sent)).toBe(guard);
  });

  it('is one whose mark is in some reason', () => {
    expect(touching(tries(), [null, 'other', `drill x guard wrong-token ${NONCE}`])).toBe('wrong-token');
    expect(touching(tries(), [null, 'drill x guard wrong-token another'])).toBeNull();
  });

  it('is the last that was sent before the first process was seen to have ended', () => {
    expect(touching(tries(), [], [1050, 3000])).toBe('no-token');
    expect(touching(tries(), [], [3000, 1100])).toBe('no-token');
    expect(touching(tries(), [], [1101])).toBe('wrong-token');
    expect(touching(tries(), [], [1000])).toBeNull();
    expect(touching([tried('repeat', 500), ...tries()], [], [900])).toBeNull();
  });
});

describe('a try as the journal has it', () => {
  const act = {
    act: 'guard',
    guard: 'repeat',
    control: false,
    request: { operation: 'message', sender: 'a', service: 'b', message: 'c' },
  } as const;
  const intent = { id: 'e-1', atMs: 10, wall: '', kind: 'intent', act, undo: '' } as const;

  it('was sent as it was noted, where nothing more is known', () => {
    expect(guardTryOf({ intent, done: null })).toMatchObject({
      ids: ['e-1'],
      startedMs: 10,
      endedMs: 10,
      answer: 'unclear',
      words: 'no reply is in the journal',
      replied: false,
    });
  });

  it.each([
    [unreadable('hung up'), 'unclear', 'hung up', false],
    [null, 'unclear', 'no reply is in the journal', false],
    [{ kind: 'absent' } as const, 'unclear', 'no reply is in the journal', false],
    [answered(200), 'accepted', 'HTTP 200', true],
    [answered(403), 'refused', 'HTTP 403', true],
    [answered(404), 'unclear', 'HTTP 404', true],
  ] as const)('is told by its reply', (reply, answer, words, replied) => {
    const outcome = { id: 'e-2', atMs: 40, wall: '', kind: 'outcome', intent: 'e-1', act } as const;
    const done = { ...outcome, startedMs: 12, endedMs: 38, reply, command: null };
    expect(guardTryOf({ intent, done })).toMatchObject({
      ids: ['e-1', 'e-2'],
      startedMs: 12,
      endedMs: 38,
      answer,
      words,
      replied,
    });
  });
});

function answered(status: number) {
  return present({
    status,
    acknowledged: status === 200,
    state: null,
    stops: null,
    recorded: null,
    body: '',
  });
}
