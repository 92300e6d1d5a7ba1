import { HEARTBEATS, LEASE, SPEECH } from './probe-parts.ts';

/**
 * The probe for hosts without /proc whose ps is that of macOS. Requests and answers have the frames of the other probe, and of its requests
 * it knows `I`, `S`, `P` and `K`. Each sample is the whole of `ps`, argv included, so that nothing is opened afterwards:
 *
 *     T <wall clock, s> <own pid>
 *     <pid> <ppid> <pgid> <uid> <stat> <lstart, five words, UTC> <args>      a line each: ps writes a line break in an argument as ^J
 *     X <exit status of ps>
 *     H …                                                                    heartbeats, of a full sample
 *
 * It uses sh, ps, date, sleep, id, uname, od, sysctl, ioreg, sed and tr. ps(1) of macOS: \`-A\` all processes, \`-ww\` as wide as need be,
 * \`lstart\` when a process began, to the second; without \`TZ\` that is local time. sysctl(8) \`kern.bootsessionuuid\` is new with each boot.
 */
export const PS_PROBE_SCRIPT = `
: haltdrill-probe${SPEECH}patience=200
TZ=UTC0; export TZ
began() {
  set -- $(ps -o lstart= -p "$1")
  start=$1$2$3$4$5
  [ -n "$start" ]
}
clock() { up=$(date +%s); }
# Until it has called exec, a canary shows this shell's own argv, which does not end in its tag.
is_canary() {
  case $(ps -ww -o args= -p "$1") in *"haltdrill-canary $fleet $2 "*) return 0 ;; esac
  return 1
}
${LEASE}${HEARTBEATS}
lower() { tr ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz; }
hello() {
  say "O $(uname -s)\${nl}N $(uname -n)\${nl}A $(sysctl -n kern.bootsessionuuid | lower)$nl"
  machine=$(ioreg -rd1 -c IOPlatformExpertDevice | sed -n 's/.*"IOPlatformUUID" = "\\([0-9A-Fa-f-]*\\)".*/\\1/p' | tr -d - | lower)
  say "S $$ $$ ps\${nl}M $machine\${nl}C 1\${nl}Y $(id -u)$nl"
}

clock
rearm
while read -r op nonce first second third; do
  clock
  rearm
  put "B $nonce$nl"
  case $op in
    I) hello ;;
    S)
      say "T $up $$$nl"
      ps -A -ww -o pid= -o ppid= -o pgid= -o uid= -o stat= -o lstart= -o args=
      say "X $?$nl"
      if [ "$first" = full ]; then
        n=0
        for file do n=$((n + 1)); heartbeat "$n" "$file"; done
      fi
      ;;
    P) plant "$first" "$second" ;;
    K) uproot "$first" ;;
  esac
  say "E $nonce 0$nl"
done
quit
`;
