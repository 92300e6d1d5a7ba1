/**
 * POSIX sh, run on the host: what supervisorctl says of every process, and those lines of its configuration that say how they are
 * stopped and started again; of the rest, which may hold passwords, nothing leaves the host. Lines as in manager-scripts.ts.
 * Arguments: the command, the configuration file or an empty word, then labels, which it does not need.
 */
export const SUPERVISOR_SCRIPT = `
tool=$1 config=$2
set -f
if [ -z "$config" ]; then
  for file in /etc/supervisord.conf /etc/supervisor/supervisord.conf; do
    [ -r "$file" ] && { config=$file; break; }
  done
fi
echo "status-of all"
if [ -n "$2" ]; then text=$("$tool" -c "$2" status 2>&1 < /dev/null); else text=$("$tool" status 2>&1 < /dev/null); fi
status=$?
printf '%s\\n' "$text" | sed 's/^/|/'
echo "status $status"
show() {
  echo "config file"
  sed -nE -e 's/^(\\[[^]]*\\]).*/|\\1/p' \\
    -e 's/^((autostart|autorestart|startsecs|startretries|stopasgroup|killasgroup|numprocs|programs)[[:space:]]*[=:].*)/|\\1/p' -- "$1" 2>/dev/null
  echo "status $?"
}
if [ -n "$config" ]; then
  show "$config"
  here=$(dirname -- "$config")
  files=$(sed -n '/^\\[include\\]/,/^\\[[^i]/s/^files[[:space:]]*[=:][[:space:]]*//p' -- "$config" 2>/dev/null | sed "s/[[:space:]];.*//")
  cd -- "$here" 2>/dev/null
  for pattern in $files; do
    case $pattern in '%(here)s'*) pattern=.\${pattern#'%(here)s'} ;; esac
    set +f
    for file in $pattern; do [ -f "$file" ] && show "$file"; done
    set -f
  done
fi
echo end
`;
