import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { FileProblem, readTextFile, writeFileAtomic } from './adapters/system/files.ts';
import type { Files } from './cli/effects.ts';

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
        const text = await readTextFile(path);
        return { kind: 'text', text, sha256: createHash('sha256').update(text, 'utf8').digest('hex') };
      } catch (error) {
        if (error instanceof FileProblem && error.code === 'ENOENT') return { kind: 'missing' };
        return {
          kind: 'unreadable',
          why: error instanceof Error ? withoutPath(error.message, path) : String(error),
          at: error instanceof FileProblem ? error.at : null,
        };
      }
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

/** The message names the file already. */
function withoutPath(message: string, path: string): string {
  return message.startsWith(`${path}: `)
    ? message.slice(path.length + 2).replace(/^cannot be read: /, '')
    : message;
}
