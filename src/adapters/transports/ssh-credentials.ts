import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import ssh2, {
  type BaseAgent,
  type GetStreamCallback,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { askProgram } from '../system/start-program.ts';

export interface CredentialsRequest {
  readonly user: string;
  /** Key files to try, in order. Those of the inventory must be of use; others are passed over. */
  readonly files: readonly string[];
  readonly fromInventory: boolean;
  readonly passphrase: string | null;
  /** Socket of the ssh-agent. */
  readonly agent: string | null;
  /** Offer no key of the agent but those of the files. */
  readonly only: boolean;
}

type Method =
  | { readonly type: 'agent'; readonly username: string; readonly agent: BaseAgent }
  | { readonly type: 'publickey'; readonly username: string; readonly key: ParsedKey };

/** How to log in, in order, and what was left out of it, in words, for the message of a login that is refused. */
export interface Credentials {
  readonly methods: readonly Method[];
  readonly notes: readonly string[];
}

/**
 * Keys as ssh offers them (ssh_config(5), IdentitiesOnly): of the agent those that are named, then its others, then files
 * that it does not hold. Nobody is ever asked for a passphrase. Rejects where there is nothing to log in with.
 */
export async function findCredentials(request: CredentialsRequest): Promise<Credentials> {
  const { user: username, files, fromInventory, passphrase, only } = request;
  const held = await identities(request.agent);
  const notes: string[] = held.why === null ? [] : [held.why];
  const named: string[] = [];
  const keys: ParsedKey[] = [];
  for (const file of files) {
    const found = await openKey(file, passphrase);
    if ('key' in found) {
      const fingerprint = fingerprintOf(found.key.getPublicSSH());
      if (held.fingerprints.includes(fingerprint)) named.push(fingerprint);
      else keys.push(found.key);
      continue;
    }
    const fingerprint = found.locked ? await fingerprintOfFile(file) : null;
    if (fingerprint !== null && held.fingerprints.includes(fingerprint)) named.push(fingerprint);
    else if (fromInventory) throw new Error(found.why);
    else if (!found.missing) notes.push(found.why);
  }
  const offered = only ? named : [...named, ...held.fingerprints.filter((one) => !named.includes(one))];
  const methods: Method[] = keys.map((key) => ({ type: 'publickey', username, key }));
  if (held.agent !== null && offered.length > 0)
    methods.unshift({ type: 'agent', username, agent: new SomeOf(held.agent, offered) });
  if (methods.length === 0)
    throw new Error(
      `there is no key to log in with (${['no usable key file', ...(request.agent === null ? ['no ssh-agent: SSH_AUTH_SOCK is not set'] : only ? ['the ssh-agent holds none that is named'] : ['the ssh-agent holds none']), ...notes].join('; ')}); give an identity-file in the inventory, or load a key with ssh-add`,
    );
  return { methods, notes };
}

type Opened =
  | { readonly key: ParsedKey }
  | { readonly why: string; readonly locked: boolean; readonly missing: boolean };

async function openKey(file: string, passphrase: string | null): Promise<Opened> {
  const useless = (why: string, locked = false, missing = false): Opened => ({ why, locked, missing });
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return useless(
      `the key ${file} cannot be read (${code}); correct identity-file`,
      false,
      code === 'ENOENT',
    );
  }
  const plain = parsed(text);
  if (!(plain instanceof Error)) return { key: plain };
  if (!/encrypted/i.test(plain.message))
    return useless(`${file} is not a private key that ssh2 can read; make it known to an ssh-agent`);
  if (passphrase !== null) {
    const opened = parsed(text, passphrase);
    if (!(opened instanceof Error)) return { key: opened };
    return useless(`the passphrase of the inventory does not open the key ${file}; correct it`, true);
  }
  return useless(
    `the key ${file} is protected by a passphrase and the ssh-agent does not hold it; load it with ssh-add ${file}, or give its passphrase in the inventory`,
    true,
  );
}

function parsed(text: Buffer, passphrase?: string): ParsedKey | Error {
  const key = ssh2.utils.parseKey(text, passphrase);
  if (key instanceof Error) return key;
  return key.isPrivateKey() ? key : new Error('not a private key');
}

/** `SHA256:…` of a public key's blob, as ssh-keygen prints it. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** From the file's public half, or from the `.pub` beside it, which needs no passphrase; null where neither tells. */
async function fingerprintOfFile(file: string): Promise<string | null> {
  const argv = ['-l', '-E', 'sha256', '-f', file];
  const { error, stdout } = await askProgram('ssh-keygen', argv, { timeout: 10_000 });
  return error === null ? (stdout.split(' ')[1] ?? null) : null;
}

const AGENT_PATIENCE_MS = 5_000;

interface Held {
  readonly agent: BaseAgent | null;
  readonly fingerprints: readonly string[];
  readonly why: string | null;
}

function identities(socket: string | null): Promise<Held> {
  const none = (why: string | null): Held => ({ agent: null, fingerprints: [], why });
  if (socket === null) return Promise.resolve(none(null));
  return new Promise((resolve) => {
    const agent = new PatientAgent(socket);
    agent.getIdentities((error, keys) => {
      if (error) return resolve(none(`the ssh-agent at ${socket} cannot be asked (${error.message})`));
      const fingerprints = (keys ?? []).flatMap((key) =>
        isKey(key) ? [fingerprintOf(key.getPublicSSH())] : [],
      );
      resolve({ agent, fingerprints, why: null });
    });
  });
}

/** An agent that has to answer, since one that waits for somebody's consent would hold a drill, and the program's end. */
class PatientAgent extends ssh2.OpenSSHAgent {
  override getStream(callback: GetStreamCallback): void {
    super.getStream((error, stream) => {
      if (stream instanceof Socket)
        stream.setTimeout(AGENT_PATIENCE_MS, () =>
          stream.destroy(new Error(`no answer within ${AGENT_PATIENCE_MS / 1000} s`)),
        );
      callback(error, stream);
    });
  }
}

// What ssh2 cannot read (FIDO keys, certificates) its agent has left out already.
function isKey(key: ParsedKey | object): key is ParsedKey {
  return 'getPublicSSH' in key;
}

/** An agent of which only some keys are offered, in a given order. */
class SomeOf extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;
  readonly #fingerprints: readonly string[];

  constructor(agent: BaseAgent, fingerprints: readonly string[]) {
    super();
    this.#agent = agent;
    this.#fingerprints = fingerprints;
  }

  getIdentities(callback: IdentityCallback<ParsedKey>): void {
    (this.#agent as BaseAgent<ParsedKey>).getIdentities((error, keys) => {
      if (error) return callback(error);
      callback(
        undefined,
        this.#fingerprints.flatMap((wanted) =>
          (keys ?? []).filter((key) => isKey(key) && fingerprintOf(key.getPublicSSH()) === wanted),
        ),
      );
    });
  }

  sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}
