import { accessSync, constants, existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

declare module 'vitest' {
  interface TaskMeta {
    /** Why it is skipped. */
    note?: string;
  }
}

/** What a test may need beyond what the README asks for, with the Debian package that has it. .ci/run installs all of them. */
const PACKAGES = {
  sshd: 'openssh-server',
  supervisord: 'supervisor',
  sudo: 'sudo',
  setpriv: 'util-linux',
  perl: 'perl-base',
  openssl: 'openssl',
  bash: 'bash',
  busybox: 'busybox',
  git: 'git',
  'systemd-analyze': 'systemd',
} as const;

/** A login: sshd lets nobody in whose shell is none. */
type Need = keyof typeof PACKAGES | 'root' | 'login';

/** Where a program is, or null. Servers are where only root's PATH looks. */
export function whereIs(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  const found = folders.map((folder) => join(folder, program)).find(isExecutable);
  return found ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayLogIn(): boolean {
  try {
    const { shell, homedir } = userInfo();
    return existsSync(homedir) && isExecutable(shell ?? '') && !/\/(nologin|false)$/.test(shell ?? '');
  } catch {
    // Nobody of that number has a name here.
    return false;
  }
}

/** Why a test that needs these cannot run here, or null. */
function lackOf(needs: readonly Need[]): { readonly why: string; readonly mend: boolean } | null {
  for (const need of needs) {
    if (need === 'root') {
      if (process.geteuid?.() !== 0) return { why: 'it needs root', mend: false };
    } else if (need === 'login') {
      if (!mayLogIn())
        return { why: 'it needs a user who has a home and a shell to log in with', mend: false };
    } else if (whereIs(need) === null) {
      return { why: `${need} is not installed (apt-get install ${PACKAGES[need]})`, mend: true };
    }
  }
  return null;
}

/**
 * Options of a test or a group that needs more than the README asks for: `it('…', needs('sshd'), () => …)`. Where it is missing
 * the test is skipped, and the reason is in the summary of `npm test`; with HALTDRILL_ALL_TOOLS set, as in .ci/run, a program that
 * is missing is an error. Nobody can install root: where that is missing the test is skipped in either case.
 */
export function needs(...all: readonly Need[]): { readonly skip?: true; readonly meta?: { note: string } } {
  const lack = lackOf(all);
  if (lack === null) return {};
  if (lack.mend && process.env.HALTDRILL_ALL_TOOLS !== undefined) throw new Error(lack.why);
  return { skip: true, meta: { note: lack.why } };
}
