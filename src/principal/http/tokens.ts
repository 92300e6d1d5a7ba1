import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * operator: everything; second-operator: what an observer may, and its token beside an operator's lets a wide halt be
 * resumed; agent: messages and status; observer: reads status, audit, incidents, metrics and what is held.
 */
export type TokenRole = 'operator' | 'second-operator' | 'agent' | 'observer';

export interface Token {
  readonly token: string;
  readonly role: TokenRole;
  /** Who is named in the audit log; the role unless told otherwise. An agent's token is good for the agent of that name only. */
  readonly name?: string;
}

export interface Caller {
  readonly role: TokenRole;
  readonly name: string;
  /** Whether its token names it; an agent's token without a name speaks for every agent. */
  readonly named: boolean;
}

/**
 * Who a bearer token belongs to, from an `Authorization` header (RFC 6750), or null. Digests are compared in
 * constant time, all of them every time; the tokens themselves are not kept.
 */
export function tokenReader(tokens: readonly Token[]): (header: string | undefined) => Caller | null {
  const known = tokens.map(({ token, role, name }) => ({
    digest: sha256(token),
    caller: { role, name: name ?? role, named: name !== undefined },
  }));
  return (header) => {
    const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
    if (given === undefined) return null;
    const digest = sha256(given);
    let caller: Caller | null = null;
    for (const one of known) {
      if (timingSafeEqual(one.digest, digest)) caller = one.caller;
    }
    return caller;
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
