import type { ProcessDetail, ProcessRow } from '../../drill/model/process.ts';
import { absent, present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { ProbeSample, SampleRequest } from '../../drill/model/sample.ts';
import { Answer, natural } from './answer.ts';
import { MOST_PIDS, tooMany } from './budget.ts';
import { parseHeartbeats } from './parse-heartbeats.ts';
import type { ParsedIdentity } from './parse-identity.ts';
import type { Slices } from './slices.ts';

interface Process {
  readonly row: ProcessRow;
  readonly detail: ProcessDetail;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const ROW =
  /^ *(\d{1,10}) +(\d{1,10}) +(\d{1,10}) +(-?\d{1,10}) +([A-Za-z?])\S* +(?:[A-Z][a-z]{2}) +([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})(?: +(.*))?$/;

/**
 * Reads the answer of the ps probe to an `S` request. Throws a one-line Error where anything is not exactly as agreed: a line that is not
 * understood, a ps that failed, that does not show the probe itself, or that shows a pid twice.
 */
export function* parsePsSample(
  body: Buffer | string,
  request: Pick<SampleRequest, 'mode' | 'watch' | 'detail'>,
  about: ParsedIdentity & { readonly heartbeats: readonly string[] },
): Slices<ProbeSample> {
  const answer = new Answer(body);
  const [wall, own] = answer.take('T').split(' ').map(natural);
  const processes = new Map<number, Process>();
  while (!answer.has('X')) {
    const process = parseRow(answer.next());
    yield;
    if (processes.size === MOST_PIDS) throw new Error(tooMany(MOST_PIDS + 1));
    if (processes.has(process.row.pid)) throw new Error(`ps shows pid ${process.row.pid} twice`);
    processes.set(process.row.pid, process);
  }
  const status = answer.take('X');
  if (status !== '0') throw new Error(`ps ended with ${status}`);
  if (own === undefined || !processes.has(own)) throw new Error('ps does not even show the probe that asks');
  const full = request.mode === 'full';
  const heartbeats = full ? yield* parseHeartbeats(answer, about.heartbeats) : {};
  answer.end();
  const those = (pids: readonly number[]): Process[] =>
    [...new Set(pids)].flatMap((pid) => processes.get(pid) ?? []);
  return {
    scope: { bootId: about.identity.bootId, pidNamespace: about.identity.pidNamespace },
    uptimeMs: null,
    hostWallMs: full && wall !== undefined ? wall * 1000 : null,
    pids: [...processes.keys()],
    rows: (full ? [...processes.values()] : those(request.watch)).map(({ row }) => row),
    details: those(request.detail).map(({ detail }) => detail),
    visibility: { ...about.visibility, pid1: processes.has(1) },
    heartbeats,
  };
}

function parseRow(line: string): Process {
  const [, pid, ppid, pgrp, uid, state = '', month = '', day, hour, minute, second, year, args = ''] =
    ROW.exec(line) ?? [];
  const at = MONTHS.indexOf(month);
  if (pid === undefined || at < 0) throw new Error('a line of ps could not be understood');
  const start = Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  const row = {
    pid: Number(pid),
    start,
    ppid: Number(ppid),
    pgrp: Number(pgrp),
    // ps of macOS shows no session: that of its process group is the smallest that there can be.
    sid: Number(pgrp),
    state: state === 'U' ? 'D' : state,
    comm: args,
    // A process of macOS is a zombie only once its last thread has ended.
    ...(state === 'Z' && { liveThreads: 0 }),
  };
  const detail = {
    pid: row.pid,
    start,
    uid: Number(uid) < 0 ? null : Number(uid),
    argv: state === 'Z' ? present([]) : argvOf(args, row.pid),
    exe: state === 'Z' ? absent : unreadable('ps shows no executables'),
    cgroup: null,
  };
  return { row, detail };
}

/** Arguments are told apart by blanks alone. Where ps may not, or can no longer, read them it shows the command name in brackets. */
function argvOf(args: string, pid: number): Reading<readonly string[]> {
  if (args === '' || /^\(.*\)$/.test(args)) return unreadable(`ps shows no arguments of pid ${pid}`);
  return present(args.split(' '));
}

/** When a life began as `TZ=UTC0 ps -o lstart=` prints it, with single blanks; `start` in seconds since 1970. */
export function lstart(start: number): string {
  const at = new Date(start * 1000);
  const time = at.toISOString().slice(11, 19);
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${at.getUTCDate()} ${time} ${at.getUTCFullYear()}`;
}
