import { readFileSync } from 'node:fs';
import type { ProbeAnswer } from './probe-answer.ts';

/** The same sample with the host's time since boot changed; `change` gets and gives seconds. */
export function withUptime(answer: ProbeAnswer, change: (seconds: number) => number): ProbeAnswer {
  const changed = (text: string): string => change(Number(text)).toFixed(2);
  const body = answer.body
    .replace(/^W (\S+) (\S+) /m, (_, before, after) => `W ${changed(before)} ${changed(after)} `)
    .replace(/^T (\S+) /m, (_, up) => `T ${changed(up)} `);
  return { ...answer, body };
}

/** The same sample with the host's wall clock moved by `seconds`. */
export function withWall(answer: ProbeAnswer, seconds: number): ProbeAnswer {
  const body = answer.body.replace(
    /^(W \S+ \S+) (\d+)$/m,
    (_, before, wall) => `${before} ${BigInt(wall) + BigInt(seconds) * 1_000_000_000n}`,
  );
  return { ...answer, body };
}

/** What an earlier sample of the same kind showed, under the nonce and on the clocks of this one. */
export function replayed(old: ProbeAnswer, now: ProbeAnswer): ProbeAnswer {
  const clocks = /^(?:W .*\n)?T .*\n/;
  const table = old.body.replace(clocks, '');
  const opened = (body: string): number => {
    const at = body.search(/^D /m);
    return at < 0 ? body.length : at;
  };
  const body =
    (clocks.exec(now.body)?.[0] ?? '') + table.slice(0, opened(table)) + now.body.slice(opened(now.body));
  return { ...now, body, count: old.count };
}

/** The same sample without the processes for which `hidden` holds, in every part of it. */
export function withoutProcesses(answer: ProbeAnswer, hidden: (pid: number) => boolean): ProbeAnswer {
  const out: string[] = [];
  let count: number | null = null;
  let asked: number[] = [];
  let part = '';
  let hex = '';
  let dropping = false;
  const flush = (): void => {
    if (hex === '') return;
    out.push(...od(withoutOpened(Buffer.from(hex, 'hex').toString('latin1'), asked, hidden)));
    hex = '';
  };
  for (const line of answer.body.split('\n').slice(0, -1)) {
    const listing = /^L \d+ (\/proc\/.*)$/.exec(line)?.[1];
    const row = part === 'R' ? /^(\d+) \(/.exec(line)?.[1] : undefined;
    if (listing !== undefined) {
      const kept = listing.split(' ').filter((path) => !hidden(Number(path.slice('/proc/'.length))));
      count ??= kept.length;
      out.push(`L ${kept.join(' ').length} ${kept.join(' ')}`);
    } else if (part === 'F' && /^(?:\s+[0-9a-f]{2})+\s*$/.test(line)) {
      hex += line.replace(/\s/g, '');
    } else if (/^[A-Z](?: |$)/.test(line)) {
      flush();
      part = line.charAt(0);
      dropping = false;
      if (part === 'D') asked = line.slice(2).split(' ').map(Number);
      const owner = /^U (\d+) /.exec(line)?.[1];
      out.push(owner !== undefined && hidden(Number(owner)) ? `U ${owner} -` : line);
    } else {
      // A command name may hold a line break: what follows belongs to the row before.
      if (row !== undefined) dropping = hidden(Number(row));
      if (!dropping) out.push(line);
    }
  }
  flush();
  return { ...answer, body: out.map((line) => `${line}\n`).join(''), count: count ?? answer.count };
}

// Between the files of opened processes stands the boot id: stat, argv and cgroup of each, and then the links of all of them.
function withoutOpened(bytes: string, asked: readonly number[], hidden: (pid: number) => boolean): string {
  const mark = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  const parts = bytes.split(mark);
  const linkMark = 'self/mounts\n';
  const links = parts.pop()?.split(linkMark) ?? [];
  for (const [index, pid] of asked.entries()) {
    if (!hidden(pid)) continue;
    for (const at of [1, 2, 3]) parts[3 * index + at] = '';
    links[index + 1] = '';
  }
  return [...parts, links.join(linkMark)].join(mark);
}

/** Bytes as `od -A n -t x1 -v` prints them. */
function od(latin1: string): string[] {
  const pairs = Buffer.from(latin1, 'latin1').toString('hex').match(/../g) ?? [];
  return Array.from({ length: Math.ceil(pairs.length / 16) }, (_, line) =>
    pairs
      .slice(16 * line, 16 * line + 16)
      .map((pair) => ` ${pair}`)
      .join(''),
  );
}

/** Whether the command line of a process of this machine holds one of these words; asked of the kernel once a process. */
export function argvHolds(words: readonly string[]): (pid: number) => boolean {
  const known = new Map<number, boolean>();
  return (pid) => {
    const before = known.get(pid);
    if (before !== undefined) return before;
    let argv = '';
    try {
      argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    } catch {
      return false;
    }
    const holds = words.some((word) => argv.includes(word));
    known.set(pid, holds);
    return holds;
  };
}
