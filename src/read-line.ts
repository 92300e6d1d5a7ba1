import type { LineRead } from './cli/effects.ts';

/**
 * The first line of this process's stdin, without its line end; a last line needs none. What follows is not read
 * further than it was already buffered. Leaves stdin paused, so that it does not keep the process alive.
 */
export function readLine(limit: {
  readonly bytes: number;
  readonly ms: number;
  readonly stop: AbortSignal;
}): Promise<LineRead> {
  const { stdin } = process;
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const done = (read: LineRead): void => {
      clearTimeout(timer);
      limit.stop.removeEventListener('abort', interrupted);
      stdin.off('data', onData).off('end', onEnd).off('error', onError);
      // A stream without a listener throws what goes wrong with it later.
      stdin.on('error', () => undefined).pause();
      resolve(read);
    };
    const interrupted = (): void => done({ kind: 'interrupted' });
    const onData = (part: Buffer): void => {
      parts.push(part);
      size += part.length;
      const end = part.indexOf(0x0a);
      const length = end < 0 ? size : size - part.length + end;
      if (length > limit.bytes) done({ kind: 'too long' });
      else if (end >= 0) done(lineIn(Buffer.concat(parts).subarray(0, length)));
    };
    const onEnd = (): void => done(size === 0 ? { kind: 'none' } : lineIn(Buffer.concat(parts)));
    const onError = (): void => done({ kind: 'none' });
    const timer = setTimeout(() => done({ kind: 'none' }), limit.ms);
    if (limit.stop.aborted) return interrupted();
    limit.stop.addEventListener('abort', interrupted);
    stdin.on('data', onData).on('end', onEnd).on('error', onError);
  });
}

function lineIn(bytes: Buffer): LineRead {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { kind: 'line', text: text.replace(/\r$/, '') };
  } catch {
    return { kind: 'not text' };
  }
}
