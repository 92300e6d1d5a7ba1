/**
 * POSIX sh, run on the host: which entries of cron and at name one of several services. Of an entry no more than its schedule leaves the
 * host, since its command may hold a password: a line \`N|SOURCE|SCHEDULE\`, N being the place of the name from 1; the last line is \`end\`.
 * A name counts where it stands by itself, not within a longer path; \`NAME<tab>COMMAND\` only where the manager's command does so, too.
 * What this login may not read is left out: only root sees the crontabs of others. Arguments: a folder to look in for /etc and /var
 * (empty but in tests), then names.
 *
 * crontab(5): five fields or a word such as \`@daily\`, in /etc/crontab and /etc/cron.d followed by a user; lines NAME=VALUE set its environment.
 * at(1): \`atq\` lists jobs by a number first, \`at -c\` prints one as a script, which ends with its commands.
 */
export const SCHEDULE_SCRIPT = `
root=$1 tab=$(printf '\\t')
shift
names=$(for name do printf '%s\\n' "\${name%%$tab*}"; done)
# Reads entries; from=where they are from, when=what stands for the schedule of each, or empty: its own.
look() {
  while IFS= read -r line || [ -n "$line" ]; do
    place=0
    for name do
      place=$((place + 1))
      own=\${name%%$tab*} command=\${name#*$tab}
      case " $line " in
        # A command may be named by its path.
        *[!A-Za-z0-9._/@:+-]"$own"[!A-Za-z0-9._/@:+-]*)
          case " $line " in *[!A-Za-z0-9._@:+-]"$command"[!A-Za-z0-9._/@:+-]*) entry ;; esac ;;
      esac
    done
  done
}
entry() {
  at=$when
  [ -n "$at" ] || at=$(schedule $line)
  [ -z "$at" ] || printf '%s|%s|%s\\n' "$place" "$from" "$at"
}
schedule() {
  case $1 in
    '#'*|[A-Za-z_]*) ;;
    @*) printf %s "$1" ;;
    *) [ $# -le 5 ] || printf %s "$1 $2 $3 $4 $5" ;;
  esac
}
# Files that hold a name at all, by one program: some are long, and read by this shell they would take theirs.
holding() { grep -lsF -e "$names" -- "$@" < /dev/null; }
each() {
  set -f
  while IFS= read -r file; do
    from=\${file#"$root"}
    look "$@" < "$file"
  done
}
when=
holding "$root"/etc/crontab "$root"/etc/cron.d/* "$root"/var/spool/cron/crontabs/* "$root"/var/spool/cron/* | each "$@"
for often in hourly daily weekly monthly; do
  when=@$often
  holding "$root/etc/cron.$often"/* | each "$@"
done
set -f
when= from='crontab -l'
[ -r "$root/var/spool/cron/crontabs/$(id -un)" ] || crontab -l 2>/dev/null < /dev/null | look "$@"
when=once from=at
atq 2>/dev/null < /dev/null | while read -r job rest; do
  case $job in *[!0-9]*) continue ;; esac
  at -c "$job" 2>/dev/null < /dev/null | look "$@"
done
echo end
`;
