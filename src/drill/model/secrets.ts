import { type Inventory, isCommand, type Transport } from './inventory.ts';

/** A shorter one would be found by chance in the evidence, from which it is taken out wherever it stands. In characters. */
export const SHORTEST_SECRET = 4;

/** The literal value of a header is taken for a secret from this length on; shorter ones are words such as `true`. */
const SHORTEST_HEADER = 8;

/**
 * Everything that an inventory holds and nobody may read: its tokens and passphrases, what it marks as secret, what it writes into headers,
 * and the passwords of addresses wherever they stand.
 */
export function secretsOf(inventory: Inventory): string[] {
  const { auth, halt, resume, status, state, messages } = inventory.broker;
  return [
    ...(auth === null ? [] : [auth.bearer]),
    ...(auth?.second === null || auth === null ? [] : [auth.second]),
    ...inventory.hosts.flatMap(({ transport }) => passphraseOf(transport)),
    ...inventory.secrets,
    ...[halt, resume, status, messages].flatMap((operation) =>
      operation === null || isCommand(operation)
        ? []
        : Object.values(operation.headers ?? {}).flatMap(secretOfHeader),
    ),
    ...(state !== null && 'from' in state && 'url' in state.from
      ? Object.values(state.from.headers).flatMap(secretOfHeader)
      : []),
    ...passwordsIn(inventory),
  ].filter((secret) => secret.length >= SHORTEST_SECRET && !secret.includes('${'));
}

function passphraseOf(transport: Transport): string[] {
  if (transport.kind === 'container') return passphraseOf(transport.on.transport);
  // In a journal of a version that knew no passphrases there is none.
  return transport.kind === 'ssh' && typeof transport.passphrase === 'string' ? [transport.passphrase] : [];
}

/** A placeholder stands for a secret that is known already; what is written around it is a scheme such as `Bearer`. */
export function secretOfHeader(value: string): string[] {
  if (/\$[A-Za-z_{]/.test(value)) return [];
  const credentials = value.replace(/^(?:basic|bearer|digest|token)\s+/i, '');
  return credentials.length < SHORTEST_HEADER ? [] : [credentials];
}

const PASSWORD = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/]+)@/gi;

function passwordsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(PASSWORD)].flatMap(([, password = '']) => [password, decoded(password)]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(passwordsIn);
}

/** As it is typed elsewhere, without the escapes of an address. */
function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
