import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { distrustOfFile, oddFile, ownAccounts } from './whose.ts';

/** A file of a reports folder that is not what this account, root, or the owner of that folder put there. */
export class OddFile extends Error {}

/** The owner of its folder counts: whether that folder is to be trusted was asked before anything in it is opened. */
export const accountsFor = (file: string): ReadonlySet<number> =>
  ownAccounts(statSync(dirname(file), { throwIfNoEntry: false })?.uid ?? null);

/**
 * @throws OddFile where there is something at this path that is no regular file (links are not followed), belongs to another account than
 * this one, root, or the owner of its folder, or may be written to by others.
 */
export function refuseOdd(file: string): void {
  const odd = distrustOfFile(file, accountsFor(file));
  if (odd !== null) throw new OddFile(`${file}: ${odd.what}; ${odd.wayOut}`);
}

/**
 * Opens a file in a reports folder; every file there is opened by this, or made by `writeAnew` or a rename. It follows no link, and
 * waits for nobody at a pipe (open(2), O_NOFOLLOW and O_NONBLOCK). A new one has mode 0600.
 * @throws OddFile like `refuseOdd`; else what open(2) says, such as ENOENT.
 */
export function openOwn(file: string, flags: number): number {
  // First by its name: opening a device may already do something.
  refuseOdd(file);
  const fd = openSync(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  const odd = oddFile(fstatSync(fd), accountsFor(file));
  if (odd === null) return fd;
  closeSync(fd);
  throw new OddFile(`${file}: ${odd.what}; ${odd.wayOut}`);
}

/** All of a file in a reports folder. Throws like `openOwn`, and where it is larger than `limitBytes`. */
export function readOwn(file: string, limitBytes: number): Buffer {
  const fd = openOwn(file, constants.O_RDONLY);
  try {
    const bytes = Buffer.alloc(Math.min(limitBytes, fstatSync(fd).size) + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read)
      read = readSync(fd, bytes, size, bytes.length - size, size);
    if (size > limitBytes) throw new OddFile(`${file}: is larger than ${limitBytes} bytes`);
    return bytes.subarray(0, size);
  } finally {
    closeSync(fd);
  }
}

/**
 * Every whole line of an open file, without its end, from the beginning; what stands after the last line end is left out. Holds one
 * line at a time. @throws OddFile where a line, or all of it, is longer than may be, in bytes.
 */
export function* linesOf(
  fd: number,
  file: string,
  most: { readonly lineBytes: number; readonly bytes: number },
): Generator<Buffer, void, void> {
  let begun: Buffer[] = [];
  let length = 0;
  for (let at = 0; ; ) {
    const part = Buffer.allocUnsafe(PART_BYTES);
    const size = readSync(fd, part, 0, PART_BYTES, at);
    if (size === 0) return;
    at += size;
    if (at > most.bytes) throw new OddFile(`${file}: is larger than ${most.bytes} bytes`);
    let from = 0;
    for (let end = endOf(part, from, size); end >= 0; end = endOf(part, from, size)) {
      yield Buffer.concat([...begun, part.subarray(from, end)]);
      begun = [];
      length = 0;
      from = end + 1;
    }
    begun.push(part.subarray(from, size));
    length += size - from;
    if (length > most.lineBytes)
      throw new OddFile(`${file}: has a line of more than ${most.lineBytes} bytes`);
  }
}

const PART_BYTES = 256 * 1024;

function endOf(part: Buffer, from: number, size: number): number {
  const end = part.indexOf(10, from);
  return end < size ? end : -1;
}

/** Writes a small file, mode 0600, in place of whatever bears its name, which is taken away first; on disk when it returns. */
export function writeAnew(file: string, content: string | Uint8Array): void {
  rmSync(file, { force: true });
  const fd = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
