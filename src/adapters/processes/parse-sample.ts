import type { ProbeSample, SampleRequest } from '../../drill/model/sample.ts';
import { Answer, natural } from './answer.ts';
import { MOST_PIDS, tooMany } from './budget.ts';
import { type OpenedBatch, parseOpenedBatch } from './parse-details.ts';
import { parseHeartbeats } from './parse-heartbeats.ts';
import { parseRows } from './parse-rows.ts';
import { RecordReader, type StatRow } from './parse-stat.ts';
import type { Slices } from './slices.ts';

/** What one answer to a sample request holds. */
export interface ParsedSample {
  readonly uptimeMs: number;
  readonly hostWallMs: number | null;
  readonly pids: readonly number[];
  readonly rows: readonly StatRow[];
  readonly pid1: boolean;
  readonly heartbeats: ProbeSample['heartbeats'];
  readonly opened: OpenedBatch;
}

/**
 * Reads the answer to an `S` request. Throws a one-line Error where anything is not exactly as agreed, a listed process
 * whose row is missing included: nothing is ever made up or left out. `bootId` is the mark between opened parts.
 */
export function* parseSample(
  body: Buffer | string,
  count: number,
  request: Pick<SampleRequest, 'mode' | 'watch' | 'detail'>,
  about: { readonly bootId: string; readonly heartbeats: readonly string[] },
): Slices<ParsedSample> {
  if (count > MOST_PIDS) throw new Error(tooMany(count));
  const answer = new Answer(body);
  const full = request.mode === 'full';
  const wall = full ? parseWall(answer.take('W')) : null;
  const [up, pid1] = answer.take('T').split(' ');
  const uptimeMs = parseUptime(up);
  const listed = yield* parsePids(answer.take('L'));
  if (listed.length !== count) throw new Error(`${listed.length} processes arrived and ${count} were listed`);
  if (pid1 === '1' && !listed.includes(1)) throw new Error('pid 1 can be read, and is not in the table');
  if (answer.take('R') !== '') throw new Error('the table is not where it belongs');
  const rows = yield* parseRows(answer);
  if (full) requireRows(listed, yield* parsePids(answer.take('L')), rows);
  else requireSubset(rows, request.watch);
  const heartbeats = full ? yield* parseHeartbeats(answer, about.heartbeats) : {};
  const opened = yield* parseOpenedBatch(answer, request.detail, about.bootId);
  answer.end();
  return {
    uptimeMs: wall?.uptimeMs ?? uptimeMs,
    hostWallMs: wall?.wallMs ?? null,
    pids: [...new Set([...listed, ...rows.map((row) => row.pid)])],
    rows,
    pid1: pid1 === '1',
    heartbeats,
    opened,
  };
}

/** How many threads of a process still live; null where one of them could not be read. */
export interface ThreadCount {
  readonly pid: number;
  readonly start: number;
  readonly state: string;
  readonly live: number | null;
  /** One of those that live; null where none was found. */
  readonly thread: number | null;
}

/** Answer to a `T` request: live threads by pid and start. null where some thread could not be read. */
export function* parseThreads(body: Buffer | string): Slices<ThreadCount[]> {
  const answer = new Answer(body);
  answer.take('R');
  const found: ThreadCount[] = [];
  const reader = new RecordReader();
  while (!answer.done) {
    const row = reader.add(answer.next());
    yield;
    if (row === null) continue;
    if (found.length === MOST_PIDS) throw new Error(tooMany(MOST_PIDS + 1));
    const [pid, live, thread] = answer.take('Z').split(' ');
    if (natural(pid) !== row.pid) throw new Error('threads of another process were counted');
    found.push({
      pid: row.pid,
      start: row.start,
      state: row.state,
      live: live === '-' ? null : natural(live),
      thread: thread === '-' ? null : natural(thread),
    });
  }
  if (reader.isOpen) throw new Error('the process table is cut off');
  return found;
}

/** Live threads of what was a zombie a moment ago; none where it has been reaped since, undefined where they could not be counted. */
export function liveThreads(count: ThreadCount | undefined): number | undefined {
  if (count === undefined) return 0;
  return count.state === 'Z' ? (count.live ?? undefined) : undefined;
}

function* parsePids(text: string): Slices<number[]> {
  const blank = text.indexOf(' ');
  const list = text.slice(blank + 1);
  if (natural(text.slice(0, blank)) !== list.length)
    throw new Error('the list of processes is not as long as it was');
  const pids = new Set<number>();
  const paths = list.split(' ');
  if (paths.length > MOST_PIDS) throw new Error(tooMany(paths.length));
  for (const path of paths) {
    if (!path.startsWith('/proc/')) throw new Error('the list of processes could not be understood');
    pids.add(natural(path.slice('/proc/'.length)));
    yield;
  }
  if (pids.size !== paths.length) throw new Error('a process is listed twice');
  return [...pids];
}

/** A process listed before and after the table was read was there all the time, so that its row has to be there too. */
function requireRows(before: readonly number[], after: readonly number[], rows: readonly StatRow[]): void {
  const read = new Set(rows.map((row) => row.pid));
  const still = new Set(after);
  const missing = before.filter((pid) => still.has(pid) && !read.has(pid));
  if (missing.length > 0)
    throw new Error(`${missing.length} listed processes could not be read, pid ${missing[0]} among them`);
}

function requireSubset(rows: readonly StatRow[], watch: readonly number[]): void {
  const asked = new Set(watch);
  const stranger = rows.find((row) => !asked.has(row.pid));
  if (stranger) throw new Error(`the row of pid ${stranger.pid} arrived, which was not asked for`);
}

/** `/proc/uptime` has hundredths of a second (proc_uptime(5)). */
function parseUptime(text: string | undefined): number {
  if (!/^\d{1,12}\.\d{1,6}$/.test(text ?? '')) throw new Error('its uptime could not be read');
  return Math.round(Number(text) * 1000);
}

// Uptime is read on either side of the wall clock. Where the two lie far apart, or `date` knows no fractions of a
// second (busybox), a comparison of the clocks would only invent a jump.
const CLOCKS_APART_MS = 200;

function parseWall(text: string): { uptimeMs: number; wallMs: number | null } {
  const [before, after, wall] = text.split(' ');
  const uptimeMs = parseUptime(after);
  const precise = /^\d{19,20}$/.test(wall ?? '') && uptimeMs - parseUptime(before) <= CLOCKS_APART_MS;
  return { uptimeMs, wallMs: precise ? Number(BigInt(wall as string) / 1_000_000n) : null };
}
