import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomWord } from './random.ts';

/**
 * Writes a whole file, mode 0600, or nothing: into a new file beside it, fsync, rename over it (rename(2) is atomic),
 * fsync of the folder. A reader sees the old content or the new, never a part.
 * Rejects with a one-line error that names the file; nothing is left behind then.
 */
export async function writeFileAtomic(file: string, content: string): Promise<void> {
  const folder = dirname(file);
  const draft = join(folder, `.${basename(file)}.${randomWord()}`);
  try {
    await withFile(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, async (handle) => {
      await handle.writeFile(content, 'utf8');
      await handle.sync();
    });
    await rename(draft, file);
    await withFile(folder, constants.O_RDONLY, (handle) => handle.sync());
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw fileError(file, 'cannot be written', error);
  }
}

/**
 * Reads a UTF-8 text file of at most `limitBytes` (1 MiB); a byte order mark is dropped.
 * Rejects with a one-line error that names the file and what is the matter with it.
 */
export async function readTextFile(file: string, limitBytes = 1024 * 1024): Promise<string> {
  let bytes: Buffer;
  try {
    // Not blocking: a fifo without a writer would hang the open for ever (open(2)).
    bytes = await withFile(file, constants.O_RDONLY | constants.O_NONBLOCK, (handle) =>
      readAtMost(handle, file, limitBytes),
    );
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    throw fileError(file, 'cannot be read', error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const at = placeOfNoText(bytes);
    throw new FileProblem(`${file}: is not UTF-8 text (line ${at.line}, column ${at.column})`, null, { at });
  }
}

/** What was the matter with a file, in one line. `code` is the system's, such as `ENOENT`, where it gave one. */
export class FileProblem extends Error {
  readonly code: string | null;
  /** Where in the file, counted from 1. */
  readonly at: { readonly line: number; readonly column: number } | null;
  constructor(
    message: string,
    code: string | null = null,
    options: ErrorOptions & { readonly at?: { readonly line: number; readonly column: number } } = {},
  ) {
    super(message, options);
    this.name = 'FileProblem';
    this.code = code;
    this.at = options.at ?? null;
  }
}

/** The first byte that is no part of UTF-8 text: line, and character of the line, from 1. */
function placeOfNoText(bytes: Buffer): { line: number; column: number } {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let from = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf(10, from);
    const text = bytes.subarray(from, end < 0 ? bytes.length : end);
    try {
      utf8.decode(text);
    } catch {
      return { line, column: new TextDecoder().decode(text).indexOf('\ufffd') + 1 };
    }
    if (end < 0) return { line, column: 1 };
    from = end + 1;
  }
}

async function readAtMost(handle: FileHandle, file: string, limitBytes: number): Promise<Buffer> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw new FileProblem(`${file}: is a folder, not a file`, 'EISDIR');
  if (!stat.isFile()) throw new FileProblem(`${file}: is not a regular file`);
  const chunks: Buffer[] = [];
  let size = 0;
  // What is read counts, not what stat said: the file may grow meanwhile.
  for await (const chunk of handle.createReadStream({ autoClose: false, end: limitBytes })) {
    size += (chunk as Buffer).length;
    chunks.push(chunk as Buffer);
  }
  if (size > limitBytes) throw new FileProblem(`${file}: is larger than ${limitBytes} bytes`);
  return Buffer.concat(chunks);
}

async function withFile<T>(file: string, flags: number, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, flags, 0o600);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  ELOOP: 'too many symbolic links',
};

function fileError(file: string, what: string, error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  const why = (code === null ? undefined : WORDS[code]) ?? code ?? 'unknown error';
  return new FileProblem(`${file}: ${what}: ${why}`, code, { cause: error });
}
