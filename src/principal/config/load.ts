import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { describe } from '../ledger.ts';
import { configFile } from './schema.ts';
import type { HostConfig, PrincipalConfig } from './types.ts';

/**
 * Reads `principal.yaml` (or .json); paths in it are relative to it. Throws an Error whose message names the file
 * and, one a line, everything that is wrong with it. Values are never quoted: tokens are among them. A file that the
 * group or others may read or write is refused, as OpenSSH refuses such a key (ssh(1), FILES).
 */
export async function loadConfig(path: string): Promise<PrincipalConfig> {
  const text = await readPrivately(path);
  const parsed = configFile.safeParse(await parse(path, text));
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      // A key that does not fit carries the reason one level down.
      const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue;
      return `${path}: ${issue.path.join('.') || 'file'}: ${message}`;
    });
    throw new Error(lines.join('\n'));
  }
  const { listen, database, exchange, tokens, hosts, services, self, levels } = parsed.data;
  const at = (file: string): string => resolve(dirname(path), file);
  return {
    listen,
    database: at(database),
    self,
    exchange: { url: exchange.url, ...(exchange.token === undefined ? {} : { token: exchange.token }) },
    tokens: tokens.map(({ token, role, name }) => ({ token, role, ...(name === undefined ? {} : { name }) })),
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([name, { launchctl, domain, plists, grace, ssh }]): [string, HostConfig] => [
        name,
        {
          launchctl,
          ...(domain === undefined ? {} : { domain }),
          ...(plists === undefined ? {} : { plists }),
          ...(grace === undefined ? {} : { graceSeconds: grace }),
          ...(ssh === undefined
            ? {}
            : {
                ssh: {
                  address: ssh.address,
                  port: ssh.port,
                  user: ssh.user,
                  identityFile: at(ssh['identity-file']),
                  knownHosts: at(ssh['known-hosts']),
                },
              }),
        },
      ]),
    ),
    services,
    levels: Object.entries(levels).map(([level, { asset, stops, resume, destructive }]) => ({
      level: Number(level),
      asset,
      stops,
      ...(resume === undefined ? {} : { resume }),
      ...(destructive === undefined ? {} : { destructive }),
    })),
  };
}

async function readPrivately(path: string): Promise<string> {
  const unreadable = (error: unknown): never => {
    throw new Error(`${path}: cannot be read: ${describe(error)}`);
  };
  const file = await open(path).catch(unreadable);
  try {
    const mode = (await file.stat()).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      const octal = mode.toString(8).padStart(4, '0');
      throw new Error(`${path}: holds tokens, and its mode ${octal} lets others at them: chmod 600 ${path}`);
    }
    return await file.readFile('utf8').catch(unreadable);
  } finally {
    await file.close();
  }
}

async function parse(path: string, text: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(text);
    return (await import('yaml')).parse(text, { prettyErrors: false });
  } catch (error) {
    // The parser's own message can quote the line, and with it a token.
    throw new Error(`${path}: is not valid ${path.endsWith('.json') ? 'JSON' : `YAML${position(error)}`}`);
  }
}

function position(error: unknown): string {
  const line = (error as { linePos?: readonly { line: number }[] }).linePos?.[0]?.line;
  return line === undefined ? '' : ` (line ${line})`;
}
