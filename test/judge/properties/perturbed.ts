import fc from 'fast-check';
import type { Entry } from '../../../src/drill/model/journal.ts';
import {
  asFoundLevel2,
  asFoundLevel3,
  cleanLevel2,
  cleanLevel4,
  journalOf,
  type Scenario,
} from '../scenario.ts';
import { happening } from './kinds.ts';
import { worded } from './runs.ts';

/** A clean, an as-found or a level 4 drill, with some of what may happen to a fleet and to the evidence of it. */
export const perturbed: fc.Arbitrary<{ readonly scenario: Scenario; readonly journal: readonly Entry[] }> = fc
  .tuple(
    fc.constantFrom(cleanLevel2, cleanLevel2, cleanLevel4, asFoundLevel2, asFoundLevel3),
    fc.array(happening, { maxLength: 3 }),
  )
  .map(([make, happenings]) => {
    const scenario = make();
    for (const { change } of happenings) change(scenario);
    const words = [make.name, ...happenings.map(({ says }) => says)];
    return worded({ scenario, journal: journalOf(scenario) }, () => words.join('; '));
  });
