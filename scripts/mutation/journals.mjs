import { serialize } from 'node:v8';

/**
 * The journal of each golden that is asked for, once for all that have the same. Nine in ten records of the fleet's drills are the same in hundreds of
 * them: each such record is one object, so that a gigabyte becomes a tenth of it; and frozen, so that no mutant can change it for the next.
 *
 * @param {readonly { journal: () => readonly object[], options: object }[]} goldens
 * @param {(golden: object) => boolean} isAsked
 * @returns {{ golden: object, journal: readonly object[], at: number }[]} `at`: its place among the goldens
 */
export function journalsOf(goldens, isAsked) {
  const numbers = new Map();
  const records = [];
  const seen = new Set();
  return goldens.flatMap((golden, at) => {
    if (!isAsked(golden)) return [];
    const journal = golden.journal().map((record) => {
      const text = textOf(record);
      const number = numbers.get(text) ?? records.push(frozen(record)) - 1;
      numbers.set(text, number);
      return number;
    });
    const key = `${JSON.stringify(golden.options)} ${journal.join(' ')}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ golden, journal: journal.map((number) => records[number]), at }];
  });
}

/** Different for different records; JSON would have undefined, and what is no number, look like nothing. */
function textOf(record) {
  return serialize(record).toString('latin1');
}

function frozen(value) {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
