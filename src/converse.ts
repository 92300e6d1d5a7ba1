import { createInterface } from 'node:readline';
import type { Conversation, Sink } from './cli/effects.ts';

/** Questions on stderr, answers on stdin, line by line: of a terminal, which shows what is typed, or of anything else. */
export function converse(err: Sink): Conversation {
  const { stdin, stderr } = process;
  const isTerminal = stdin.isTTY === true && stderr.isTTY === true;
  const lines: string[] = [];
  let ended = false;
  let wake = (): void => undefined;
  const reader = createInterface({ input: stdin, ...(isTerminal ? { output: stderr } : {}) });
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
      // A terminal's line is drawn anew while it is edited, question and all.
      if (isTerminal) {
        reader.setPrompt(prompt);
        reader.prompt();
      } else err.write(prompt);
      while (lines.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const line = lines.shift() ?? null;
      if (!isTerminal || line === null) err.write(`${line ?? ''}\n`);
      return line;
    },
    close: () => reader.close(),
  };
}
