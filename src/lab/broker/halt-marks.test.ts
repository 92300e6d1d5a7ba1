import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Broker, HaltReport, ResumeReport } from '../../principal/parts.ts';
import type { BrokerSite } from '../variants/variant.ts';
import { type HaltEvent, markingHalt, sinceHaltMs } from './halt-marks.ts';

let lab: string;
beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'haltdrill-marks-'));
});
afterEach(() => rmSync(lab, { recursive: true }));

const EVENTS: readonly HaltEvent[] = ['asked', 'done', 'lifting', 'lifted'];
const seen = (): HaltEvent[] => EVENTS.filter((event) => sinceHaltMs(join(lab, 'tesseract'), event) >= 0);

/** As much of a broker as is asked for: halted under one incident, and what was seen of the halt while it acts. */
function brokerOf(during: HaltEvent[][]): Broker {
  return {
    status: () => ({ level: 2, incident: { id: 'inc-1' } }),
    halt: async () => {
      during.push(seen());
      return { stops: [] } as unknown as HaltReport;
    },
    resume: async ({ incident }: { readonly incident: string | null }) => {
      during.push(seen());
      return (incident === 'inc-1'
        ? { result: 'resumed' }
        : { refused: 'incident' }) as unknown as ResumeReport;
    },
  } as unknown as Broker;
}

it('is seen from every host: when it was asked for, done, and lifted; and who lifts another one lifts nothing', async () => {
  const during: HaltEvent[][] = [];
  const broker = markingHalt(brokerOf(during), { root: join(lab, 'knox') } as BrokerSite);
  expect(seen()).toEqual([]);
  await broker.halt({ level: 2, reason: 'drill', asset: null, phrase: null }, 'operator');
  expect(seen()).toEqual(['asked', 'done']);
  const resume = { level: 2, revision: 1, reason: 'over' };
  await broker.resume({ ...resume, incident: 'inc-0' }, 'operator');
  expect(seen()).toEqual(['asked', 'done']);
  await broker.resume({ ...resume, incident: 'inc-1' }, 'operator');
  expect(seen()).toEqual(EVENTS);
  expect(during).toEqual([['asked'], ['asked', 'done'], ['asked', 'done', 'lifting']]);
});
