import { commandLine } from '../transports/quote.ts';
import { OPENED_BYTES } from './budget.ts';
import { HEARTBEATS, LEASE, SPEECH } from './probe-parts.ts';

/** What a probe is started with. It outlives the last request by `leaseS` whole seconds at the least, and by 1.7 times that (and a second) at the most. */
export interface ProbeOptions {
  readonly fleet: string;
  readonly drillId: string;
  readonly leaseS: number;
  readonly heartbeatFiles: readonly string[];
}

/**
 * The command line that starts the probe, the same over every transport. Its argv carries
 * `haltdrill-probe <fleet> <drill id>` so that people and other drills can tell what it is.
 */
export function probeCommand(
  options: ProbeOptions,
  shell: readonly string[] = ['sh'],
  script = PROBE_SCRIPT,
): string {
  const own = ['haltdrill-probe', options.fleet, options.drillId, String(options.leaseS)];
  return commandLine([...shell, '-c', script, ...own, ...options.heartbeatFiles]);
}

/**
 * The probe: a POSIX sh loop that reads one request a line and answers each with a block
 * `B <nonce>` … `E <nonce> <count>`. Requests:
 *
 *     I <nonce>                                      who answers here
 *     S <nonce> list|full <pids> <pids>              a sample: pids to watch, pids to open (`-` for none, else comma-separated)
 *     D <nonce> <pid>                                one process opened by itself, each part within its own frame
 *     T <nonce> <pids>                               state and live threads, for zombies
 *     P <nonce> <tag> <seconds>                      plant a canary
 *     K <nonce> <pid>                                end a canary planted here
 *
 * Anything a process or file can choose (argv, executable, cgroup, heartbeat) travels as hexadecimal. It uses nothing
 * but sh, /proc, cut, readlink, od, date, sleep, id, uname and getconf, writes to no disk, and leaves nothing behind:
 * it ends, with its canaries, when its input ends or some time after the last request, which a guard process
 * sees to even where the connection has gone silent and `read` or a write never returns.
 */
const PROBE_SCRIPT = `
: haltdrill-probe${SPEECH}self=$(id -u)
mark=/proc/sys/kernel/random/boot_id
walled= patience=200000
# The whole of a small file, newlines kept, into $text, without starting a process.
slurp() {
  text=
  while IFS= read -r line || [ -n "$line" ]; do text=$text$line$nl; done < "$1" && [ -n "$text" ]
}

# By what this life of pid $1 is told from another: the tick at which it began, the 20th field after the command's name.
began() {
  slurp "/proc/$1/stat" || return 1
  set -- \${text##*\\)}
  start=\${20}
}
clock() { read -r up rest < /proc/uptime; }
# Until it has called exec, a canary shows this shell's own argv, which is long: one of the first lines of either tells which it is.
is_canary() {
  while IFS= read -r line; do
    case $line in *': haltdrill-probe') return 1 ;; *': a canary of haltdrill') return 0 ;; esac
  done < "/proc/$1/cmdline"
  return 1
}
${LEASE}
# With its own length, so that a list that lost a digit is not taken for another one.
list() { set -- /proc/[0-9]*; count=$#; pids=$*; pids="\${#pids} $pids"; }

# Many small files in few writes: cat would take a buffer of some 128 KiB and a write for each of them, at twice the cost.
rows_of() { cut -b 1- "$@"; }

stats() {
  if [ $# -le 8 ]; then
    rows=
    for pid do slurp "/proc/$pid/stat" && rows=$rows$text; done
    put "$rows"
  else
    files=
    for pid do files="$files /proc/$pid/stat"; done
    flush
    rows_of $files
  fi
}

# Threads of $1 that are neither zombie nor dead, into $live; "-" where one could not be read. One of them into $thread.
threads() {
  live=0 thread=-
  for file in /proc/$1/task/[0-9]*/stat; do
    if slurp "$file"; then
      case \${text##*\\)} in ' Z '* | ' X '*) ;; *) live=$((live + 1)) thread=\${file%/stat} thread=\${thread##*/} ;; esac
    elif [ -e "$file" ]; then live=-; return
    fi
  done
}

# Its effective user into $euid, and into $inner its pid in the namespace that it is in itself, "-" where that is this one (proc_pid_status(5)).
owner() {
  euid=- inner=-
  while read -r key real more rest; do
    case $key in
      Uid:) euid=$more ;;
      NSpid:) for inner in \${more:--} $rest; do :; done; return 0 ;;
    esac
  done < "/proc/$1/status"
}

# Targets of links, a line each; busybox of some years reads only one at a time.
one_by_one() { for link do readlink "$link"; done; }
case $(readlink /proc/mounts /proc/mounts) in
  *"$nl"*) links=readlink ;;
  *) links=one_by_one ;;
esac

# Those that are still there: what opens a process is dear, and most newcomers are gone when their turn comes.
still() {
  words=
  for pid do [ ! -e "/proc/$pid/stat" ] || words="$words\${words:+ }$pid"; done
}

# Everything of many processes by two programs. Between the parts stands the boot id, and between the links, which come last,
# that of /proc/mounts. A process could forge either; so the reader counts, and asks again one by one where the count is off.
open_all() {
  files= ends=
  for pid do
    files="$files $mark /proc/$pid/stat $mark /proc/$pid/cmdline $mark /proc/$pid/cgroup"
    ends="$ends /proc/mounts /proc/$pid/exe /proc/mounts /proc/$pid/cwd /proc/mounts /proc/$pid/ns/pid"
  done
  put "D $*$nl"
  [ $# -gt 0 ] || return 0
  say "F$nl"
  $links $ends /proc/mounts | od -A n -t x1 -v -N ${OPENED_BYTES} $files $mark -
  for pid do
    owner "$pid"
    put "U $pid $euid $inner$nl"
  done
  put "R$nl"
  stats "$@"
}

open_one() {
  slurp "/proc/$1/stat" || return 0
  say "O $1$nl$text"
  say "C$nl"; hex -N 65537 "/proc/$1/cmdline"
  say "G$nl"; hex -N 65536 "/proc/$1/cgroup"
  say "X$nl"; readlink -n "/proc/$1/exe" | hex
  say "W$nl"; readlink -n "/proc/$1/cwd" | hex
  say "N$nl"; readlink -n "/proc/$1/ns/pid" | hex
  owner "$1"
  slurp "/proc/$1/stat"
  say "U $1 $euid $inner\${nl}R$nl$text"
}
${HEARTBEATS}
hello() {
  say "O $(uname -s)\${nl}N $(uname -n)$nl"
  if [ ! -r /proc/self/stat ] || ! slurp $mark; then say "X$nl"; return; fi
  machine=
  read -r machine < /etc/machine-id
  read -r own rest < /proc/self/stat
  say "A $text"
  say "S $own $$ $(readlink /proc/self/ns/pid)\${nl}M $machine\${nl}C $(getconf CLK_TCK)\${nl}Y $self$nl"
  while read -r what dir type options rest; do
    [ "$dir" != /proc ] || say "P $type $options$nl"
  done < /proc/mounts
}

clock && rearm
while read -r op nonce first second third; do
  clock && rearm
  count=0
  put "B $nonce$nl"
  case $op in
    I) hello ;;
    S)
      if [ "$first" = full ]; then
        before=$up wall=-
        # Of what a whole table costs, a tenth is the clock; a jump of it does not go away.
        if [ -z "$walled" ] || [ $((\${up%%.*} - walled)) -ge 2 ]; then
          walled=\${up%%.*} wall=$(date +%s%N)
          clock
        fi
        put "W $before $up $wall$nl"
      fi
      pid1=0
      true < /proc/1/stat && pid1=1
      list
      put "T $up $pid1\${nl}L $pids\${nl}R$nl"
      if [ "$first" = full ]; then
        said=$count
        flush
        rows_of /proc/[0-9]*/stat
        list
        put "L $pids$nl"
        count=$said n=0
        for file do n=$((n + 1)); heartbeat "$n" "$file"; done
      else
        split "$second"
        stats $words
      fi
      split "$third"
      if [ -n "$words" ]; then
        still $words
        open_all $words
      fi
      ;;
    D) open_one "$first" ;;
    T)
      split "$first"
      say "R$nl"
      for pid in $words; do
        slurp "/proc/$pid/stat" || continue
        row=$text
        threads "$pid"
        say "\${row}Z $pid $live $thread$nl"
      done
      ;;
    P) plant "$first" "$second" ;;
    K) uproot "$first" ;;
  esac
  say "E $nonce $count$nl"
done
quit
`;
