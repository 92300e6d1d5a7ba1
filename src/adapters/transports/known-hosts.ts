import { access, constants } from 'node:fs/promises';
import { askProgram } from '../system/start-program.ts';

/** What known_hosts files say about one name. Keys are base64 blobs as in the file. */
export interface KnownHost {
  readonly keys: readonly { readonly type: string; readonly key: string }[];
  readonly revoked: readonly string[];
  /** The file names a certificate authority for it, which this transport cannot check. */
  readonly authority: boolean;
}

/** The name under which OpenSSH files a host key: the address alone on port 22, else `[address]:port` (sshd(8)). */
export function knownHostsName(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/**
 * Looks a name up in several files with `ssh-keygen -F`, which reads hashed names, wildcards and markers as OpenSSH does
 * (ssh-keygen(1)). A key that one file revokes is no key, whatever another says. Files that do not exist are passed over
 * as long as one does. Rejects with a one-line Error where they or ssh-keygen cannot be used.
 */
export async function lookUpHost(files: readonly string[], name: string): Promise<KnownHost> {
  const found: string[] = [];
  for (const file of files) {
    try {
      await access(file, constants.R_OK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw new Error(`the known-hosts file ${file} cannot be read; correct its permissions`);
    }
    found.push(await find(name, file));
  }
  if (found.length === 0)
    throw new Error(
      `the known-hosts file ${files.join(', ') || '(none is named)'} cannot be read: there is none; make it with the host's key, checked out of band`,
    );
  return parseKnownHosts(found.join('\n'));
}

async function find(name: string, file: string): Promise<string> {
  const limits = { timeout: 10_000 };
  const { error, stdout, stderr } = await askProgram('ssh-keygen', ['-F', name, '-f', file], limits);
  if (error === null) return stdout;
  // Exit status 1 with nothing on stderr: no such name in the file.
  if (error.code === 1 && stderr.trim() === '') return '';
  if (error.code === 'ENOENT')
    throw new Error('ssh-keygen, which reads known-hosts files, is not installed here');
  throw new Error(`ssh-keygen cannot read ${file}: ${(stderr || error.message).trim().split(/\r?\n/)[0]}`);
}

/** Lines as `ssh-keygen -F` prints them: `[@marker] names type key [comment]`; `#` begins a comment. */
function parseKnownHosts(text: string): KnownHost {
  const keys: { type: string; key: string }[] = [];
  const revoked: string[] = [];
  let authority = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [, type, key] = words;
    if (type === undefined || key === undefined) continue;
    if (marker === '@revoked') revoked.push(key);
    else if (marker === '@cert-authority') authority = true;
    else if (marker === undefined) keys.push({ type, key });
  }
  return { keys: keys.filter(({ key }) => !revoked.includes(key)), revoked, authority };
}
