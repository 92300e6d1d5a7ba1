import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { needs } from '../../../test/support/needs.ts';
import { drillText, liveInventoryText } from '../../../test/support/small-fleet.ts';
import { openStretches } from '../../adapters/windows/open-stretches.ts';
import { inZone, isSameZone } from '../../adapters/windows/zones.ts';
import type { MaintenanceWindow } from '../../drill/model/windows.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { Effects, WindowClock } from '../effects.ts';
import { runCli } from '../run-cli.ts';
import { crontab } from './crontab.ts';
import { launchdUnits } from './launchd.ts';
import { nextRuns, scheduleOf } from './runs.ts';
import { utc } from './standing.ts';
import { onCalendar, systemdUnits } from './systemd.ts';
import type { ScheduledDrill } from './unit.ts';

const HOUR = 3_600_000;
const BERLIN = 'Europe/Berlin';
const { effects } = createEffects();
const clock: WindowClock = { stretches: openStretches, inZone, isSameZone, here: BERLIN };

const cron = (text: string, hours = 2, zone = BERLIN): MaintenanceWindow => ({
  opens: { kind: 'cron', cron: text },
  durationMs: hours * HOUR,
  zone,
});
const dates = (...days: string[]): MaintenanceWindow => ({
  opens: { kind: 'dates', dates: days, start: '03:00' },
  durationMs: 2 * HOUR,
  zone: BERLIN,
});
const drill = (over: Partial<ScheduledDrill> = {}): ScheduledDrill => ({
  name: 'level-2',
  level: 2,
  windows: [cron('0 3 * * 6')],
  argv: ['/usr/bin/node', '/opt/main.js', 'drill', '--scheduled'],
  longestMs: 469_500,
  ...over,
});
const HOSTILE = `/tmp/it's "a" <b> & $HOME 100% \\n #;`;

describe('systemd', () => {
  it.each<[string, MaintenanceWindow, string[]]>([
    ['a night of the week', cron('0 3 * * 6'), ['Sat *-*-* 03:00:00 Europe/Berlin']],
    ['steps and lists', cron('*/30 1-3 1,15 jan *'), ['*-01-01,15 01,02,03:00,30:00 Europe/Berlin']],
    ['sunday by either number', cron('0 3 * * 5-7'), ['Sun,Fri,Sat *-*-* 03:00:00 Europe/Berlin']],
    [
      'dates',
      dates('2026-12-06', '2027-01-02'),
      ['2026-12-06 03:00:00 Europe/Berlin', '2027-01-02 03:00:00 Europe/Berlin'],
    ],
  ])('is told %s', (_, window, calendar) => {
    expect(onCalendar(window)).toEqual(calendar);
  });

  it.each([
    cron('0 3 * * 6'),
    cron('*/20 1-3 1,15 jan,feb *'),
    cron('15 0 * * 5-7', 2, 'America/New_York'),
    cron('5 */7 * */2 1-5', 1, 'Asia/Kolkata'),
    cron('0 3 * * *'),
    cron('30 4 28-31 * *', 1, 'America/New_York'),
  ])('starts the drill when the window opens: %o', needs('systemd-analyze'), (window) => {
    for (const day of ['2026-03-27', '2026-10-23', '2026-12-30']) {
      const fromMs = Date.parse(`${day}T00:00:00Z`);
      const opened = openStretches({ open: [window], blackout: [] }, fromMs, fromMs + 500 * 24 * HOUR)
        .map(({ opensMs }) => opensMs)
        .filter((ms) => ms > fromMs);
      expect(elapses(window, day)).toEqual(
        opened.slice(0, 12).map((ms) => new Date(ms).toISOString().slice(0, 16)),
      );
    }
  });

  it('does not start it at a time that a clock change skips', needs('systemd-analyze'), () => {
    expect(elapses(cron('30 2 * * *'), '2026-03-28').slice(0, 2)).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it('accepts the units, with paths that need quoting', needs('systemd-analyze'), () => {
    const folder = ownFolder();
    const program = join(folder, 'a 100% program');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    const { files } = systemdUnits([drill({ argv: [program, HOSTILE, 'drill'] })]);
    expect(files.map(({ name }) => name)).toEqual(['haltdrill-level-2.service', 'haltdrill-level-2.timer']);
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    const verified = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', ...files.map(({ name }) => join(folder, name))],
      {
        encoding: 'utf8',
      },
    );
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  });

  it('has the words of the command arrive as they are', () => {
    const [service] = systemdUnits([drill({ argv: ['/usr/bin/node', HOSTILE] })]).files;
    const line = /^ExecStart=(.*)$/m.exec(service?.text ?? '')?.[1] ?? '';
    expect(line).toBe(String.raw`"/usr/bin/node" "/tmp/it's \"a\" <b> & $$HOME 100%% \\n #;"`);
  });

  it('neither makes up for missed runs nor kills the probes before the undo', () => {
    const [service, timer] = systemdUnits([drill()]).files;
    expect(timer?.text).toContain('\nPersistent=false\n');
    expect(service?.text).toContain('\nKillMode=mixed\nTimeoutStopSec=470\n');
  });

  it('refuses a program whose path it cannot have', () => {
    for (const program of ['/opt/$node', '/opt/"node"', "/opt/it's", '/opt/a\\b'])
      expect(() => systemdUnits([drill({ argv: [program] })])).toThrow('which systemd does not take');
    expect(() => systemdUnits([drill({ argv: ['/usr/bin/node', 'a\nb'] })])).toThrow('control characters');
  });
});

/** The next twelve times at which systemd would start it. */
function elapses(window: MaintenanceWindow, day: string): string[] {
  const text = execFileSync(
    'systemd-analyze',
    ['calendar', '--iterations=12', `--base-time=${day} 00:00:00 UTC`, ...onCalendar(window)],
    { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } },
  );
  return [...text.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\d\d:\d\d):\d\d UTC/g)].map(
    (found) => `${found[1]}T${found[2]}`,
  );
}

describe('launchd', () => {
  const plist = (windows: MaintenanceWindow[], argv = drill().argv): string =>
    launchdUnits([drill({ windows, argv })], clock).files[0]?.text ?? '';
  const moments = (text: string) => [...text.matchAll(/^ {4}<dict>(.*)<\/dict>$/gm)].map((found) => found[1]);

  it('is told each time by itself, and nothing of what may be any', () => {
    expect(moments(plist([cron('0 3 * * 6')]))).toEqual([
      '<key>Minute</key><integer>0</integer><key>Hour</key><integer>3</integer><key>Weekday</key><integer>6</integer>',
    ]);
    expect(moments(plist([cron('*/30 1,2 * * *')]))).toHaveLength(4);
    expect(moments(plist([cron('0 3 1 * *'), cron('0 4 * * 0')]))).toHaveLength(2);
  });

  it('is XML, whatever a path holds', () => {
    const text = plist([cron('0 3 * * 6')], ['/usr/bin/node', HOSTILE]);
    expect(text).toContain(`<string>/tmp/it's &quot;a&quot; &lt;b&gt; &amp; $HOME 100% \\n #;</string>`);
    const parsed = spawnSync(
      'python3',
      ['-c', 'import plistlib,sys,json; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'],
      {
        input: text,
        encoding: 'utf8',
      },
    );
    expect(parsed.stderr).toBe('');
    expect(JSON.parse(parsed.stdout)).toEqual({
      Label: 'haltdrill.level-2',
      ProgramArguments: ['/usr/bin/node', HOSTILE],
      StartCalendarInterval: [{ Minute: 0, Hour: 3, Weekday: 6 }],
      RunAtLoad: false,
      ProcessType: 'Interactive',
      ExitTimeOut: 470,
    });
    expect(text).toMatch(/local time of this Mac .* makes up for one run that was missed/s);
  });

  it.each<[string, MaintenanceWindow, string]>([
    ['a year', dates('2026-12-06'), 'launchd knows no years'],
    ['another time zone', cron('0 3 * * 6', 2, 'America/New_York'), 'the window is in America/New_York'],
    ['too many times', cron('1-59 1-9 * * *'), 'has 531'],
  ])('refuses %s', (_, window, why) => {
    expect(() => plist([window])).toThrow(why);
  });

  it('takes another name of its own zone', () => {
    const calcutta = { ...clock, here: 'Asia/Calcutta' };
    expect(() =>
      launchdUnits([drill({ windows: [cron('0 3 * * 6', 2, 'Asia/Kolkata')] })], calcutta),
    ).not.toThrow();
  });
});

describe('cron', () => {
  const lines = (over: Partial<ScheduledDrill>): string[] =>
    (crontab([drill(over)]).files[0]?.text ?? '')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  it('is told the time zone of each line', () => {
    expect(lines({ windows: [cron('0 3 * * 6'), cron('30 4 1 * *', 1, 'America/New_York')] })).toEqual([
      'CRON_TZ=Europe/Berlin',
      '0 3 * * 6 /usr/bin/node /opt/main.js drill --scheduled',
      'CRON_TZ=America/New_York',
      '30 4 1 * * /usr/bin/node /opt/main.js drill --scheduled',
    ]);
  });

  it('has the words of the command arrive as they are', () => {
    const [, line = ''] = lines({ argv: ['printf', 'x', HOSTILE] });
    // What cron itself does to a line: an escaped "%" becomes one, any other ends the command (crontab(5)).
    const command = line.slice('0 3 * * 6 '.length);
    expect(command.replaceAll('\\%', '')).not.toContain('%');
    const shell = spawnSync('sh', ['-c', command.replaceAll('\\%', '%').replace('printf x', `printf '%s'`)], {
      encoding: 'utf8',
    });
    expect(shell.stdout).toBe(HOSTILE);
  });

  it('refuses what a crontab cannot hold', () => {
    expect(() => lines({ windows: [dates('2026-12-06')] })).toThrow('knows no years');
    expect(() => lines({ argv: ['/a\nb'] })).toThrow('control characters');
    expect(() => lines({ argv: ['/a\\%b'] })).toThrow('which no crontab can');
    expect(() => lines({ argv: [`/${'a'.repeat(1000)}`] })).toThrow('and cron takes 998');
  });
});

describe('the next runs', () => {
  const from = { nowMs: Date.parse('2026-12-01T00:00:00Z'), longestMs: 0.5 * HOUR };
  const set = (...open: MaintenanceWindow[]) => ({ open, blackout: [] as string[] });
  const runs = (
    drills: ReturnType<typeof set> | null,
    fleet: ReturnType<typeof set> | null,
    count = 3,
    longestMs = from.longestMs,
  ) => {
    const schedule = scheduleOf(drills, fleet);
    return schedule === null ? null : nextRuns(schedule, { ...from, longestMs }, count, clock).map(utc);
  };

  it('are those of its own windows, else of the inventory’s', () => {
    const saturdays = ['2026-12-05T02:00Z', '2026-12-12T02:00Z', '2026-12-19T02:00Z'];
    expect(runs(set(cron('0 3 * * 6')), null)).toEqual(saturdays);
    expect(runs(null, set(cron('0 3 * * 6')))).toEqual(saturdays);
    expect(runs(null, null)).toBeNull();
  });

  it('are only those at which both are open', () => {
    expect(runs(set(cron('0 3 * * *')), set(cron('0 2 * * 6', 3)))).toEqual([
      '2026-12-05T02:00Z',
      '2026-12-12T02:00Z',
      '2026-12-19T02:00Z',
    ]);
    expect(runs(set(cron('0 3 * * 6')), set(cron('0 4 * * 6')))).toEqual([]);
  });

  it('leave out windows that are too short, of either', () => {
    expect(runs(set(cron('0 3 * * 6', 0.25)), null)).toEqual([]);
    expect(runs(set(cron('0 3 * * 6')), set(cron('0 2 * * 6', 1.25)))).toEqual([]);
    expect(runs(set(cron('0 3 * * 6')), set(cron('0 2 * * 6', 1.5)), 1)).toEqual(['2026-12-05T02:00Z']);
  });

  it('leave out blackout days, and begin with the next one when a window is open already', () => {
    expect(runs({ ...set(cron('0 3 * * 6')), blackout: ['2026-12-12'] }, null)).toEqual([
      '2026-12-05T02:00Z',
      '2026-12-19T02:00Z',
      '2026-12-26T02:00Z',
    ]);
    expect(runs(set(cron('0 0 * * *', 2)), null, 1)).toEqual(['2026-12-01T23:00Z']);
  });

  it('are found far off, and among many', () => {
    expect(runs(set(dates('2028-01-05')), null)).toEqual(['2028-01-05T02:00Z']);
    expect(runs(set(cron('* * * * *')), set(dates('2028-01-05')), 2)).toEqual([
      '2028-01-05T02:00Z',
      '2028-01-05T02:01Z',
    ]);
  });
});

describe('haltdrill schedule', () => {
  const SATURDAYS = 'windows: [{ cron: "0 3 * * 6", duration: 2h, zone: Europe/Berlin }]\n';

  async function schedule(argv: string[], drills: Record<string, string>, inventory = '') {
    const folder = ownFolder();
    writeFileSync(join(folder, 'inventory.yaml'), `${liveInventoryText()}${inventory}`);
    mkdirSync(join(folder, 'drills'));
    for (const [name, text] of Object.entries(drills)) writeFileSync(join(folder, 'drills', name), text);
    const said = { out: '', err: '' };
    const sink = (to: 'out' | 'err') => ({
      write: (words: string) => {
        said[to] += words;
      },
      isTerminal: false,
      columns: 80,
    });
    const fake: Effects = {
      ...effects,
      folder,
      files: createFiles(folder),
      out: sink('out'),
      err: sink('err'),
      wall: () => '2026-10-20T00:00:00.000Z',
    };
    const code = await runCli(['schedule', ...argv], fake);
    return { code, folder, ...said };
  }

  it('lists the next five runs of each drill with windows, in its zone and in UTC', async () => {
    const { code, out } = await schedule(['list'], {
      'level-1.yaml': drillText(1),
      'level-2.yaml': drillText(2, SATURDAYS),
      'level-4.yaml': drillText(4, `${SATURDAYS}resume: manual\n`),
    });
    expect(code).toBe(0);
    expect(out).toBe(`level-2 (level 2, at most 8m 33s)
  Sat 2026-10-24 03:00 Europe/Berlin   2026-10-24T01:00Z
  Sat 2026-10-31 03:00 Europe/Berlin   2026-10-31T02:00Z
  Sat 2026-11-07 03:00 Europe/Berlin   2026-11-07T02:00Z
  Sat 2026-11-14 03:00 Europe/Berlin   2026-11-14T02:00Z
  Sat 2026-11-21 03:00 Europe/Berlin   2026-11-21T02:00Z

level-4 (level 4, at most 5m 37s)
  never: somebody has to be present
`);
  });

  it.each([
    ['systemd', ['haltdrill-level-2.service', 'haltdrill-level-2.timer']],
    ['cron', ['haltdrill.crontab']],
  ])('writes files for %s that call a scheduled drill by absolute paths', async (target, names) => {
    const { code, out, err, folder } = await schedule(['install', '--for', target, '--out', 'units'], {
      'level-2.yaml': drillText(2, SATURDAYS),
      'level-4.yaml': drillText(4, `${SATURDAYS}resume: manual\n`),
    });
    expect(code).toBe(0);
    expect(readdirSync(join(folder, 'units')).sort()).toEqual(names);
    expect(err).toContain('level-4 is left out; level 4 is never run on a schedule');
    const text = readFileSync(join(folder, 'units', names[0] ?? ''), 'utf8').replaceAll('"', '');
    expect(text).toContain(
      `${process.execPath} ${effects.program[1]} drill --scheduled --drill ${folder}/drills/level-2.yaml --inventory ${folder}/inventory.yaml --out ${folder}/reports`,
    );
    expect(out).toContain('Nothing is activated yet.');
  });

  it('schedules a drill that is named by the windows of the inventory', async () => {
    const drills = { 'level-2.yaml': drillText(2) };
    expect((await schedule(['list', '--drill', 'drills/level-2.yaml'], drills, SATURDAYS)).out).toContain(
      '2026-10-24T01:00Z',
    );
    const unnamed = await schedule(['list'], drills, SATURDAYS);
    expect([unnamed.code, unnamed.err]).toEqual([64, expect.stringContaining('has windows of its own')]);
  });

  it('says what is wrong, and writes nothing then', async () => {
    const install = ['install', '--for', 'cron', '--out', 'units'];
    const dated = SATURDAYS.replace('cron: "0 3 * * 6"', 'dates: [2026-12-06], start: "03:00"');
    const years = await schedule(install, { 'level-2.yaml': drillText(2, dated) });
    expect([years.code, years.err]).toEqual([
      64,
      expect.stringContaining('cron cannot have this schedule; a crontab knows no years'),
    ]);
    expect(readdirSync(years.folder)).not.toContain('units');
    const twins = await schedule(install, {
      'a.yaml': drillText(2, SATURDAYS),
      'b.yaml': drillText(2, SATURDAYS),
    });
    expect([twins.code, twins.err]).toEqual([
      64,
      expect.stringContaining('two drills have the name level-2'),
    ]);
    const only4 = await schedule(install, { 'a.yaml': drillText(4, `${SATURDAYS}resume: manual\n`) });
    expect([only4.code, only4.err]).toEqual([64, expect.stringContaining('there is nothing to install')]);
    const zone = await schedule(['list'], { 'a.yaml': drillText(2, SATURDAYS.replace('Berlin', 'Berlim')) });
    expect([zone.code, zone.err]).toEqual([
      64,
      expect.stringContaining('drills/a.yaml:8:52: there is no time zone "Europe/Berlim"'),
    ]);
    expect((await schedule(['install', '--for', 'anacron', '--out', 'units'], {})).code).toBe(64);
  });
});
