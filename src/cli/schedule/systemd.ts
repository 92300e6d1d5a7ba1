import { type CronFields, parseCron } from '../../drill/model/cron.ts';
import type { MaintenanceWindow } from '../../drill/model/windows.ts';
import { Inexpressible, refuseControls, type ScheduledDrill, type Units } from './unit.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A service and a timer for each drill. */
export function systemdUnits(drills: readonly ScheduledDrill[]): Units {
  return {
    files: drills.flatMap((drill) => [
      { name: `${unitName(drill)}.service`, text: service(drill) },
      { name: `${unitName(drill)}.timer`, text: timer(drill) },
    ]),
    activate: (folder) => [
      'mkdir -p ~/.config/systemd/user',
      `cp ${folder}/haltdrill-*.service ${folder}/haltdrill-*.timer ~/.config/systemd/user/`,
      'systemctl --user daemon-reload',
      `systemctl --user enable --now ${drills.map((drill) => `${unitName(drill)}.timer`).join(' ')}`,
      'loginctl enable-linger   # so that they run while nobody is logged in',
    ],
  };
}

const unitName = ({ name }: ScheduledDrill): string => `haltdrill-${name}`;

function service(drill: ScheduledDrill): string {
  refuseControls(drill.argv);
  return `# Written by \`haltdrill schedule install\`. The drill refuses to begin outside its window, and while another one runs.
# Variables that the inventory names are not set here: add an EnvironmentFile= with \`systemctl --user edit ${unitName(drill)}.service\`.
[Unit]
Description=haltdrill drill ${drill.name}

[Service]
Type=oneshot
ExecStart=${drill.argv.map(execWord).join(' ')}
# Told to stop, it puts the fleet back first. The signal is for it alone: its probes must outlive it.
KillMode=mixed
TimeoutStopSec=${Math.ceil(drill.longestMs / 1000)}
`;
}

function timer(drill: ScheduledDrill): string {
  return `# Written by \`haltdrill schedule install\`. A run that was missed is not made up for.
[Unit]
Description=Starts the haltdrill drill ${drill.name} when its window opens

[Timer]
${drill.windows
  .flatMap(onCalendar)
  .map((when) => `OnCalendar=${when}\n`)
  .join('')}AccuracySec=1s
Persistent=false

[Install]
WantedBy=timers.target
`;
}

/** The calendar events (systemd.time(7)) at which a window opens. */
export function onCalendar({ opens, zone }: MaintenanceWindow): string[] {
  if (opens.kind === 'dates') return opens.dates.map((date) => `${date} ${opens.start}:00 ${zone}`);
  const fields = parseCron(opens.cron);
  if (typeof fields === 'string') throw new Inexpressible(`the cron expression "${opens.cron}" ${fields}`);
  const { minute, hour, day, month, weekday } = fields;
  const days = weekday === null ? '' : `${weekday.map((one) => DAYS[one]).join(',')} `;
  return [`${days}*-${listOf(month)}-${listOf(day)} ${listOf(hour)}:${listOf(minute)}:00 ${zone}`];
}

function listOf(values: CronFields[keyof CronFields]): string {
  return values === null ? '*' : values.map((value) => String(value).padStart(2, '0')).join(',');
}

/**
 * One word of ExecStart (systemd.service(5), systemd.syntax(7)): in double quotes, `%` and `$` doubled. The path of the program
 * itself is taken without its variables replaced, and may hold no quotes or backslashes (systemd's `string_is_safe`).
 */
function execWord(word: string, index: number): string {
  if (index === 0 && /[$"'\\]/.test(word))
    throw new Inexpressible(
      `the path of the program, ${word}, holds a "$", a quote or a backslash, which systemd does not take`,
    );
  const escaped = word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}
