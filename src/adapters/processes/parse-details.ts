import { whatItRuns } from '../../drill/model/command-line.ts';
import type { ProcessDetail } from '../../drill/model/process.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { Answer } from './answer.ts';
import { natural } from './answer.ts';
import { OPENED_BYTES } from './budget.ts';
import { parseRows } from './parse-rows.ts';
import { isExiting, isKernelThread, parseStat, type StatRow } from './parse-stat.ts';
import type { Slices } from './slices.ts';

/** Details that are certain, and the pids that have to be opened one by one. */
export interface OpenedBatch {
  readonly details: readonly OpenedProcess[];
  readonly again: readonly number[];
}

export interface OpenedProcess {
  readonly detail: ProcessDetail;
  /** Its state when it was opened; a zombie's argv and executable are gone even where other threads still run. */
  readonly state: string;
}

/** Raw parts of one process, read between `first` and `last`. */
interface Parts {
  readonly first: StatRow;
  readonly last: StatRow;
  readonly uid: number | null;
  readonly argv: Buffer;
  readonly exe: Buffer;
  readonly cwd: Buffer;
  readonly namespace: Buffer;
  readonly inner: number | null;
  readonly cgroup: Buffer;
}

/** Links that are read of each process: executable, working directory, pid namespace. */
const LINKS = 3;
const ARGV_LIMIT = 65_536;
const CGROUP_LIMIT = 65_536;
/** PATH_MAX is 4,096 (readlink(2), limits.h); a deleted file's name has a few words more. */
const LINK_LIMIT = 8_192;
const LINK_MARK = 'self/mounts\n';

/**
 * The part of a sample's answer that opens processes: those of `wanted` that are still there. Parts are told apart by marks
 * that a process could write into its own argv: a mark too many, or output cut at its bound, sends every process of the
 * batch back to be opened by itself.
 */
export function* parseOpenedBatch(
  answer: Answer,
  wanted: readonly number[],
  bootId: string,
): Slices<OpenedBatch> {
  if (wanted.length === 0) return { details: [], again: [] };
  const still = answer.take('D');
  const asked = still === '' ? [] : still.split(' ').map(natural);
  const inOrder = asked.length > wanted.length ? [] : wanted.filter((pid) => asked.includes(pid));
  if (asked.length !== inOrder.length || asked.some((pid, at) => pid !== inOrder[at]))
    throw new Error('other processes were opened than were asked for');
  if (asked.length === 0) return { details: [], again: [] };
  answer.take('F');
  const files = (yield* answer.hex(OPENED_BYTES)).toString('latin1').split(`${bootId}\n`);
  yield;
  const links = files.pop()?.split(LINK_MARK) ?? [];
  const ends = yield* takeEnds(answer, asked);

  const whole =
    files.length === 3 * asked.length + 1 &&
    links.length === LINKS * asked.length + 2 &&
    [files[0], links[0], links.at(-1)].every((edge) => edge === '');
  if (!whole) return { details: [], again: asked };

  const details: OpenedProcess[] = [];
  const again: number[] = [];
  for (const [index, pid] of asked.entries()) {
    const end = ends.get(pid);
    if (end === undefined) continue;
    const first = parseStat((files[3 * index + 1] as string).replace(/\n$/, ''));
    const own = links.slice(LINKS * index + 1, LINKS * (index + 1) + 1);
    const [exe, cwd, namespace] = own as [string, string, string];
    const same = first !== null && first.pid === pid && first.start === end.last.start;
    if (!same || own.some((link) => link !== '' && !link.endsWith('\n'))) {
      again.push(pid);
      continue;
    }
    details.push(
      describe({
        first,
        ...end,
        argv: bytes(files[3 * index + 2] as string),
        cgroup: bytes(files[3 * index + 3] as string),
        exe: bytes(exe.slice(0, -1)),
        cwd: bytes(cwd.slice(0, -1)),
        namespace: bytes(namespace.slice(0, -1)),
      }),
    );
  }
  return { details, again };
}

/** Answer to a `D` request; null where the process was gone before all of it was read. */
export function* parseOpenedOne(answer: Answer, pid: number): Slices<OpenedProcess | null> {
  if (answer.done) return null;
  if (natural(answer.take('O')) !== pid) throw new Error('another process was opened than was asked for');
  const first = (yield* parseRows(answer))[0];
  answer.take('C');
  const argv = yield* answer.hex(ARGV_LIMIT + 1);
  answer.take('G');
  const cgroup = yield* answer.hex(CGROUP_LIMIT);
  answer.take('X');
  const exe = yield* answer.hex(LINK_LIMIT);
  answer.take('W');
  const cwd = yield* answer.hex(LINK_LIMIT);
  answer.take('N');
  const namespace = yield* answer.hex(LINK_LIMIT);
  const end = (yield* takeEnds(answer, [pid])).get(pid);
  answer.end();
  if (end === undefined || first?.pid !== pid || first.start !== end.last.start) return null;
  return describe({ first, ...end, argv, cgroup, exe, cwd, namespace });
}

type Ending = Pick<Parts, 'last' | 'uid' | 'inner'>;

/** Who owned each process, and its row once all else had been read; a process without that row had gone. */
function* takeEnds(answer: Answer, asked: readonly number[]): Slices<Map<number, Ending>> {
  const owners = new Map<number, Omit<Ending, 'last'>>();
  for (const pid of asked) {
    const [of, uid, inner] = answer.take('U').split(' ');
    if (natural(of) !== pid) throw new Error('an opened process has another pid');
    owners.set(pid, { uid: numberOr(uid), inner: numberOr(inner) });
  }
  answer.take('R');
  const ends = new Map<number, Ending>();
  for (const last of yield* parseRows(answer)) {
    const owner = owners.get(last.pid);
    if (owner === undefined) throw new Error('an opened process has another pid');
    ends.set(last.pid, { last, ...owner });
  }
  return ends;
}

const numberOr = (word: string | undefined): number | null =>
  /^\d+$/.test(word ?? '') ? natural(word) : null;

function describe(parts: Parts): OpenedProcess {
  const { first, last, argv, exe, cwd } = parts;
  const cgroup = /^0::(.*)$/m.exec(parts.cgroup.toString('utf8'))?.[1] ?? null;
  const words = argvReading(last, argv, exe.toString('utf8'));
  // Its main thread has let go of the memory that both are read from, and calls exec no more; a big process takes a while to end.
  const isHeadless = isExiting(last) && words.kind === 'unreadable';
  return {
    state: last.state,
    detail: {
      pid: last.pid,
      start: last.start,
      uid: parts.uid,
      argv: words,
      exe: exe.length > 0 ? present(exe.toString('utf8')) : missingExe(last),
      cwd: cwd.length > 0 ? present(cwd.toString('utf8')) : missingCwd(last),
      ...innerOf(parts),
      cgroup,
      // What was read after it may be of a later image, and never of an earlier one.
      ...(first.image !== undefined && { image: first.image }),
      ...(isHeadless && { headless: true }),
    },
  };
}

const hasNoImage = (row: StatRow): boolean => isKernelThread(row) || row.state === 'Z' || row.state === 'X';

function missingExe(row: StatRow): Reading<string> {
  if (hasNoImage(row)) return absent;
  return unreadable(
    isExiting(row) ? `pid ${row.pid} was ending` : `no permission to read /proc/${row.pid}/exe`,
  );
}

function innerOf({ inner, namespace }: Parts): Pick<ProcessDetail, 'inner'> {
  const pidNamespace = namespace.toString('latin1');
  return inner === null || !/^pid:\[\d+\]$/.test(pidNamespace) ? {} : { inner: { pid: inner, pidNamespace } };
}

function missingCwd(row: StatRow): Reading<string> {
  return hasNoImage(row) ? absent : unreadable(`no permission to read /proc/${row.pid}/cwd`);
}

/** An empty argv is believed only of a process whose memory could be read, or that has none. */
function argvReading(row: StatRow, raw: Buffer, image: string): Reading<readonly string[]> {
  if (raw.length === 0)
    return hasNoImage(row) || image !== ''
      ? present([])
      : unreadable(isExiting(row) ? `pid ${row.pid} was ending` : `/proc/${row.pid}/cmdline gave nothing`);
  const cut = raw.length > ARGV_LIMIT;
  const text = (cut ? raw.subarray(0, ARGV_LIMIT) : raw).toString('utf8');
  const words = (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
  if (!cut) return present(words);
  // The last word may be torn. What recognition needs is the program and its script, if they are still there whole.
  const kept = words.slice(0, -1);
  const run = whatItRuns(kept, image === '' ? null : image, false);
  const isThere =
    run.by === 'interpreter'
      ? run.script !== null || run.module !== null
      : kept.slice(1).some((word) => !word.startsWith('-'));
  return isThere
    ? present(kept)
    : unreadable(`the argv of pid ${row.pid} is longer than ${ARGV_LIMIT} bytes`);
}

const bytes = (latin1: string): Buffer => Buffer.from(latin1, 'latin1');
