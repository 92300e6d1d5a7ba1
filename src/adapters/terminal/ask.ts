import type { Desk } from './desk.ts';
import { createEscapeFilter } from './escapes.ts';
import { createLineEditor, type Edited } from './line-editor.ts';
import { inRawMode, type Limits, type Unanswered } from './raw-mode.ts';

type Typed = Exclude<Edited, { readonly kind: 'suspend' }> | Unanswered;

/**
 * A line that is typed without being shown; what is left of it in memory is wiped as far as we hold it. `left`: Ctrl-C, or Ctrl-D
 * on an empty line.
 */
export async function askSecret(
  { prompt, bytes, ...limits }: Limits & { readonly prompt: string; readonly bytes: number },
  desk: Desk,
): Promise<Typed> {
  const editor = createLineEditor(bytes);
  const typed = await inRawMode<Typed>(
    {
      ask: () => {
        editor.wipe();
        desk.show(prompt);
      },
      read: (part, stopJob) => {
        const edited = editor.feed(part);
        part.fill(0);
        if (edited?.kind !== 'suspend') return edited;
        stopJob();
        return null;
      },
      ahead: () => ({ kind: 'left' }),
    },
    limits,
    desk,
  );
  editor.wipe();
  desk.show('\n');
  return typed;
}

const CTRL_C = 0x03;

/**
 * One key out of `keys` (lower case; `enter` for the enter key). Any other is ignored, and so are several at once: they are pasted,
 * or a key that was held down. Ctrl-C interrupts the process as it always does, and the question stands; Ctrl-Z does nothing, since
 * what asks is in the middle of something that must not stand still.
 */
export async function askKey<K extends string>(
  { prompt, keys, ...limits }: Limits & { readonly prompt: string; readonly keys: readonly K[] },
  desk: Desk,
): Promise<{ readonly kind: 'key'; readonly key: K } | Unanswered> {
  const interrupt = (): null => {
    desk.interrupt();
    return null;
  };
  const ask = (): void => desk.show(prompt);
  const answer = await inRawMode<{ readonly kind: 'key'; readonly key: K }>(
    {
      ask,
      read: (part) => {
        if (part.includes(CTRL_C)) return interrupt();
        const name = keyIn(part);
        const key = keys.find((one) => one === name);
        return key === undefined ? null : { kind: 'key', key };
      },
      ahead: interrupt,
    },
    limits,
    desk,
  );
  desk.show('\n');
  return answer;
}

function keyIn(part: Uint8Array): string {
  const meant = createEscapeFilter();
  const text = String.fromCharCode(...part.filter(meant));
  return /^(?:\r\n?|\n)$/.test(text) ? 'enter' : text.toLowerCase();
}
