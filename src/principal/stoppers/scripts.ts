/**
 * POSIX sh, run on the host where the daemon lives, so that what it sees is that host's process table. Arguments:
 * launchctl, label, the name `print` wants, seconds to wait, mode (`ordinary` or `for-good`), domain, property list.
 * The last line it prints is `outcome=…`; a connection that drops leaves it out, and its absence means unknown.
 *
 * For a label it knows, `launchctl print` has a line `state = …`, and `pid = N` while it runs; for another it ends with
 * an error, or says nothing. `launchctl stop` and `start` tell neither and are not asked.
 *
 * `family` prints which processes live of those given, of their descendants, and of the process groups that they lead
 * (a child whose parent died keeps its group; launchd makes every job the leader of one, launchd.plist(5)
 * AbandonProcessGroup). ps lists the script's own pid too: a ps that does not show that one cannot be believed about
 * the others. A zombie is gone.
 */
const COMMON = `
launchctl=$1 label=$2 name=$3 end=$(($(date +%s) + $4)) mode=$5 domain=$6 plist=$7
in_time() { [ "$(date +%s)" -le "$end" ]; }
say() { echo "outcome=$1"; exit 0; }
pid_of() {
  printed=$("$launchctl" print "$name" 2>/dev/null) || return 1
  case $printed in *'state = '*) ;; *) return 1 ;; esac
  printf '%s\\n' "$printed" | sed -n 's/^[[:space:]]*pid = \\([0-9][0-9]*\\).*$/\\1/p' | head -n 1
}
is_disabled() {
  "$launchctl" print-disabled "\${domain:-system}" 2>/dev/null |
    grep -F "\\"$label\\" => " | grep -q -e disabled -e true
}
family() {
  ps -A -o pid= -o ppid= -o pgid= -o stat= 2>/dev/null | awk -v roots="$1" -v me="$$" '
    { seen[$1] = 1; if ($1 != me && $4 !~ /^Z/) { parent[$1] = $2; group[$1] = $3 } }
    END {
      if (!(me in seen)) exit 2
      count = split(roots, list, " ")
      for (i = 1; i <= count; i++) within[list[i]] = 1
      do {
        grown = 0
        for (pid in parent)
          if (!(pid in within) && (parent[pid] in within || group[pid] in within)) { within[pid] = 1; grown = 1 }
      } while (grown)
      for (pid in within) if (pid in parent) printf "%s ", pid
    }'
}
`;

/**
 * Stops the daemon and watches it and its descendants until all are gone, and until the manager shows no other: SIGTERM
 * first, SIGKILL after the grace period. For good: the manager is also told not to load it again (launchctl(1)
 * disable, bootout), and must know it no more.
 */
export const STOP_SCRIPT = `${COMMON}
pid=$(pid_of) || {
  # Known no more and disabled before this attempt: an earlier one got that far. Else nobody here has ever heard of it.
  [ "$mode" != for-good ] || ! is_disabled || say not-running
  say unknown
}
if [ "$mode" = for-good ]; then "$launchctl" disable "$name" >/dev/null 2>&1
elif [ -z "$pid" ]; then say not-running
fi
known=
if [ -n "$pid" ]; then known=$(family "$pid") || say unknown; fi
if [ "$mode" = for-good ]; then "$launchctl" bootout "$name" >/dev/null 2>&1 &
else "$launchctl" stop "$label" >/dev/null 2>&1
fi
for one in $known; do
  [ "$one" = "$pid" ] || kill -TERM "$one" 2>/dev/null
done
killed=no alive=$known
while [ -n "$known" ]; do
  alive=$(family "$known") || say unknown
  [ -n "$alive" ] || break
  known="$pid $alive"
  if ! in_time; then
    [ "$killed" = no ] || say still-running
    for one in $alive; do kill -KILL "$one" 2>/dev/null; done
    killed=yes end=$(($(date +%s) + 2))
  fi
  sleep 0.05
done
if [ "$mode" = for-good ]; then
  while next=$(pid_of); do
    in_time || say still-running
    sleep 0.05
  done
else
  # Until the manager has noticed, it has not decided whether to bring it back.
  while next=$(pid_of) || say unknown; [ -n "$next" ]; do
    [ "$next" = "$pid" ] || say still-running
    in_time || say unknown
    sleep 0.05
  done
fi
[ -n "$pid" ] || say not-running
say stopped
`;

/**
 * Starts the daemon (a running one is left as it is) and sees its process at two looks, so that it did not die at once.
 * One that was stopped for good is first made known to its manager again (launchctl(1) enable, bootstrap).
 */
export const START_SCRIPT = `${COMMON}
if [ "$mode" = for-good ]; then
  "$launchctl" enable "$name" >/dev/null 2>&1
  pid_of >/dev/null || "$launchctl" bootstrap "\${domain:-system}" "$plist" >/dev/null 2>&1
fi
"$launchctl" start "$label" >/dev/null 2>&1
while :; do
  pid=$(pid_of) || {
    # A manager that was told to load it may take a moment.
    if [ "$mode" = for-good ] && in_time; then sleep 0.05; continue; fi
    say unknown
  }
  if [ -n "$pid" ]; then
    alive=$(family "$pid") || say unknown
    case " $alive" in *" $pid "*)
      sleep 0.1
      alive=$(family "$pid") || say unknown
      case " $alive" in *" $pid "*) say running ;; esac ;;
    esac
  fi
  in_time || say not-running
  sleep 0.05
done
`;

/** Whether this host runs commands and its manager answers. Argument: launchctl. */
export const REACH_SCRIPT = '"$1" list >/dev/null 2>&1 && echo outcome=reached';

/**
 * Run by the process that goes: once the manager has taken the second command it is the manager's to see it through, and
 * not to bring it back. Arguments: launchctl, the name.
 */
export const LEAVE_SCRIPT = '"$1" disable "$2" && "$1" bootout "$2"';
