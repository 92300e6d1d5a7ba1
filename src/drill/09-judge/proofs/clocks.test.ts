import { expect, it } from 'vitest';
import { cleanLevel2, journalOf } from '../../../../test/judge/scenario.ts';
import { openCase } from '../evidence/case-file.ts';
import { controllerClockTrouble } from './clocks.ts';

it.each([700, -700])('names the same two records in whichever order they stand (%s ms)', (byMs) => {
  const s = cleanLevel2();
  s.wallDrift = (ms) => (ms > 8000 ? byMs : 0);
  const entries = journalOf(s);
  const named = (all: typeof entries) => controllerClockTrouble(openCase(all))[0]?.evidence;
  expect(named(entries)).toHaveLength(2);
  expect(named(entries.toReversed())).toEqual(named(entries));
});
