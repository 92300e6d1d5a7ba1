import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';

/**
 * Gives an SQLite file mode 0600, and makes it where there is none. SQLite gives `-wal` and `-shm` the mode of the database when it
 * makes them (https://www.sqlite.org/wal.html); those that are there already are changed too. Somebody else's is left as it is. An
 * existing file is not opened for this: closing it again would drop the locks that SQLite holds in this process (fcntl(2)).
 */
export function forTheOwnerAlone(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined || (stat.mode & 0o777) === 0o600 || stat.uid !== process.geteuid?.()) continue;
    chmodSync(file, 0o600);
  }
}
