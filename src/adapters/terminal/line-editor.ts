import { createEscapeFilter } from './escapes.ts';

/** What a line that is typed without echo came to, or what was asked for on the way. */
export type Edited =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'too long' | 'not text' | 'left' }
  | { readonly kind: 'suspend' };

const ENTER = new Set([0x0a, 0x0d]);
const ERASE = new Set([0x08, 0x7f]);
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_U = 0x15;
const CTRL_Z = 0x1a;

/**
 * One line typed on a terminal in raw mode, of at most `bytes` bytes of UTF-8: backspace takes a whole character off, Ctrl-U all
 * of it, Ctrl-C leaves, and so does Ctrl-D where nothing stands. Other control characters and the sequences of arrow and function
 * keys are no part of it, nor are the marks that a terminal puts round what is pasted. What follows the line is dropped.
 */
export function createLineEditor(bytes: number): {
  feed(part: Uint8Array): Edited | null;
  wipe(): void;
} {
  const line = new Uint8Array(bytes);
  let length = 0;
  let tooLong = false;
  const outside = createEscapeFilter();
  const clear = (): void => {
    line.fill(0);
    length = 0;
    tooLong = false;
  };
  const ended = (): Edited => {
    try {
      if (tooLong) return { kind: 'too long' };
      return {
        kind: 'line',
        text: new TextDecoder('utf-8', { fatal: true }).decode(line.subarray(0, length)),
      };
    } catch {
      return { kind: 'not text' };
    } finally {
      clear();
    }
  };
  const typed = (byte: number): Edited | null => {
    if (ENTER.has(byte)) return ended();
    if (byte === CTRL_C || (byte === CTRL_D && length === 0 && !tooLong)) return { kind: 'left' };
    if (byte === CTRL_Z) return { kind: 'suspend' };
    if (byte === CTRL_U) clear();
    else if (ERASE.has(byte)) length = erased(line, length);
    else if (byte >= 0x20) {
      if (length === bytes) tooLong = true;
      else line[length++] = byte;
    }
    return null;
  };
  return {
    feed(part) {
      for (const byte of part) {
        const edited = outside(byte) ? typed(byte) : null;
        if (edited !== null) return edited;
      }
      return null;
    },
    wipe: clear,
  };
}

/** How long the line is without its last character, whose bytes are wiped; a byte that continues one is 10xxxxxx. */
function erased(line: Uint8Array, length: number): number {
  let end = length;
  while (end > 0) {
    end -= 1;
    const byte = line[end] ?? 0;
    line[end] = 0;
    if ((byte & 0xc0) !== 0x80) break;
  }
  return end;
}
