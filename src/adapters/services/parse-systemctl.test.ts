import { describe, expect, it } from 'vitest';
import { parseSystemctlShow } from './parse-systemctl.ts';
import { parseTimespan } from './parse-timespan.ts';
import { MISSING, SOCKET, TIMER, UNIT } from './systemctl.fixture.ts';

const read = (unit: string, triggers: Parameters<typeof parseSystemctlShow>[1] = []) => {
  const reading = parseSystemctlShow(unit, triggers);
  if (reading.kind !== 'present') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const stopped = UNIT.replace('ActiveState=active', 'ActiveState=inactive').replace(
  'MainPID=812',
  'MainPID=0',
);
const waiting = stopped.replace('ActiveState=inactive', 'ActiveState=activating');
const timer = (text: string) => [{ name: 'hermes.timer', text }];

describe('what systemctl shows of a unit', () => {
  it('has pid, restarts and invocation', () => {
    expect(read(UNIT)).toEqual({
      pid: 812,
      runs: null,
      restarts: 2,
      invocation: '0f5a9c1e2b3d4f60718293a4b5c6d7e8',
      controlGroup: '/system.slice/hermes.service',
      keepAlive: 'Restart=on-failure',
      comesBack: true,
      startsLeft: null,
      disabled: false,
      bites: [expect.objectContaining({ kind: 'starts-at-boot' })],
      revives: { withinMs: 5000, by: 'Restart=on-failure' },
    });
    expect(read(stopped)).toMatchObject({ pid: null, revives: null });
    expect(read(stopped.replace(/^InvocationID=.*$/m, 'InvocationID='))).toMatchObject({ invocation: null });
    expect(read(stopped.replace(/^NRestarts=.*\n/m, ''))).toMatchObject({ restarts: null });
  });

  it('B8: has the cgroup that is its own, and none while systemd has made none, or it is everybody’s', () => {
    const group = (path: string) =>
      read(UNIT.replace(/^ControlGroup=.*$/m, `ControlGroup=${path}`)).controlGroup;
    expect(group('/system.slice/a\\x2db.service')).toBe('/system.slice/a\\x2db.service');
    expect([group(''), group('/')]).toEqual([null, null]);
    expect(read(UNIT.replace(/^ControlGroup=.*\n/m, '')).controlGroup).toBeNull();
  });

  it.each([
    ['always', true],
    ['on-failure', true],
    ['on-abnormal', true],
    ['on-abort', true],
    ['on-success', false],
    ['on-watchdog', false],
    ['no', false],
  ])('tells by Restart=%s whether it is started again after a SIGKILL', (setting, comesBack) => {
    expect(read(UNIT.replace('Restart=on-failure', `Restart=${setting}`))).toMatchObject({ comesBack });
  });

  it('does not know of a restart where Restart is not shown', () => {
    expect(read(UNIT.replace('Restart=on-failure\n', ''))).toMatchObject({ comesBack: null });
  });

  const limited = (burst: string, interval: string, ageUs: number, restarts = 2): string =>
    `${UNIT.replace('NRestarts=2', `NRestarts=${restarts}`)}StartLimitBurst=${burst}\nStartLimitIntervalUSec=${interval}\nExecMainStartTimestampMonotonic=5000000\nHaltdrillUptimeUSec=${5_000_000 + ageUs}\n`;

  it.each([
    ['a life that is older than the interval', limited('5', '10s', 10_000_001, 50), 5],
    ['a young life after two restarts', limited('5', '10s', 9_000_000), 2],
    ['a young life after very many', limited('5', '10s', 9_000_000, 50), 0],
    ['no limit', limited('0', '10s', 1), null],
    ['no interval', limited('5', '0', 1), null],
    ['an interval without end', limited('5', 'infinity', 1), null],
    ['an age that nobody told', limited('5', '10s', 1).replace(/Haltdrill.*\n/, ''), null],
  ])('counts the starts that its limit still allows: %s', (_, text, startsLeft) => {
    expect(read(text)).toMatchObject({ startsLeft });
  });

  it('knows a unit that waits for its restart from one that was stopped', () => {
    expect(read(waiting).revives).toMatchObject({ withinMs: 5000 });
    expect(read(waiting.replace('RestartUSec=5s', 'RestartUSec=1h 30min')).revives).toMatchObject({
      withinMs: 5_400_000,
    });
    expect(read(waiting.replace('DelayUSec=infinity', 'DelayUSec=2min')).revives).toMatchObject({
      withinMs: 120_000,
    });
    expect(read(waiting.replace('RestartUSec=5s', 'RestartUSec=infinity')).revives).toMatchObject({
      withinMs: null,
    });
    expect(read(waiting.replace('Restart=on-failure', 'Restart=no')).revives).toBeNull();
  });

  it('knows what a timer, or a socket, does to one that was stopped', () => {
    expect(read(stopped, timer(TIMER)).revives).toEqual({ withinMs: 7_201_000, by: 'hermes.timer' });
    expect(
      read(stopped, timer(TIMER.replace('ActiveState=active', 'ActiveState=inactive'))).revives,
    ).toBeNull();
    expect(read(stopped, timer(TIMER.replace('SubState=waiting', 'SubState=elapsed'))).revives).toBeNull();
    const daily = TIMER.replace(
      'TimersCalendar=',
      'TimersCalendar={ OnCalendar=daily ; next_elapse=@1784754000 }',
    );
    expect(read(stopped, timer(daily)).revives).toMatchObject({ withinMs: null });
    const atBoot = TIMER.replace(/^.*OnUnitActive.*\n/m, '');
    expect(read(stopped, timer(atBoot)).revives).toMatchObject({ withinMs: 121_000 });
    expect(read(stopped, [{ name: 'hermes.socket', text: SOCKET }]).revives).toEqual({
      withinMs: null,
      by: 'hermes.socket',
    });
    expect(read(stopped, timer('no such thing')).revives).toMatchObject({ withinMs: null });
  });

  it('is absent where there is no such unit', () => {
    expect(parseSystemctlShow(MISSING, []).kind).toBe('absent');
  });

  it.each([
    ['nothing', ''],
    ['an error', 'Failed to connect to bus\n'],
    ['no pid', UNIT.replace('MainPID=812\n', '')],
    ['two pids', UNIT.replace('MainPID=812', 'MainPID=812\nMainPID=813')],
    ['an odd pid', UNIT.replace('812', '8l2')],
    ['an odd invocation', UNIT.replace('0f5a9c1e', '')],
  ])('is unreadable where there is %s', (_, text) => {
    expect(parseSystemctlShow(text, []).kind).toBe('unreadable');
  });
});

describe('a time span of systemd', () => {
  it.each([
    ['0', 0],
    ['100ms', 100],
    ['5s', 5000],
    ['1min 30.5s', 90_500],
    ['2w 6d 21h 27min 59.8s', 1_805_279_800],
    ['infinity', null],
    ['', null],
    ['5 s', null],
    ['1constructor', null],
  ])('%s is %s ms', (text, ms) => {
    expect(parseTimespan(text)).toBe(ms);
  });
});

describe('what bites a halt of a unit', () => {
  const kinds = (unit: string, triggers: { name: string; text: string }[] = []) => {
    const reading = parseSystemctlShow(unit, triggers);
    return reading.kind === 'present' ? reading.value.bites?.map(({ kind }) => kind) : reading;
  };
  const calm = UNIT.replace('=enabled', '=disabled').replace('hermes.timer', '');

  it('is nothing where its settings are calm', () => {
    expect(kinds(calm)).toEqual([]);
    expect(kinds(calm.replace('control-group', 'mixed'))).toEqual([]);
    for (const state of ['static', 'masked', 'indirect'])
      expect(kinds(calm.replace('=disabled', `=${state}`))).toEqual([]);
  });

  it.each(['process', 'none'])('is KillMode=%s', (mode) => {
    expect(kinds(calm.replace('control-group', mode))).toEqual(['leaves-children']);
  });

  it('is that it is enabled at boot', () => {
    for (const state of ['enabled', 'enabled-runtime'])
      expect(kinds(calm.replace('=disabled', `=${state}`))).toEqual(['starts-at-boot']);
  });

  it('is a timer or socket that is active, and not one that was stopped', () => {
    const socket = { name: 'hermes.socket', text: SOCKET };
    expect(kinds(calm, [socket, { name: 'hermes.timer', text: TIMER }])).toEqual(['revived', 'revived']);
    expect(kinds(calm, [{ ...socket, text: SOCKET.replace('=active', '=inactive') }])).toEqual([]);
  });
});
