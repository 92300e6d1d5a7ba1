/**
 * POSIX sh, run on the host: what its service managers say is up, as lines of the form described in manager-scripts.ts. Only a manager
 * that runs is asked. Arguments: the one manager to ask, or `any`; its configuration, or an empty word.
 *
 * systemctl(1): `show` with patterns heeds --type and --state, and prints a block of KEY=VALUE lines for each unit. launchctl(1): `list` prints
 * PID, last status and label in three columns. For pm2 see pm2-script.ts.
 */
export const LIST_SCRIPT = `
only=$1 config=$2
asks() { [ "$only" = any ] || [ "$only" = "$1" ]; }
tell() {
  echo "status-of $1"
  shift
  text=$("$@" 2>/dev/null < /dev/null)
  status=$?
  printf '%s\\n' "$text" | sed 's/^/|/'
  echo "status $status"
}
units() { systemctl $1 show --no-pager --type=service --state=running --property=Id,MainPID -- '*'; }
if asks systemd && [ -d /run/systemd/system ]; then
  tell systemd units
  XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"
  export XDG_RUNTIME_DIR
  [ -S "$XDG_RUNTIME_DIR/systemd/private" ] && tell systemd-user units --user
fi
asks launchd && command -v launchctl >/dev/null 2>&1 && tell launchd launchctl list
if asks supervisord && command -v supervisorctl >/dev/null 2>&1; then
  if [ -n "$config" ]; then tell supervisord supervisorctl -c "$config" status; else tell supervisord supervisorctl status; fi
fi
[ "$only" = pm2 ] && [ -n "$config" ] && { PM2_HOME=$config; export PM2_HOME; }
home=\${PM2_HOME:-$HOME/.pm2}
apps() {
  pm2 jlist | node -e 'console.log(JSON.stringify(JSON.parse(require("node:fs").readFileSync(0, "utf8")).map(({ name, pid }) => ({ name, pid }))))'
}
asks pm2 && [ -S "$home/rpc.sock" ] && kill -0 "$(cat "$home/pm2.pid" 2>/dev/null)" 2>/dev/null && tell pm2 apps
echo end
`;
