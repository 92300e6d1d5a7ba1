import { readFileSync } from 'node:fs';
import { assembleBroker } from '../../principal/assemble.ts';
import type { PrincipalConfig } from '../../principal/config/types.ts';
import type { BrokerParts, HaltRequest, ResumeRequest } from '../../principal/parts.ts';
import { type DeathPoint, killingStore } from '../broker/killing-store.ts';

/** What a broker of the crash sweep is told, in a file of JSON. */
export interface CrashJob {
  readonly config: PrincipalConfig;
  /** False for what only the hand tool does. */
  readonly here: boolean;
  readonly halt?: HaltRequest;
  readonly resume?: ResumeRequest;
  readonly death: DeathPoint | null;
}

/**
 * `main.js JOB`: a broker that does one halt or resume and dies at the write it was told to die at. One that lives prints
 * how many writes there were. A destructive halt is done when the broker has said that it goes.
 */
async function main(file: string): Promise<void> {
  const job = JSON.parse(readFileSync(file, 'utf8')) as CrashJob;
  let writes = (): number => 0;
  const vary = (reference: BrokerParts): Partial<BrokerParts> => {
    const killing = killingStore(reference, job.death);
    writes = killing.writes;
    return killing.parts;
  };
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  const { broker, close } = assembleBroker(job.config, warn, { here: job.here, vary });
  if (job.resume !== undefined) await broker.resume(job.resume, 'operator');
  if (job.halt !== undefined) {
    await broker.halt(job.halt, 'operator');
    const goes = broker.status().incomplete.length > 0;
    while (goes && broker.auditTrail().at(-1)?.outcome !== 'going') {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  const counted = writes();
  await close();
  process.stdout.write(`${JSON.stringify({ writes: counted })}\n`);
}

await main(process.argv[2] ?? '');
