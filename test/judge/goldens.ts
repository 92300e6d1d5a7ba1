import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import type { Entry, Judging } from '../../src/drill/model/journal.ts';
import { difference, rendered } from './rendering.ts';
import {
  asFoundLevel2,
  asFoundLevel3,
  cleanLevel2,
  cleanLevel4,
  journalOf,
  type Scenario,
} from './scenario.ts';
import type { Case, Change } from './scenarios/case.ts';
import { groups } from './scenarios/cases.ts';
import { further } from './scenarios/further/index.ts';
import { guardCases } from './scenarios/guard-cases.ts';
import { guarded } from './scenarios/guards.ts';
import { right, wrong } from './scenarios/level-4.ts';
import {
  aloneCases,
  apiAlone,
  apiAloneCases,
  storeAlone,
  storeAloneCases,
  switchAlone,
} from './scenarios/uncovered.ts';

/** A drill whose whole verdict is kept: `relativeTo` names the one from which only the differences are shown. */
export interface Golden {
  readonly file: string;
  readonly name: string;
  readonly relativeTo: Golden | null;
  /** The drill that it begins with, and what happens otherwise in it; null in that drill itself. */
  readonly begins: () => Scenario;
  readonly change: Change | null;
  readonly journal: () => readonly Entry[];
  readonly options: Judging;
}

const options: Judging = { today: '2026-11-22', strict: false };

function base(file: string, scenario: () => Scenario): Golden {
  const journal = (): readonly Entry[] => journalOf(scenario());
  return { file, name: file, relativeTo: null, begins: scenario, change: null, journal, options };
}

const level2 = base('clean level 2', cleanLevel2);
const level4 = base('clean level 4', cleanLevel4);
const withGuards = base('clean level 2 with guards', guarded);

const alone = base('switch alone', switchAlone);
const byStore = base('store alone', storeAlone);
const byApi = base('API alone', apiAlone);

function changed(from: Golden, scenario: () => Scenario, file: string, name: string, change: Change): Golden {
  const journal = (): readonly Entry[] => {
    const s = scenario();
    change(s);
    return journalOf(s);
  };
  return { file, name, relativeTo: from, begins: scenario, change, journal, options };
}

function both(file: string, { code, about, flags, spares }: Case): Golden[] {
  const name = about === undefined ? code : `${code}, ${about}`;
  return [
    changed(level2, cleanLevel2, file, name, flags),
    changed(level2, cleanLevel2, file, `${name}: near miss`, spares),
  ];
}

export const goldens: readonly Golden[] = [
  level2,
  level4,
  withGuards,
  base('as found, level 2', asFoundLevel2),
  base('as found, level 3', asFoundLevel3),
  ...Object.entries(groups).flatMap(([file, cases]) => cases.flatMap((one) => both(file, one))),
  ...Object.entries(further).flatMap(([file, rows]) =>
    rows.map(([name, change]) => changed(level2, cleanLevel2, `further, ${file}`, name, change)),
  ),
  ...right.map(([name, change]) => changed(level4, cleanLevel4, 'level 4', name, change)),
  ...wrong.map(([name, change]) => changed(level4, cleanLevel4, 'level 4', name, change)),
  alone,
  byStore,
  byApi,
  ...aloneCases.map(([name, change]) => changed(alone, switchAlone, 'switch alone', name, change)),
  ...storeAloneCases.map(([name, change]) => changed(byStore, storeAlone, 'store alone', name, change)),
  ...apiAloneCases.map(([name, change]) => changed(byApi, apiAlone, 'API alone', name, change)),
  ...guardCases.map(([name, change]) => changed(withGuards, guarded, 'guards', name, change)),
];

/** The whole verdict, line by line. */
export function linesOf(golden: Golden, entries: readonly Entry[] = golden.journal()): string[] {
  return rendered(judge(entries, golden.options), entries);
}

/** The same, in one text; relative to another one's, where it says so. */
export function wordsOf(golden: Golden): string {
  const own = linesOf(golden);
  const other = golden.relativeTo;
  if (other === null) return own.join('\n');
  const lines = difference(linesOf(other), own);
  return lines.length === 0 ? `as ${other.name}` : lines.join('\n');
}
