import type { MaintenanceWindow } from '../../drill/model/windows.ts';
import { Inexpressible, refuseControls, type ScheduledDrill, shellQuoted, type Units } from './unit.ts';

/** What every cron takes in a line. */
const LONGEST_LINE = 998;

/** One crontab with a line for each window of each drill. */
export function crontab(drills: readonly ScheduledDrill[]): Units {
  const lines = drills.flatMap((drill) => drill.windows.flatMap((window) => lineOf(window, drill)));
  const name = 'haltdrill.crontab';
  return {
    files: [{ name, text: `${HEADER}${lines.join('')}` }],
    activate: (folder) => [
      `cat ${folder}/${name}            # look at it first`,
      `(crontab -l 2>/dev/null; cat ${folder}/${name}) | crontab -`,
    ],
  };
}

const HEADER = `# Written by \`haltdrill schedule install\`. CRON_TZ is understood by cronie; other crons go by local time. Whatever they do,
# the drill itself refuses to begin outside its window, and while another one runs. Missed runs are not made up for.
# Variables that the inventory names are not set here.
`;

function lineOf({ opens, zone }: MaintenanceWindow, { name, argv }: ScheduledDrill): string[] {
  if (opens.kind === 'dates')
    throw new Inexpressible('a crontab knows no years, and the window opens on given dates');
  refuseControls(argv);
  const line = `${opens.cron} ${argv.map(command).join(' ')}`;
  if (line.length > LONGEST_LINE)
    throw new Inexpressible(
      `the line of ${name} has ${line.length} characters, and cron takes ${LONGEST_LINE}`,
    );
  return [`# ${name}\nCRON_TZ=${zone}\n${line}\n`];
}

/** To cron, a "%" that is not escaped ends the command (crontab(5)); a backslash before it would be taken for its escape. */
function command(word: string): string {
  if (/\\%/.test(word)) throw new Inexpressible(`the path ${word} holds "\\%", which no crontab can`);
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : shellQuoted(word);
  return quoted.replaceAll('%', '\\%');
}
