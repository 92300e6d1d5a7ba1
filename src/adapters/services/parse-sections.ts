import { present, type Reading, unreadable } from '../../drill/model/reading.ts';

/** One part of a script's answer: what it is about, what the manager printed, and how its command ended. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  /** Lines of the manager's own, each ended by a newline. */
  readonly text: string;
  /** Exit codes in order; of attempts that printed nothing those before the last. */
  readonly statuses: readonly number[];
}

const HEAD = /^(label|trigger|disabled|status-of|config) (.+)$/;
const STATUS = /^(?:status|nothing) (\d{1,3})$/;

/** Takes an answer of one of the scripts apart. Unreadable where it is cut off anywhere, or is not such an answer. */
export function parseSections(answer: string): Reading<readonly Section[]> {
  const lines = answer.split('\n');
  if (lines.pop() !== '' || lines.pop() !== 'end') return unreadable('the answer of its manager is cut off');
  const sections: { kind: string; name: string; text: string; statuses: number[] }[] = [];
  for (const line of lines) {
    const open = sections.at(-1);
    const head = HEAD.exec(line);
    const status = STATUS.exec(line);
    if (line.startsWith('|') && open !== undefined) open.text += `${line.slice(1)}\n`;
    else if (status !== null && open !== undefined) open.statuses.push(Number(status[1]));
    else if (head !== null)
      sections.push({ kind: head[1] as string, name: head[2] as string, text: '', statuses: [] });
    else return unreadable('the answer of its manager could not be understood');
  }
  return present(sections);
}
