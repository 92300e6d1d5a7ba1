/**
 * POSIX sh, run on the host: asks its service manager about several services in one command. Lines of the manager's own
 * have a `|` before them, so that nothing in them can be taken for a line of the script's; the last line is `end`.
 * Arguments: the manager's command, then labels.
 */

/**
 * launchctl(1): `print` wants DOMAIN/LABEL on macOS, and ends with 113 where the domain has no such service. A label is tried
 * as it is, then in the system's domain, then in those of the login. What a status means is for the reader to say.
 */
export const LAUNCHD_SCRIPT = `
tool=$1 uid=$(id -u)
shift
for label; do
  echo "label $label"
  for name in "$label" "system/$label" "gui/$uid/$label" "user/$uid/$label"; do
    text=$("$tool" print "$name" 2>/dev/null)
    status=$?
    if [ $status -eq 0 ] && [ -n "$text" ]; then
      printf '%s\\n' "$text" | sed 's/^/|/'
      echo "status 0"
      break
    fi
    echo "nothing $status"
  done
done
for domain in system "gui/$uid"; do
  echo "disabled $domain"
  "$tool" print-disabled "$domain" 2>/dev/null | sed 's/^/|/'
done
echo end
`;

const UNIT =
  'Id,LoadState,ActiveState,SubState,MainPID,ControlGroup,NRestarts,InvocationID,Restart,RestartUSec,RestartMaxDelayUSec,KillMode,UnitFileState,TriggeredBy,StartLimitBurst,StartLimitIntervalUSec,ExecMainStartTimestampMonotonic';
const TRIGGER = 'Id,ActiveState,SubState,TimersMonotonic,TimersCalendar,AccuracyUSec,RandomizedDelayUSec';

/**
 * `--user` and a space before a label: a unit of the login's own manager, which is found by XDG_RUNTIME_DIR. systemctl(1): `show` prints properties as KEY=VALUE
 * and ends with 0 for a unit that does not exist, too.
 */
export const SYSTEMD_SCRIPT = `
tool=$1
shift
set -f
show() {
  text=$("$tool" $scope show --no-pager "--property=$1" -- "$2" 2>/dev/null)
  status=$?
  printf '%s\\n' "$text" | sed 's/^/|/'
  echo "status $status"
}
for label; do
  echo "label $label"
  case $label in
    "--user "*) scope=--user unit=\${label#--user }; export XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" ;;
    *) scope= unit=$label ;;
  esac
  up= rest=
  read -r up rest 2>/dev/null < /proc/uptime
  case $up in *.??) echo "|HaltdrillUptimeUSec=\${up%.*}\${up#*.}0000" ;; esac
  show ${UNIT} "$unit"
  for trigger in $(printf '%s\\n' "$text" | sed -n 's/^TriggeredBy=//p'); do
    echo "trigger $trigger"
    show ${TRIGGER} "$trigger"
  done
done
echo end
`;
