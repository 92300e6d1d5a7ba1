import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { FileProblem, readTextFile, writeFileAtomic } from './adapters/system/files.ts';
import { accountsFor, readOwn } from './adapters/system/own-files.ts';
import { distrustOfFile, distrustOfFolder, ownAccounts } from './adapters/system/whose.ts';
import type { FileRead, Files } from './cli/effects.ts';

/** Of a text file in a reports folder. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Files as the command line sees them; `folder` is the one that paths are shown from. */
export function createFiles(folder: string): Files {
  return {
    resolve: (path, base) =>
      resolve(base, path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path),
    folderOf: dirname,
    shown: (path) => {
      const short = relative(folder, path);
      return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
    },
    read: async (path) => {
      try {
        return asText(await readTextFile(path));
      } catch (error) {
        if (error instanceof FileProblem && error.code === 'ENOENT') return { kind: 'missing' };
        return {
          kind: 'unreadable',
          why: error instanceof Error ? withoutPath(error.message, path) : String(error),
          at: error instanceof FileProblem ? error.at : null,
        };
      }
    },
    readOwn: async (path) => {
      try {
        return asText(new TextDecoder('utf-8', { fatal: true }).decode(readOwn(path, MOST_BYTES)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' };
        const why = error instanceof Error ? withoutPath(error.message, path) : String(error);
        return { kind: 'unreadable', why, at: null };
      }
    },
    distrust: async (path, names, { isTrusted, mayBeLink }) => {
      const accounts = isTrusted ? null : ownAccounts();
      const found = distrustOfFolder(path, { accounts, mayBeLink });
      if (found !== null) return found;
      for (const name of names) {
        const odd = distrustOfFile(join(path, name), accounts ?? accountsFor(join(path, name)));
        if (odd !== null) return odd;
      }
      return null;
    },
    list: async (path) => {
      try {
        return (await readdir(path)).sort();
      } catch {
        return [];
      }
    },
    makeFolder: async (path) => {
      await mkdir(path, { recursive: true, mode: 0o700 });
    },
    write: writeFileAtomic,
    removeBelow: async (path, name) => {
      const inside = await readdir(path).catch(() => []);
      for (const one of inside) await rm(join(path, one, name), { force: true }).catch(() => undefined);
    },
  };
}

function asText(text: string): FileRead {
  return { kind: 'text', text, sha256: createHash('sha256').update(text, 'utf8').digest('hex') };
}

/** The message names the file already. */
function withoutPath(message: string, path: string): string {
  return message.startsWith(`${path}: `)
    ? message.slice(path.length + 2).replace(/^cannot be read: /, '')
    : message;
}
