import { present, type Reading, unreadable } from '../../drill/model/reading.ts';

export interface PsRow {
  readonly pid: number;
  readonly ppid: number;
  /** First letter of the state as ps prints it. */
  readonly state: string;
}

/**
 * Every process as ps(1) sees it: `pid=` and `ppid=` are POSIX, `stat=` is understood by procps, BSD, macOS and busybox, which
 * takes -A for granted. The shell's own pid comes first: a ps that does not show that one cannot be believed about the others.
 */
export const PS_SCRIPT = `
LC_ALL=C; export LC_ALL
echo "self $$"
ps -A -o pid= -o ppid= -o stat= 2>/dev/null
echo "end $?"
`;

const ROW = /^ *([1-9]\d{0,9}|0) +(\d{1,10}) +([A-Za-z?])\S* *$/;

/** Reads the answer to `PS_SCRIPT`. Unreadable where it is cut off anywhere, or any line of it is not as it should be. */
export function parsePs(answer: string): Reading<readonly PsRow[]> {
  const lines = answer.split('\n');
  if (lines.pop() !== '') return unreadable('the answer of ps is cut off');
  const self = /^self ([1-9]\d{0,9})$/.exec(lines.shift() ?? '');
  const end = /^end (\d{1,3})$/.exec(lines.pop() ?? '');
  if (self === null || end === null) return unreadable('the answer of ps is cut off');
  if (end[1] !== '0') return unreadable(`ps ended with ${end[1]}`);
  const rows: PsRow[] = [];
  for (const line of lines) {
    const [, pid, ppid, state] = ROW.exec(line) ?? [];
    if (pid === undefined || ppid === undefined || state === undefined)
      return unreadable('a line of ps could not be understood');
    rows.push({ pid: Number(pid), ppid: Number(ppid), state });
  }
  const pids = new Set(rows.map(({ pid }) => pid));
  if (pids.size !== rows.length) return unreadable('ps lists a process twice');
  return pids.has(Number(self[1]))
    ? present(rows)
    : unreadable('ps does not even list the process that asks');
}
