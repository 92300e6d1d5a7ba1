import { describe, expect, it } from 'vitest';
import { CALENDAR, CRASH_LOOP, EVERY, INTERVAL, LAB, PENDED, RUNNING, STOPPED } from './launchctl.fixture.ts';
import { parseDisabled, parseLaunchctlPrint } from './parse-launchctl.ts';

const read = (text: string) => {
  const reading = parseLaunchctlPrint(text);
  if (reading.kind !== 'present') throw new Error(JSON.stringify(reading));
  return reading.value;
};

describe('what launchctl prints of a service', () => {
  it('has pid and runs, and takes no argument for either', () => {
    expect(read(RUNNING)).toMatchObject({
      pid: 10526,
      runs: 3,
      revives: null,
      keepAlive: 'successful exit => 0',
    });
    expect(read(STOPPED)).toMatchObject({ pid: null, runs: 3, revives: null });
    expect(read(LAB)).toMatchObject({
      pid: 4711,
      runs: 1,
      revives: null,
      keepAlive: 'unless successful exit',
    });
  });

  it.each([
    ['KeepAlive', CRASH_LOOP, 10_000],
    ['StartInterval', INTERVAL, 60_000],
    ['a calendar', CALENDAR, null],
    ['a spawn that was put off', PENDED, null],
    ['the lab’s KeepAlive', LAB.replace('unless successful exit', 'true'), 250],
    ['a scheduled spawn', STOPPED.replace('not running', 'spawn scheduled'), 10_000],
    [
      'a socket',
      STOPPED.replace('\tsemaphores = {', '\tsockets = {\n\t\t"l" = {\n\t\t}\n\t}\n\tsemaphores = {'),
      null,
    ],
  ])('says when %s brings it back', (_, text, withinMs) => {
    expect(read(text).revives).toMatchObject({ withinMs });
  });

  it.each([
    ['nothing', ''],
    ['an error', 'Could not find service "com.invictus.hermes" in domain for system\n'],
    ['no state', STOPPED.replace('\tstate = not running\n', '')],
    ['two states', STOPPED.replace('\tstate', '\tstate = running\n\tstate')],
    ['a running service without pid', RUNNING.replace('\tpid = 10526\n', '')],
    ['a pid of none that runs', STOPPED.replace('\truns', '\tpid = 7\n\truns')],
    ['a pid that is none', RUNNING.replace('pid = 10526', 'pid = 10526x')],
    ['runs that cannot be counted', RUNNING.replace('runs = 3', 'runs = many')],
    ['a block that does not end', STOPPED.replace('\n\t}\n', '\n')],
  ])('is unreadable where there is %s', (_, text) => {
    expect(parseLaunchctlPrint(text).kind).toBe('unreadable');
  });

  it('is unreadable wherever it is cut off', () => {
    for (const text of EVERY)
      for (let end = 0; end < text.length; end += 1)
        expect(parseLaunchctlPrint(text.slice(0, end)).kind).toBe('unreadable');
  });
});

describe('whether launchd spawns it again after a SIGKILL', () => {
  it.each([
    ['a KeepAlive on success only', RUNNING, true],
    ['an unconditional KeepAlive', CRASH_LOOP, true],
    ['the lab’s KeepAlive', LAB, true],
    ['the lab’s KeepAlive without a condition', LAB.replace('unless successful exit', 'true'), true],
    ['no KeepAlive in the lab', LAB.replace('unless successful exit', 'false'), false],
    ['a run interval alone', INTERVAL, null],
    ['another condition', RUNNING.replace('successful exit => 0', 'network state => 1'), null],
    ['a KeepAlive on failure only', RUNNING.replace('successful exit => 0', 'successful exit => 1'), null],
    ['no KeepAlive', RUNNING.replace('\tsemaphores = {\n\t\tsuccessful exit => 0\n\t}\n', ''), false],
  ])('is told of %s', (_, text, comesBack) => {
    expect(read(text)).toMatchObject({ comesBack, startsLeft: null });
  });
});

describe('what launchctl prints of disabled services', () => {
  it('is told in the words of old and new systems', () => {
    const text =
      'disabled services = {\n\t\t"a" => true\n\t\t"b" => enabled\n\t\t"c" => disabled\n\t\t"d" => odd\n\t}\n';
    expect([...parseDisabled(text)]).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
    ]);
  });
});

describe('what bites a halt of a job', () => {
  const kinds = (text: string) => {
    const reading = parseLaunchctlPrint(text);
    return reading.kind === 'present'
      ? reading.value.bites?.map(({ kind, how }) => `${kind}: ${how.split(' ')[0]}`)
      : reading;
  };

  it.each([
    [RUNNING, ['starts-at-boot: RunAtLoad']],
    [CRASH_LOOP, ['starts-at-boot: KeepAlive']],
    [INTERVAL, ['starts-at-boot: RunAtLoad', 'revived: its']],
    [CALENDAR, ['starts-at-boot: RunAtLoad', 'revived: a']],
    [STOPPED.replace('runatload | ', ''), []],
  ])('is what it says', (text, bites) => {
    expect(kinds(text)).toEqual(bites);
  });
});
