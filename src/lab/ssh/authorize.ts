import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import ssh2, { type AuthContext, type ParsedKey } from 'ssh2';

/** The keys of an authorized_keys file. Throws where a line is no public key. */
export function readAuthorizedKeys(file: string): ParsedKey[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const key = ssh2.utils.parseKey(line);
    if (key instanceof Error) throw key;
    return key;
  });
}

/** Lets `user` in with one of `keys`, once the client has signed with it; whatever else is tried is refused. */
export function authorize(context: AuthContext, user: string, keys: readonly ParsedKey[]): void {
  if (accepts(context, user, keys)) context.accept();
  else context.reject(['publickey']);
}

function accepts(context: AuthContext, user: string, keys: readonly ParsedKey[]): boolean {
  if (context.method !== 'publickey' || context.username !== user) return false;
  const offered = context.key.data;
  const key = keys.find((known) => {
    const data = known.getPublicSSH();
    return data.length === offered.length && timingSafeEqual(data, offered);
  });
  if (key === undefined) return false;
  // Without a signature the client only asks whether this key would do (RFC 4252 section 7).
  if (context.signature === undefined || context.blob === undefined) return true;
  return key.verify(context.blob, context.signature, context.hashAlgo) === true;
}
