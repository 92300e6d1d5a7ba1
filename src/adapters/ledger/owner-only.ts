import { chmodSync, closeSync, constants, lstatSync } from 'node:fs';
import { openOwn, refuseOdd } from '../system/own-files.ts';

/**
 * Gives an SQLite file mode 0600, and makes it where there is none. SQLite gives `-wal` and `-shm` the mode of the database when it
 * makes them (https://www.sqlite.org/wal.html); those that are there already are changed too. Somebody else's is left as it is. An
 * existing file is not opened for this: closing it again would drop the locks that SQLite holds in this process (fcntl(2)). SQLite
 * follows links, so that none may lie there. @throws OddFile where one of them is a link, no regular file, or not ours.
 */
export function forTheOwnerAlone(path: string): void {
  const files = [path, `${path}-wal`, `${path}-shm`, `${path}-journal`];
  for (const file of files) refuseOdd(file);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    closeSync(openOwn(path, constants.O_WRONLY | constants.O_CREAT));
  for (const file of files) {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined || (stat.mode & 0o777) === 0o600 || stat.uid !== process.geteuid?.()) continue;
    chmodSync(file, 0o600);
  }
}
