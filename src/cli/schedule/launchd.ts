import { type CronFields, parseCron } from '../../drill/model/cron.ts';
import type { MaintenanceWindow } from '../../drill/model/windows.ts';
import type { WindowClock } from '../effects.ts';
import { Inexpressible, refuseControls, type ScheduledDrill, type Units } from './unit.ts';

const MOST_ENTRIES = 500;
const KEYS = { minute: 'Minute', hour: 'Hour', day: 'Day', month: 'Month', weekday: 'Weekday' } as const;
type Moment = Partial<Record<keyof CronFields, number>>;

/** A property list for each drill. launchd knows the zone of the Mac only: a window in another one cannot be written. */
export function launchdUnits(
  drills: readonly ScheduledDrill[],
  clock: Pick<WindowClock, 'here' | 'isSameZone'>,
): Units {
  return {
    files: drills.map((drill) => ({ name: `${label(drill)}.plist`, text: plist(drill, clock) })),
    activate: (folder) => [
      `cp ${folder}/haltdrill.*.plist ~/Library/LaunchAgents/`,
      ...drills.map(
        (drill) => `launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/${label(drill)}.plist`,
      ),
    ],
  };
}

const label = ({ name }: ScheduledDrill): string => `haltdrill.${name}`;

function plist(drill: ScheduledDrill, clock: Pick<WindowClock, 'here' | 'isSameZone'>): string {
  refuseControls(drill.argv);
  const moments = drill.windows.flatMap((window) => momentsOf(window, clock));
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by "haltdrill schedule install". launchd goes by the local time of this Mac (${xml(clock.here)} when this was
     written), and makes up for one run that was missed while it slept. So the drill itself refuses to begin outside its window. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xml(label(drill))}</string>
  <key>ProgramArguments</key>
  <array>
${drill.argv.map((word) => `    <string>${xml(word)}</string>\n`).join('')}  </array>
  <key>StartCalendarInterval</key>
  <array>
${moments.map(entry).join('')}  </array>
  <key>RunAtLoad</key>
  <false/>
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>ExitTimeOut</key>
  <integer>${Math.ceil(drill.longestMs / 1000)}</integer>
</dict>
</plist>
`;
}

function entry(moment: Moment): string {
  const keys = (Object.keys(KEYS) as (keyof CronFields)[]).flatMap((key) =>
    moment[key] === undefined ? [] : [`<key>${KEYS[key]}</key><integer>${moment[key]}</integer>`],
  );
  return `    <dict>${keys.join('')}</dict>\n`;
}

/** Every combination (launchd.plist(5)): a key holds one number, and one that is missing is any. */
function momentsOf(
  { opens, zone }: MaintenanceWindow,
  clock: Pick<WindowClock, 'here' | 'isSameZone'>,
): Moment[] {
  if (opens.kind === 'dates')
    throw new Inexpressible('launchd knows no years, and the window opens on given dates');
  if (!clock.isSameZone(zone, clock.here))
    throw new Inexpressible(
      `launchd knows only the time zone of the machine (${clock.here}), and the window is in ${zone}`,
    );
  const fields = parseCron(opens.cron);
  if (typeof fields === 'string') throw new Inexpressible(`the cron expression "${opens.cron}" ${fields}`);
  const keys = Object.keys(KEYS) as (keyof CronFields)[];
  const moments = keys.reduce<Moment[]>(
    (all, key) => {
      const values = fields[key];
      return values === null
        ? all
        : all.flatMap((moment) => values.map((value) => ({ ...moment, [key]: value })));
    },
    [{}],
  );
  if (moments.length > MOST_ENTRIES)
    throw new Inexpressible(
      `launchd needs an entry for each time, and "${opens.cron}" has ${moments.length}`,
    );
  return moments;
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
