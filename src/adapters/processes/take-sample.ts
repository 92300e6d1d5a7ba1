import type { ProcessDetail, ProcessRow } from '../../drill/model/process.ts';
import { unreadable } from '../../drill/model/reading.ts';
import type { ProbeSample, SampleRequest } from '../../drill/model/sample.ts';
import type { Clock } from '../../drill/ports/world.ts';
import { Answer } from './answer.ts';
import { type OpenedProcess, parseOpenedOne } from './parse-details.ts';
import type { ParsedIdentity } from './parse-identity.ts';
import { parsePsSample } from './parse-ps-sample.ts';
import { liveThreads, parseSample, parseThreads, type ThreadCount } from './parse-sample.ts';
import type { StatRow } from './parse-stat.ts';
import type { ProbeSession } from './probe-session.ts';
import { inSlices, type Slices } from './slices.ts';

/**
 * One sample: the request itself and, where the answer calls for it, the threads of zombies and the processes that
 * have to be opened one by one; together at most `budgetMs`. Rejects with a one-line Error.
 */
export async function takeSample(
  session: ProbeSession,
  request: SampleRequest,
  about: ParsedIdentity & { readonly heartbeats: readonly string[] },
  clock: Clock,
  budgetMs: number,
): Promise<ProbeSample> {
  const nonce = request.nonce;
  requirePlain(nonce);
  const watch = unique(request.watch);
  const detail = unique(request.detail);
  const deadline = clock.nowMs() + budgetMs;
  const ask = (op: string, suffix: string, words: readonly string[]) =>
    session.ask(
      `${nonce}${suffix}`,
      [op, `${nonce}${suffix}`, ...words].join(' '),
      Math.max(1, deadline - clock.nowMs()),
    );

  const main = await ask('S', '', [request.mode, joined(watch), joined(detail)]);
  const read = <T>(work: Slices<T>): Promise<T> => inSlices(work, clock.nowMs, deadline - clock.nowMs());
  const seen = await read(
    parseSample(
      main.body,
      main.count,
      { mode: request.mode, watch, detail },
      { bootId: about.identity.bootId, heartbeats: about.heartbeats },
    ),
  );

  const opened: OpenedProcess[] = [...seen.opened.details];
  for (const pid of seen.opened.again) {
    const { body } = await ask('D', `d${pid}`, [String(pid)]);
    const one = await read(parseOpenedOne(new Answer(body), pid));
    if (one !== null) opened.push(one);
  }

  const ended = [
    ...seen.rows.filter(isZombie).map(({ pid }) => pid),
    ...opened.filter(isZombie).map(({ detail: { pid } }) => pid),
  ];
  const threads =
    ended.length === 0 ? [] : await read(parseThreads((await ask('T', 't', [joined(unique(ended))])).body));
  const counts = new Map(threads.map((count) => [`${count.pid} ${count.start}`, count]));
  const countOf = (life: { pid: number; start: number }): ThreadCount | undefined =>
    counts.get(`${life.pid} ${life.start}`);

  // The memory that a zombie's main thread no longer shows is that of its other threads, and can be read by way of them.
  const bodies = new Map<number, ProcessDetail>();
  for (const { detail: head } of opened.filter(isZombie)) {
    const thread = countOf(head)?.thread ?? null;
    if (thread === null) continue;
    const { body } = await ask('D', `h${thread}`, [String(thread)]);
    const one = await read(parseOpenedOne(new Answer(body), thread));
    if (one !== null && !isZombie(one)) bodies.set(head.pid, one.detail);
  }

  return {
    scope: { bootId: about.identity.bootId, pidNamespace: about.identity.pidNamespace },
    uptimeMs: seen.uptimeMs,
    hostWallMs: seen.hostWallMs,
    pids: seen.pids,
    rows: seen.rows.map((row) => toRow(row, isZombie(row) ? liveThreads(countOf(row)) : undefined)),
    details: opened.flatMap((process) =>
      toDetails(process, countOf(process.detail), bodies.get(process.detail.pid)),
    ),
    visibility: { ...about.visibility, pid1: seen.pid1 },
    heartbeats: seen.heartbeats,
  };
}

/** The same of a host whose processes are shown by its ps: one request, whose answer says all at once. */
export async function takePsSample(
  session: ProbeSession,
  request: SampleRequest,
  about: ParsedIdentity & { readonly heartbeats: readonly string[] },
  clock: Clock,
  budgetMs: number,
): Promise<ProbeSample> {
  const { nonce, mode } = request;
  requirePlain(nonce);
  const deadline = clock.nowMs() + budgetMs;
  const { body } = await session.ask(nonce, `S ${nonce} ${mode}`, budgetMs);
  return inSlices(parsePsSample(body, request, about), clock.nowMs, deadline - clock.nowMs());
}

function requirePlain(nonce: string): void {
  if (!/^[A-Za-z0-9]{1,64}$/.test(nonce)) throw new Error('the nonce is not a plain word');
}

function toRow(row: StatRow, live: number | undefined): ProcessRow {
  const { flags: _, ...rest } = row;
  return live === undefined ? rest : { ...rest, liveThreads: live };
}

/**
 * A zombie whose other threads still run shows neither argv nor executable: `body` is one of those threads, by which they were
 * read. Where that failed it cannot be recognised, nor ruled out. One that was reaped before its threads could be counted is
 * gone, like any other process that ends while it is opened.
 */
function toDetails(
  { detail, state }: OpenedProcess,
  count: ThreadCount | undefined,
  body: ProcessDetail | undefined,
): ProcessDetail[] {
  if (state !== 'Z' || (count !== undefined && isZombie(count) && count.live === 0)) return [detail];
  if (count === undefined || !isZombie(count)) return [];
  if (body !== undefined) return [{ ...detail, argv: body.argv, exe: body.exe, headless: true }];
  const reason = `the main thread of pid ${detail.pid} has exited, and not all of its threads`;
  return [{ ...detail, argv: unreadable(reason), exe: unreadable(reason), headless: true }];
}

const isZombie = ({ state }: { readonly state: string }): boolean => state === 'Z';
const unique = (pids: readonly number[]): number[] =>
  [...new Set(pids)].filter((pid) => Number.isSafeInteger(pid) && pid > 0);
const joined = (pids: readonly number[]): string => (pids.length === 0 ? '-' : pids.join(','));
