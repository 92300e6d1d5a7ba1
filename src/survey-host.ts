import { createHostLink } from './adapters/processes/host-link.ts';
import { listRunning } from './adapters/services/list-running.ts';
import { systemClock } from './adapters/system/clock.ts';
import { randomWord } from './adapters/system/random.ts';
import type { SurveyRequest } from './cli/effects.ts';
import type { ProcessDetail } from './drill/model/process.ts';
import { present, type Reading, unreadable } from './drill/model/reading.ts';
import type { ProbeSample } from './drill/model/sample.ts';
import type { Survey } from './drill/model/survey.ts';
import type { HostLink } from './drill/ports/world.ts';

/** How many processes one sample opens: it is bounded in time. */
const AT_A_TIME = 50;

/** Opens a link to a host, looks once at what runs there and at its service managers, and lets it go. Never rejects. */
export async function surveyHost({ host, fleet, only }: SurveyRequest): Promise<Reading<Survey>> {
  const options = { drillId: `init-${randomWord()}`, fleet, heartbeats: [], clock: systemClock };
  const link = createHostLink(host, options);
  try {
    const identity = await link.open();
    if (identity.kind !== 'present') return identity;
    const managers = await listRunning(link, only);
    const processes = await processesOf(link);
    if (processes.kind !== 'present') return processes;
    return present({ identity: identity.value, managers, processes: processes.value });
  } finally {
    await link.close();
  }
}

async function processesOf(link: HostLink): Promise<Reading<Survey['processes']>> {
  const table = await sampled(link, []);
  if (table.kind !== 'present') return table;
  const { pids, rows } = table.value;
  const details = new Map<number, ProcessDetail>();
  for (let at = 0; at < pids.length; at += AT_A_TIME) {
    const batch = await sampled(link, pids.slice(at, at + AT_A_TIME));
    if (batch.kind !== 'present') return batch;
    for (const detail of batch.value.details) details.set(detail.pid, detail);
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

async function sampled(link: HostLink, detail: readonly number[]): Promise<Reading<ProbeSample>> {
  const mode = detail.length === 0 ? 'full' : 'list';
  const { raw: _, ...reading } = await link.sample({ nonce: randomWord(), mode, watch: detail, detail });
  return reading.kind === 'absent' ? unreadable('the probe is gone') : reading;
}
