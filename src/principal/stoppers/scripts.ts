/**
 * POSIX sh, run on the host where the daemon lives, so that what it sees is that host's process table. Arguments:
 * launchctl, label, the name `print` wants, seconds to wait. The last line it prints is `outcome=…`; a connection
 * that drops leaves it out, and its absence means unknown.
 *
 * For a label it knows, `launchctl print` has a line `state = …`, and `pid = N` while it runs; for another it ends with
 * an error, or says nothing. `launchctl stop` and `start` tell neither and are not asked. ps lists the script's own pid too: a ps that does not show that
 * one cannot be believed about the other.
 */
const COMMON = `
launchctl=$1 label=$2 name=$3 end=$(($(date +%s) + $4))
in_time() { [ "$(date +%s)" -le "$end" ]; }
say() { echo "outcome=$1"; exit 0; }
pid_of() {
  printed=$("$launchctl" print "$name" 2>/dev/null) || return 1
  case $printed in *'state = '*) ;; *) return 1 ;; esac
  printf '%s\\n' "$printed" | sed -n 's/^[[:space:]]*pid = \\([0-9][0-9]*\\).*$/\\1/p' | head -n 1
}
look() {
  table=$(ps -o pid= -p "$1,$$" 2>/dev/null) || return 2
  here=no found=no
  for one in $table; do
    if [ "$one" = "$$" ]; then here=yes; fi
    if [ "$one" = "$1" ]; then found=yes; fi
  done
  [ "$here" = yes ] || return 2
  [ "$found" = yes ]
}
`;

/** Stops the daemon and watches its process until it is gone, and until the manager shows no other. */
export const STOP_SCRIPT = `${COMMON}
pid=$(pid_of) || say unknown
[ -n "$pid" ] || say not-running
"$launchctl" stop "$label" >/dev/null 2>&1
while :; do
  look "$pid"
  case $? in
    1) break ;;
    2) say unknown ;;
  esac
  in_time || say still-running
  sleep 0.05
done
# A manager that still names the dead process has not noticed yet, and may be about to start another.
while :; do
  next=$(pid_of) || say unknown
  [ "$next" = "$pid" ] || break
  in_time || say unknown
  sleep 0.05
done
[ -z "$next" ] || say still-running
say stopped
`;

/** Starts the daemon (a running one is left as it is) and sees its process at two looks, so that it did not die at once. */
export const START_SCRIPT = `${COMMON}
"$launchctl" start "$label" >/dev/null 2>&1
while :; do
  pid=$(pid_of) || say unknown
  if [ -n "$pid" ] && look "$pid"; then
    sleep 0.1
    look "$pid"
    case $? in
      0) say running ;;
      2) say unknown ;;
    esac
  fi
  in_time || say not-running
  sleep 0.05
done
`;
