/*
 * Parts of the probes that do not depend on how a host shows its processes, in POSIX sh. What they call and do not define: `clock` sets
 * `up` to seconds that only grow, with a fraction or without; `began PID` sets `start` to one word that tells this life of a pid from any
 * other, or fails; `is_canary PID TAG` says whether a canary has called exec. Both probes begin with `SPEECH`.
 */

/** Arguments, locale, and answers in as few writes as can be: each one wakes whoever carries it. */
export const SPEECH = `
exec 2>/dev/null
LC_ALL=C; export LC_ALL
PATH=$PATH:/usr/bin:/bin:/usr/sbin:/sbin; export PATH
trap '' HUP INT QUIT PIPE
fleet=$1 lease=$3
shift 3
nl='
'
canaries= guard= armed= out=
step=$((lease * 7 / 10)); [ "$step" -ge 1 ] || step=1
fuse=$((lease + step))

# What is put waits for what is said, and before anything else writes it is flushed. A reader that is gone ends the probe.
put() { out=$out$1; }
flush() { [ -z "$out" ] || printf '%s' "$out" || quit; out=; }
say() { put "$1"; flush; }

split() { IFS=,; set -- $1; IFS=' '; words=$*; unset IFS; [ "$words" != - ] || words=; }
hex() { od -A n -t x1 -v "$@"; }
`;

/** Canaries, and the guard that ends them and the probe where nobody asks any more, even where \`read\` or a write never returns. */
export const LEASE = `
is_life() { began "$1" && [ "$start" = "$2" ]; }
end_canaries() {
  for canary in $canaries; do is_life "\${canary%%:*}" "\${canary#*:}" && fell "\${canary%%:*}"; done
}
# A stopped process takes a TERM only once it is continued.
fell() { kill "$1" || return 1; kill -CONT "$1"; return 0; }

quit() {
  end_canaries
  [ -z "$guard" ] || kill "$guard"
  wait
  exit 0
}

# A new guard every few seconds at most: it ends the canaries and this shell unless it is replaced in time. Its sleep is ended by KILL:
# a TERM that comes between fork and exec runs the shell's own handler in the child, and is lost with the exec.
rearm() {
  [ -z "$armed" ] || [ $((\${up%%.*} - armed)) -ge "$step" ] || return 0
  armed=\${up%%.*}
  if [ -n "$guard" ]; then kill "$guard"; wait "$guard"; fi
  (
    called= nap=
    trap 'called=1; [ -z "$nap" ] || kill -KILL "$nap"' TERM
    sleep "$fuse" & nap=$!
    [ -z "$called" ] || kill -KILL "$nap"
    wait "$nap"
    wait "$nap"
    [ -z "$called" ] || exit 0
    end_canaries
    kill -KILL $$
  ) </dev/null >/dev/null &
  guard=$!
}

plant() {
  sh -c '
    : a canary of haltdrill
    called= nap=
    trap "called=1; [ -z \\"\\$nap\\" ] || kill -KILL \\"\\$nap\\"" TERM
    sleep '"$2"' & nap=$!
    [ -z "$called" ] || kill -KILL "$nap"
    wait "$nap"
    wait "$nap"
    exit 0' haltdrill-canary "$fleet" "$1" $(($(date +%s) + $2)) </dev/null >/dev/null &
  planted=$! spins=0
  began "$planted"
  canaries="$canaries $planted:$start"
  armed=
  rearm
  while [ "$spins" -lt "$patience" ]; do
    if is_canary "$planted" "$1"; then spins=ready; break; fi
    spins=$((spins + 1))
  done
  say "K $planted $spins$nl"
}

uproot() {
  kept= found=
  for canary in $canaries; do
    if [ "\${canary%%:*}" = "$1" ]; then found=$canary; else kept="$kept $canary"; fi
  done
  canaries=$kept
  if [ -z "$found" ]; then say "K unknown$nl"
  elif is_life "$1" "\${found#*:}" && fell "$1"; then wait "$1"; say "K ended$nl"
  else say "K gone$nl"
  fi
}
`;

/** Heartbeat files, by their place among the arguments. */
export const HEARTBEATS = `
# A link is not followed: whoever made it need not be one who may read what it points to. One that took the file's place while that was
# read is told afterwards. A file is absent only where the folder that would hold it could be searched.
heartbeat() {
  if [ -L "$2" ]; then say "H $1 link$nl"
  elif [ -f "$2" ]; then
    say "H $1 file$nl"
    if ! hex -N 512 "$2"; then say "H $1 denied$nl"
    elif [ -L "$2" ]; then say "H $1 link$nl"
    fi
  elif [ -e "$2" ]; then say "H $1 odd$nl"
  else
    dir=$2
    while :; do
      case $dir in */*) dir=\${dir%/*} ;; *) dir=. ;; esac
      [ -n "$dir" ] || dir=/
      if [ -d "$dir" ]; then
        if [ -x "$dir" ]; then say "H $1 none$nl"; else say "H $1 denied$nl"; fi
        return
      fi
    done
  fi
}
`;
