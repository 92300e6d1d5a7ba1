import { createHash, timingSafeEqual } from 'node:crypto';

/** operator: everything; agent: messages and status; observer: reads status, audit and incidents. */
export type TokenRole = 'operator' | 'agent' | 'observer';

export interface Token {
  readonly token: string;
  readonly role: TokenRole;
  /** Who is named in the audit log; the role unless told otherwise. */
  readonly name?: string;
}

export interface Caller {
  readonly role: TokenRole;
  readonly name: string;
}

/**
 * Who a bearer token belongs to, from an `Authorization` header (RFC 6750), or null. Digests are compared in
 * constant time, all of them every time; the tokens themselves are not kept.
 */
export function tokenReader(tokens: readonly Token[]): (header: string | undefined) => Caller | null {
  const known = tokens.map(({ token, role, name = role }) => ({ digest: sha256(token), role, name }));
  return (header) => {
    const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
    if (given === undefined) return null;
    const digest = sha256(given);
    let caller: Caller | null = null;
    for (const one of known) {
      if (timingSafeEqual(one.digest, digest)) caller = { role: one.role, name: one.name };
    }
    return caller;
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
