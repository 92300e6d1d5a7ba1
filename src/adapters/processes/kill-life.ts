import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { commandLine } from '../transports/quote.ts';
import { runCommand } from '../transports/run-command.ts';
import type { Connection } from '../transports/transport.ts';
import { lstart } from './parse-ps-sample.ts';

const SCRIPT = `
exec 2>/dev/null
LC_ALL=C; export LC_ALL
nl='
'
slurp() {
  text=
  while IFS= read -r line || [ -n "$line" ]; do text=$text$line$nl; done < "$1" && [ -n "$text" ]
}
begun() { shift 19; start=$1; }
read -r boot < /proc/sys/kernel/random/boot_id || { echo unreadable; exit; }
[ "$boot" = "$1" ] || { echo absent; exit; }
if ! slurp "/proc/$2/stat"; then
  if [ -e "/proc/$2" ] || [ ! -r /proc/self/stat ]; then echo unreadable; else echo absent; fi
  exit
fi
begun \${text##*\\)}
[ "$start" = "$3" ] || { echo absent; exit; }
case \${text##*\\)} in
  ' Z '* | ' X '*)
    live=
    for file in /proc/$2/task/[0-9]*/stat; do
      slurp "$file" && case \${text##*\\)} in ' Z '* | ' X '*) ;; *) live=1 ;; esac
    done
    [ -n "$live" ] || { echo absent; exit; }
    ;;
esac
if kill -9 "$2"; then echo killed; else echo refused; fi
`;

const PS_SCRIPT = `
exec 2>/dev/null
LC_ALL=C; export LC_ALL
TZ=UTC0; export TZ
PATH=$PATH:/usr/bin:/bin:/usr/sbin:/sbin; export PATH
boot=$(sysctl -n kern.bootsessionuuid | tr ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz)
[ -n "$boot" ] || { echo unreadable; exit; }
[ "$boot" = "$1" ] || { echo absent; exit; }
row=$(ps -o stat= -o lstart= -p "$2")
if [ -z "$row" ]; then
  if [ -n "$(ps -o pid= -p $$)" ]; then echo absent; else echo unreadable; fi
  exit
fi
set -- "$2" "$3" $row
case $3 in Z*) echo absent; exit ;; esac
[ "$4 $5 $6 $7 $8" = "$2" ] || { echo absent; exit; }
if kill -9 "$1"; then echo killed; else echo refused; fi
`;

interface LifeToKill {
  readonly bootId: string;
  readonly pid: number;
  readonly start: number;
}

/**
 * SIGKILL for one life of a process. Boot id, pid and start tick are compared in the same remote command, by the same
 * shell that then kills: what is left between look and kill is some microseconds.
 */
export function killLife(connection: Connection, life: LifeToKill): Promise<Reading<true>> {
  return killBy(SCRIPT, String(life.start), connection, life);
}

/** The same where only ps shows processes: what is left between look and kill is some milliseconds. */
export function killLifeOfPs(connection: Connection, life: LifeToKill): Promise<Reading<true>> {
  return killBy(PS_SCRIPT, lstart(life.start), connection, life);
}

async function killBy(
  script: string,
  start: string,
  connection: Connection,
  life: LifeToKill,
): Promise<Reading<true>> {
  if (!Number.isSafeInteger(life.pid) || life.pid < 2 || !Number.isSafeInteger(life.start))
    return unreadable(`pid ${life.pid} with start ${life.start} is not something to kill`);
  const argv = ['sh', '-c', script, 'haltdrill-kill', life.bootId, String(life.pid), start];
  const result = await runCommand(connection, commandLine(argv), { timeoutMs: 10_000, maxBytes: 4_096 });
  if (result.kind !== 'present') return result;
  switch (result.value.output) {
    case 'killed\n':
      return present(true);
    case 'absent\n':
      return absent;
    case 'refused\n':
      return unreadable(`pid ${life.pid} could not be killed; the login may lack the permission`);
    case 'unreadable\n':
      return unreadable(`pid ${life.pid} could not be looked at`);
    default:
      return unreadable(`the kill answered ${JSON.stringify(result.value.output.slice(0, 80))}`);
  }
}
