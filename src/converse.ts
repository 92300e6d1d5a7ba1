import { createInterface } from 'node:readline';
import type { Conversation, Sink } from './cli/effects.ts';

/** Questions on stderr, answers on stdin, line by line: of a terminal, which shows what is typed, or of anything else. */
export function converse(err: Sink): Conversation {
  const lines: string[] = [];
  let ended = false;
  let wake = (): void => undefined;
  const reader = createInterface({
    input: process.stdin,
    ...(process.stdin.isTTY === true ? { output: process.stderr } : {}),
  });
  reader.on('line', (line) => {
    lines.push(line);
    wake();
  });
  reader.on('close', () => {
    ended = true;
    wake();
  });
  return {
    say: (text) => err.write(text),
    ask: async (prompt) => {
      err.write(prompt);
      while (lines.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const line = lines.shift() ?? null;
      // A terminal shows what is typed by itself.
      if (process.stdin.isTTY !== true) err.write(`${line ?? ''}\n`);
      return line;
    },
    close: () => reader.close(),
  };
}
