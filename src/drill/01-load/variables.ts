import type { Path } from './yaml-source.ts';

export interface VariableOptions {
  readonly env: (name: string) => string | undefined;
  /** Leave `${NAME}` standing where the variable is not set: to print the plan of a fleet that is not up. */
  readonly keepUnresolved?: boolean;
}

export interface VariableFault {
  /** The first place where it shows. */
  readonly path: Path;
  /** Every place, the first included. */
  readonly paths: readonly Path[];
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

const REFERENCE = /\$\{([^}]*)\}?/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CONTROL = /\p{Cc}/u;

/**
 * A copy of a parsed document in which `${NAME}` in text values (never in keys) is replaced by the variable's value.
 * This happens after the YAML was parsed, so a value cannot change the document's structure; values are not expanded
 * again, and no message quotes one. A variable that is missing in many places is one fault.
 */
export function expandVariables(
  value: unknown,
  options: VariableOptions,
): { readonly value: unknown; readonly faults: readonly VariableFault[] } {
  const faults = new Map<string, VariableFault>();
  const walk = (node: unknown, path: Path): unknown => {
    if (typeof node === 'string') return expand(node, path);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node === 'object' && node !== null) {
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    return node;
  };
  const expand = (text: string, path: Path): string =>
    text.replace(REFERENCE, (reference, name: string) => {
      const fault = (what: string, why: string, fix: string): string => {
        const paths = [...(faults.get(what)?.paths ?? []), path];
        faults.set(what, { path: paths[0] ?? path, paths, what, why, fix });
        return reference;
      };
      if (!reference.endsWith('}') || !NAME.test(name))
        return fault(
          `a \${…} here does not hold the name of a variable`,
          'a name is letters, digits and _ only, and does not begin with a digit',
          `write it like \${PRINCIPAL_TOKEN}`,
        );
      const found = options.env(name);
      if (found === undefined || found === '') {
        if (options.keepUnresolved === true) return reference;
        return fault(
          `the environment variable ${name} is ${found === '' ? 'empty' : 'not set'}`,
          'its value belongs here',
          `set ${name} and run again`,
        );
      }
      if (CONTROL.test(found))
        return fault(
          `the value of the environment variable ${name} holds a control character`,
          'it goes into commands and requests',
          `set ${name} without line ends, tabs and the like`,
        );
      if (found.includes('${'))
        return fault(
          `the value of the environment variable ${name} holds "\${"`,
          'values are not expanded again',
          `set ${name} to the final value`,
        );
      return found;
    });
  const expanded = walk(value, []);
  return { value: expanded, faults: [...faults.values()].map(countPlaces) };
}

function countPlaces(fault: VariableFault): VariableFault {
  const more = fault.paths.length - 1;
  return more === 0
    ? fault
    : { ...fault, why: `${fault.why} (and in ${more} more ${more === 1 ? 'place' : 'places'})` };
}

/** Whether text still holds a reference, which only `keepUnresolved` leaves standing. */
export function isUnresolved(text: string): boolean {
  return text.includes('${');
}
