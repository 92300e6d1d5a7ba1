import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** Why a file or folder is not believed to hold what this account, or root, put there. */
export interface Distrust {
  /** Absolute. */
  readonly at: string;
  /** What is the matter with it, such as `is a link`. */
  readonly what: string;
  /** What to do about it. */
  readonly wayOut: string;
  /** Others own it, or may write to it: whoever knows that they did no harm may trust it all the same. */
  readonly isOthers: boolean;
}

type Oddness = Omit<Distrust, 'at'>;

/**
 * The accounts whose files this process acts upon: root, its own, the owner of a folder that is trusted already, and for root the
 * account that sudo made root of, which may run everything as root anyway (sudo(8), SUDO_UID; git trusts it likewise: git-config(1),
 * safe.directory).
 */
export function ownAccounts(owner: number | null = null): ReadonlySet<number> {
  const self = process.geteuid?.() ?? 0;
  const { SUDO_UID = '' } = process.env;
  const sudo = self === 0 && /^\d{1,10}$/.test(SUDO_UID) ? [Number(SUDO_UID)] : [];
  return new Set([0, self, ...sudo, ...(owner === null ? [] : [owner])]);
}

/**
 * What speaks against a folder of reports, or null: it and every folder above it must belong to one of `accounts`, and nobody else
 * may write to them. Above it, a folder with the sticky bit is fine whoever may write to it, as `/tmp` is (only the owner of what
 * lies there can move it: unlink(2)), and so is a link that one of `accounts` made. Null for `accounts`: whose it is, and who may write,
 * is not asked. What is not there yet speaks against nothing.
 */
export function distrustOfFolder(
  folder: string,
  { accounts, mayBeLink }: { readonly accounts: ReadonlySet<number> | null; readonly mayBeLink: boolean },
): Distrust | null {
  const todo = parts(folder);
  let at = '/';
  for (let links = 0; ; ) {
    const found = look(at);
    if (found === null) return null;
    if (!('uid' in found)) return { at, isOthers: false, ...found };
    const isLast = todo.length === 0;
    const odd = oddFolder(found, accounts, { isLast, mayBeLink: mayBeLink || !isLast });
    if (odd !== null) return { at, ...odd };
    if (found.isSymbolicLink()) {
      const target = readlinkSync(at);
      links += 1;
      if (links > MOST_LINKS)
        return {
          at,
          what: 'leads through too many links',
          wayOut: 'name the folder itself',
          isOthers: false,
        };
      // The folder that it leads to is looked at by itself too: it may be one above, or end the path.
      todo.unshift(...parts(target), '.');
      at = target.startsWith('/') ? '/' : dirname(at);
    }
    const next = todo.shift();
    if (next === undefined) return null;
    at = join(at, next);
  }
}

/** As many as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40;

const parts = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** Null where there is nothing; words where it cannot be told. */
function look(path: string): Stats | Omit<Oddness, 'isOthers'> | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'an unknown error';
    if (code === 'ENOTDIR') return { what: 'lies in no folder', wayOut: 'name a folder' };
    return { what: `cannot be looked at (${code})`, wayOut: 'run this as the account that it belongs to' };
  }
}

function oddFolder(
  stat: Stats,
  accounts: ReadonlySet<number> | null,
  { isLast, mayBeLink }: { readonly isLast: boolean; readonly mayBeLink: boolean },
): Oddness | null {
  if (stat.isSymbolicLink()) {
    if (!mayBeLink)
      return { what: 'is a link, not a folder', wayOut: 'name the folder that it leads to', isOthers: false };
    // The mode of a link says nothing (symlink(7)).
    return accounts === null ? null : foreign(stat, accounts);
  }
  if (!stat.isDirectory())
    return { what: `is ${kindOf(stat)}, not a folder`, wayOut: 'name a folder', isOthers: false };
  if (accounts === null) return null;
  const isSticky = (stat.mode & 0o1000) !== 0;
  return foreign(stat, accounts) ?? (isSticky && !isLast ? null : writable(stat));
}

/** What speaks against a file as one that `accounts` wrote: it is no regular file, is another's, or others may write to it; or null. */
export function oddFile(stat: Stats, accounts: ReadonlySet<number>): Oddness | null {
  if (!stat.isFile())
    return {
      what: `is ${kindOf(stat)}, not a regular file`,
      wayOut: 'find out who put it there, then take it away, or put the file itself in its place',
      isOthers: false,
    };
  const odd = foreign(stat, accounts) ?? writable(stat);
  // Of a file alone nobody says that he trusts it: its owner, or root, can mend it.
  if (odd === null) return null;
  const mend = accounts.has(stat.uid) ? 'chmod go-w' : 'chown it to the owner of its folder';
  return { ...odd, wayOut: `look at what is in it, then ${mend}`, isOthers: false };
}

/** Like `oddFile`, for what lies at a path; null also where nothing does. */
export function distrustOfFile(file: string, accounts: ReadonlySet<number>): Distrust | null {
  const found = look(file);
  if (found === null) return null;
  if (!('uid' in found)) return { at: file, isOthers: false, ...found };
  const odd = oddFile(found, accounts);
  return odd === null ? null : { at: file, ...odd };
}

function foreign({ uid }: Stats, accounts: ReadonlySet<number>): Oddness | null {
  if (accounts.has(uid)) return null;
  const name = nameOf(uid);
  return {
    what: `belongs to ${name === null ? 'an account without a name' : name} (uid ${uid})`,
    wayOut: `run this as that account (sudo -u ${name ?? `'#${uid}'`})`,
    isOthers: true,
  };
}

function writable({ mode, gid, uid }: Stats): Oddness | null {
  const others = (mode & 0o002) !== 0;
  if (!others && ((mode & 0o020) === 0 || isPrivateGroup(gid, uid))) return null;
  return {
    what: others ? 'may be written to by everybody' : `may be written to by its group (gid ${gid})`,
    wayOut: 'look at what is in it, then take that right away with chmod go-w',
    isOthers: true,
  };
}

function kindOf(stat: Stats): string {
  if (stat.isSymbolicLink()) return 'a link';
  if (stat.isFile()) return 'a file';
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a pipe';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}

/**
 * Whether a group is this account's own and has no other member: where the umask is 002 every account has one, and all its folders are writable by
 * it (https://wiki.debian.org/UserPrivateGroups; Debian's sshd goes by the same). Told from passwd(5) and group(5) only: a group that is
 * not in there is not private.
 */
function isPrivateGroup(gid: number, uid: number): boolean {
  const owner = nameOf(uid);
  const group = rowsOf('/etc/group').find((row) => row[2] === String(gid));
  if (owner === null || group === undefined) return false;
  const members = (group[3] ?? '').split(',').filter((name) => name !== '');
  const primary = rowsOf('/etc/passwd').flatMap((row) => (row[3] === String(gid) ? [row[2]] : []));
  return (
    primary.includes(String(uid)) && new Set([owner, ...members]).size === 1 && new Set(primary).size === 1
  );
}

function nameOf(uid: number): string | null {
  const name = rowsOf('/etc/passwd').find((row) => row[2] === String(uid))?.[0];
  return name !== undefined && /^[\w.][\w.@-]*$/.test(name) ? name : null;
}

function rowsOf(table: string): string[][] {
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
