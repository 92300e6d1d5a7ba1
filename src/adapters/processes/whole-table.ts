import type { ProcessDetail } from '../../drill/model/process.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { ProbeSample } from '../../drill/model/sample.ts';
import type { Survey } from '../../drill/model/survey.ts';
import type { Clock, HostLink } from '../../drill/ports/world.ts';
import { randomWord } from '../system/random.ts';

/** How many processes one sample opens: it is bounded in time. */
const AT_A_TIME = 50;
/** How long all of them may take to be opened, milliseconds: a table at its bound takes an idle host some twenty seconds. */
const WITHIN_MS = 60_000;
/** Characters of arguments and paths that are kept of one host; an ordinary one has some hundred thousand. */
const MOST_KEPT = 32 * 1024 * 1024;

/**
 * Every process of a host, opened once: its row, argv, executable and working directory. Never rejects; a host that has more than can be
 * read within the bounds above is unreadable, since a part of a table tells nobody apart.
 */
export async function wholeTable(
  link: Pick<HostLink, 'sample'>,
  clock: Pick<Clock, 'nowMs'>,
): Promise<Reading<Survey['processes']>> {
  const untilMs = clock.nowMs() + WITHIN_MS;
  const table = await sampled(link, []);
  if (table.kind !== 'present') return table;
  const { pids, rows } = table.value;
  const details = new Map<number, ProcessDetail>();
  let kept = 0;
  for (let at = 0; at < pids.length; at += AT_A_TIME) {
    if (clock.nowMs() > untilMs)
      return unreadable(
        `only ${at} of its ${pids.length} processes were opened within ${WITHIN_MS / 1000} s`,
      );
    const batch = await sampled(link, pids.slice(at, at + AT_A_TIME));
    if (batch.kind !== 'present') return batch;
    for (const detail of batch.value.details) {
      details.set(detail.pid, detail);
      kept += lengthOf(detail);
    }
    if (kept > MOST_KEPT)
      return unreadable(`the arguments of its processes are longer than ${MOST_KEPT} characters`);
  }
  return present(
    rows.flatMap((row) => {
      const detail = details.get(row.pid);
      if (detail?.start !== row.start) return [];
      const { argv, exe, cwd } = detail;
      return [{ ...row, argv, exe, ...(cwd === undefined ? {} : { cwd }) }];
    }),
  );
}

function lengthOf({ argv, exe, cwd }: ProcessDetail): number {
  const words = [...(argv.kind === 'present' ? argv.value : [])];
  for (const one of [exe, cwd]) if (one?.kind === 'present') words.push(one.value);
  return words.reduce((sum, word) => sum + word.length, 0);
}

async function sampled(
  link: Pick<HostLink, 'sample'>,
  detail: readonly number[],
): Promise<Reading<ProbeSample>> {
  const mode = detail.length === 0 ? 'full' : 'list';
  const { raw: _, ...reading } = await link.sample({ nonce: randomWord(), mode, watch: detail, detail });
  return reading.kind === 'absent' ? unreadable('the probe is gone') : reading;
}
