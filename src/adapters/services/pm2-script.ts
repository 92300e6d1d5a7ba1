/**
 * POSIX sh, run on the host: what pm2 says of every application. `pm2 jlist` prints each one's whole environment, and starts a daemon where
 * none runs: so it is asked only where one does, and what it says is cut down on the host, by the node that pm2 itself runs on.
 * Lines as in manager-scripts.ts. Arguments: the command, PM2_HOME or an empty word, then labels, which it does not need.
 */
export const PM2_SCRIPT = `
tool=$1
[ -n "$2" ] && { PM2_HOME=$2; export PM2_HOME; }
home=\${PM2_HOME:-$HOME/.pm2}
cut='
const top = ["pid", "name", "pm_id"], env = ["status", "autorestart", "restart_time", "unstable_restarts", "pm_uptime", "exec_interpreter",
  "exec_mode", "restart_delay", "exp_backoff_restart_delay", "cron_restart", "treekill", "max_restarts"];
const pick = (from, keys) => Object.fromEntries(keys.map((key) => [key, from[key]]));
const all = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const of = { list: (app) => ({ ...pick(app, top), pm2_env: pick(app.pm2_env, env) }), dump: (app) => app.name };
console.log(JSON.stringify(all.map(of[process.argv[1]])));
'
echo "status-of all"
if [ -S "$home/rpc.sock" ] && kill -0 "$(cat "$home/pm2.pid" 2>/dev/null)" 2>/dev/null; then
  text=$("$tool" jlist 2>/dev/null < /dev/null | node -e "$cut" list 2>/dev/null)
  status=$?
  printf '%s\\n' "$text" | sed 's/^/|/'
  echo "status $status"
else
  echo "nothing 1"
fi
if [ -r "$home/dump.pm2" ]; then
  echo "config dump"
  node -e "$cut" dump 2>/dev/null < "$home/dump.pm2" | sed 's/^/|/'
  echo "status $?"
fi
echo end
`;
