import { createHostLink } from './adapters/processes/host-link.ts';
import { wholeTable } from './adapters/processes/whole-table.ts';
import { listRunning } from './adapters/services/list-running.ts';
import { systemClock } from './adapters/system/clock.ts';
import { randomWord } from './adapters/system/random.ts';
import type { SurveyRequest } from './cli/effects.ts';
import { present, type Reading } from './drill/model/reading.ts';
import type { Survey } from './drill/model/survey.ts';

/** Opens a link to a host, looks once at what runs there and at its service managers, and lets it go. Never rejects. */
export async function surveyHost({ host, fleet, only }: SurveyRequest): Promise<Reading<Survey>> {
  const options = { drillId: `init-${randomWord()}`, fleet, heartbeats: [], clock: systemClock };
  const link = createHostLink(host, options);
  try {
    const identity = await link.open();
    if (identity.kind !== 'present') return identity;
    const managers = await listRunning(link, only);
    const processes = await wholeTable(link, systemClock);
    if (processes.kind !== 'present') return processes;
    return present({ identity: identity.value, managers, processes: processes.value });
  } finally {
    await link.close();
  }
}
