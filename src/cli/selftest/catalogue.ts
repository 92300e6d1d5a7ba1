import type { FindingCode } from '../../drill/model/findings.ts';
import { isFindingCode } from '../../drill/model/findings.ts';

/** One fleet of the lab, as the lab itself describes it, and what a drill of it must show. */
export interface Row extends Fleet {
  readonly expect: Expected;
}

/** One fleet of the lab, whether or not there is an expectation of it. */
export interface Fleet {
  readonly name: string;
  readonly about: string;
  /** The seams at which it differs from the reference; none for the reference itself. */
  readonly seams: readonly string[];
  /** Loads the machine so much that no other drill may run beside it. */
  readonly alone: boolean;
  readonly expect: Expected | null;
}

export type Level = 1 | 2 | 3 | 4;

export type Expected =
  | { readonly kind: 'honest'; readonly level: Level }
  | {
      readonly kind: 'liar';
      readonly level: Level;
      readonly primary: FindingCode;
      readonly on: string | null;
      readonly also: readonly FindingCode[];
      readonly verdict: 'fail' | 'inconclusive' | 'not-run' | null;
      /** Something is not back when the drill ends: whoever says that the fleet is restored has not looked. */
      readonly leftOut: boolean;
    };

/**
 * The rows that have an expectation, from what `lab --catalogue` printed. @throws Error with one line where anything in it is
 * not as agreed: an expectation with a mistyped code could never be met, or worse, would never be looked at.
 */
export function parseCatalogue(text: string): Row[] {
  return parseFleets(text).filter((fleet): fleet is Row => fleet.expect !== null);
}

/** Every fleet of the lab, from what `lab --catalogue` printed. @throws Error as `parseCatalogue` does. */
export function parseFleets(text: string): Fleet[] {
  const said: unknown = JSON.parse(text);
  if (!Array.isArray(said) || said.length === 0) throw new Error('the catalogue is not a list of fleets');
  const names = new Set<string>();
  return said.map((one: unknown) => {
    const row = fields(one, 'a row');
    const name = word(row.name, 'a row without a name');
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new Error(`\`${name}\` is no name of a lab`);
    if (names.has(name)) throw new Error(`\`${name}\` is there twice`);
    names.add(name);
    return {
      name,
      about: word(row.about, `\`${name}\` does not say what it is`),
      seams: words(row.seams, name),
      alone: row.alone === true,
      expect: row.expect === null ? null : expected(row.expect, name),
    };
  });
}

function expected(said: unknown, name: string): Expected {
  const { kind, level, primary, on, also, verdict, leftOut } = fields(said, `the expectation of \`${name}\``);
  if (level !== 1 && level !== 2 && level !== 3 && level !== 4)
    throw new Error(
      `\`${name}\` is to be drilled at level ${JSON.stringify(level)}, for which there is no drill`,
    );
  if (kind === 'honest') return { kind, level };
  if (kind !== 'liar') throw new Error(`\`${name}\` is neither honest nor a liar`);
  if (verdict !== undefined && verdict !== 'fail' && verdict !== 'inconclusive' && verdict !== 'not-run')
    throw new Error(`\`${name}\` expects the verdict ${JSON.stringify(verdict)}`);
  return {
    kind,
    level,
    primary: code(primary, name),
    on: on === undefined ? null : word(on, `\`${name}\` expects a finding on nothing`),
    also: words(also ?? [], name).map((one) => code(one, name)),
    verdict: verdict ?? null,
    leftOut: leftOut === true,
  };
}

function code(said: unknown, name: string): FindingCode {
  if (typeof said === 'string' && isFindingCode(said)) return said;
  throw new Error(`\`${name}\` expects ${JSON.stringify(said)}, which is no code of a finding`);
}

function fields(said: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof said === 'object' && said !== null) return said as Record<string, unknown>;
  throw new Error(`${what} is not an object`);
}

function word(said: unknown, complaint: string): string {
  if (typeof said === 'string' && said !== '') return said;
  throw new Error(complaint);
}

function words(said: unknown, name: string): string[] {
  if (Array.isArray(said) && said.every((one) => typeof one === 'string')) return said;
  throw new Error(`\`${name}\` has something else where a list of words belongs`);
}
