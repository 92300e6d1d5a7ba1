/**
 * The `launchctl` of a host, as a POSIX sh script: `list`, `print LABEL`, `start LABEL`, `stop LABEL`, and of launchctl(1)
 * also `enable`, `disable` and `bootout LABEL`, `bootstrap DOMAIN PLIST` and `print-disabled DOMAIN`. It is run often, and
 * a shell with two FIFOs answers in a few milliseconds where an interpreter would take fifty.
 *
 * A label that does not exist on this host is no error: the answer is success, and nothing is said. This is the behaviour
 * that the fleet's first drill fell for.
 *
 * FIFOs are opened for reading and writing, which does not block where nobody is at the other end (fifo(7)).
 */
export function launchctlScript(runFolder: string): string {
  return `#!/bin/sh
run=${quote(runFolder)}
case "$#-$1" in
  1-list | 2-print | 2-start | 2-stop | 2-enable | 2-disable | 2-bootout | 2-print-disabled) label=\${2:--} ;;
  3-bootstrap)
    [ -f "$3" ] || { echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5; }
    label=\${3%.plist} ;;
  *)
    echo 'usage: launchctl list | print LABEL | start LABEL | stop LABEL | enable LABEL | disable LABEL' \\
      '| bootout LABEL | bootstrap DOMAIN PLIST | print-disabled DOMAIN' >&2
    exit 64 ;;
esac
label=\${label##*/}
case "$label" in
  '' | *[!A-Za-z0-9._-]*) exit 0 ;;
esac
if ! { read -r supervisor < "$run/launchd.pid" && kill -0 "$supervisor"; } 2> /dev/null; then
  echo 'launchctl: no supervisor runs on this host' >&2
  exit 1
fi
reply="$run/launchctl.$$"
[ ! -e "$reply" ] || rm -f "$reply"
trap 'rm -f "$reply"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkfifo -m 600 "$reply" || exit 1
exec 3<> "$reply"
printf '%s %s %s\\n' "$$" "$1" "$label" 1<> "$run/launchd.ctl"
while IFS= read -r line <&3; do
  case "$line" in
    end) exit 0 ;;
    *) printf '%s\\n' "\${line#=}" ;;
  esac
done
exit 1
`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
