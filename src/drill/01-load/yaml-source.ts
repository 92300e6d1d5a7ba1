import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { harmless, type Problem } from './problem.ts';

export interface SourceFile {
  /** As it is to stand in messages; relative paths in the file are relative to it. */
  readonly path: string;
  readonly text: string;
}

/** Keys and indices from the root of a document. */
export type Path = readonly PropertyKey[];

/** Where a message points: at a key, or at what stands behind it. */
export type At = 'key' | 'value';

/** A parsed file that still knows where everything stands. */
export interface Source {
  readonly file: SourceFile;
  readonly value: unknown;
  readonly locate: (path: Path, at: At) => { readonly line: number; readonly column: number };
}

export type Parsed = { readonly source: Source } | { readonly problems: readonly Problem[] };

const MAX_CHARACTERS = 1024 * 1024;
const MAX_SHOWN = 20;
const MAX_DEPTH = 100;
/** yaml counts, for each anchor, its aliases times the aliases inside it: enough for any honest file. */
const MAX_ALIASES = 100;
/** Each is looked for from the beginning of the file. */
const MAX_ALIASES_IN_ALL = 1000;
/** Maps, lists and values, with what an alias stands for counted each time. A fleet of a thousand services has some 20 000. */
const MAX_NODES = 100_000;
/** Keys of one map. */
const MAX_KEYS = 10_000;
/** Words, marks, blanks and line ends, as the lexer tells them apart: what the parser's time goes with. */
const MAX_LEXEMES = 400_000;

/**
 * Parses YAML 1.2 (core schema; `<<` merges nothing there). Refused, each with its place: tags, keys given twice, keys that are
 * not text, `__proto__`, alias bombs and aliases of what they stand in, more than 1 MiB, 400 000 lexemes, 100 levels, 100 000 values or 10 000
 * keys of one map, more than one document. Its time goes with the length of the text, whatever stands in it.
 */
export function parseSource(file: SourceFile): Parsed {
  if (file.text.length > MAX_CHARACTERS) {
    return refuse(
      file,
      'it is longer than 1 MiB',
      'no such file needs to be',
      'check that this is the right file',
    );
  }
  const excess = excessIn(file.text);
  if (excess !== null) return refuse(file, excess.what, 'no such file needs to be', excess.fix, excess.at);
  const lines = new LineCounter();
  let suspect: Suspect = { proto: null, alias: null, aliases: 0, large: null, twice: [] };
  try {
    const doc = parseDocument(file.text, {
      lineCounter: lines,
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      // It holds each key of a map against all the others; `suspectsIn` does it in one go.
      uniqueKeys: false,
      logLevel: 'error',
    });
    // A tag that is not resolved is only a warning to the parser; here it is an error like the others.
    suspect = suspectsIn(doc);
    const faults = [...doc.errors, ...doc.warnings, ...suspect.twice];
    if (faults.length > 0) {
      return {
        problems: faults.slice(0, MAX_SHOWN).map((fault) => ({
          path: file.path,
          ...position(lines, fault.pos[0]),
          ...inWords(fault.code, fault.message, file.text.slice(...lineAround(file.text, fault.pos[0]))),
        })),
      };
    }
    if (suspect.large !== null)
      return refuse(
        file,
        `this map holds more than ${MAX_KEYS} keys`,
        'no such file needs to',
        'check that this is the right file',
        position(lines, suspect.large),
      );
    if (suspect.proto !== null)
      return refuse(
        file,
        'this key is "__proto__"',
        'a key of that name changes what others mean',
        'rename it',
        position(lines, suspect.proto),
      );
    if (suspect.aliases > MAX_ALIASES_IN_ALL)
      return refuse(
        file,
        `it holds more than ${MAX_ALIASES_IN_ALL} aliases`,
        'no such file needs to',
        'write the values out instead of using *aliases',
        suspect.alias === null ? START : position(lines, suspect.alias),
      );
    const value: unknown = doc.toJS({ maxAliasCount: MAX_ALIASES });
    if (hasMoreThan(MAX_NODES, value))
      return refuse(
        file,
        `it holds more than ${MAX_NODES} values, or an alias of what it stands in`,
        'no such file needs to',
        suspect.alias === null ? 'split it' : 'write the values out instead of using *aliases',
        suspect.alias === null ? START : position(lines, suspect.alias),
      );
    return { source: { file, value, locate: (path, at) => position(lines, offsetOf(doc, path, at)) } };
  } catch (error) {
    if (error instanceof ReferenceError)
      return refuse(
        file,
        'its aliases multiply, or one of them has no anchor',
        'a file that grows when it is read is refused',
        'write the values out instead of using *aliases',
        suspect.alias === null ? START : position(lines, suspect.alias),
      );
    throw error;
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
}

const START: Place = { line: 1, column: 1 };

function refuse(file: SourceFile, what: string, why: string, fix: string, at: Place = START): Parsed {
  return { problems: [{ path: file.path, ...at, what, why, fix }] };
}

interface Suspect {
  /** Offsets of the first key `__proto__`, the first alias and the first map that is too large. */
  readonly proto: number | null;
  readonly alias: number | null;
  readonly large: number | null;
  /** How many there are. */
  readonly aliases: number;
  /** Keys that their map has already, as the parser would report them. */
  readonly twice: readonly Fault[];
}

type Fault = Pick<YAMLError, 'code' | 'message' | 'pos'>;

function suspectsIn(doc: Document.Parsed): Suspect {
  let proto: number | null = null;
  let alias: number | null = null;
  let large: number | null = null;
  let aliases = 0;
  const twice: Fault[] = [];
  visit(doc, {
    Map: (_, map) => {
      if (map.items.length > MAX_KEYS) large ??= startOf(map) ?? 0;
      for (const at of repeatedKeys(map))
        twice.push({ code: 'DUPLICATE_KEY', message: 'Map keys must be unique', pos: [at, at] });
    },
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === '__proto__') proto ??= startOf(key) ?? 0;
    },
    Alias: (_, node) => {
      alias ??= startOf(node) ?? 0;
      aliases += 1;
    },
  });
  return { proto, alias, large, aliases, twice };
}

function repeatedKeys({ items }: YAMLMap): number[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    if (seen.has(key.value)) return [startOf(key) ?? 0];
    seen.add(key.value);
    return [];
  });
}

/** Counts without recursion, and stops in time: a list may hold itself. */
function hasMoreThan(most: number, root: unknown): boolean {
  const open: unknown[] = [root];
  let count = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    count += 1;
    if (count > most) return true;
    if (typeof node !== 'object' || node === null) continue;
    const inside: unknown[] = Object.values(node);
    if (count + inside.length > most) return true;
    for (const item of inside) open.push(item);
  }
  return false;
}

/**
 * yaml composes recursively, and V8 ends the whole process where a regular expression is compiled with the stack used
 * up: no error to catch. Its parser keeps its own stack, which shows the depth beforehand; and what it is to compose is counted.
 */
function excessIn(text: string): { readonly what: string; readonly fix: string; readonly at: Place } | null {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) {
      // Only depth and number are wanted.
    }
    count += 1;
    const at = (): Place => position(lines, parser.offset);
    if (parser.stack.length > MAX_DEPTH)
      return { what: 'it is nested too deeply', fix: 'flatten it', at: at() };
    if (count > MAX_LEXEMES)
      return {
        what: `up to here it holds ${MAX_LEXEMES} words, marks and line ends`,
        fix: 'check that this is the right file',
        at: at(),
      };
  }
  return null;
}

function inWords(code: string, message: string, line: string): Pick<Problem, 'what' | 'why' | 'fix'> {
  if (code === 'DUPLICATE_KEY')
    return {
      what: 'this key is given twice in one map',
      why: 'one of the two would be lost',
      fix: 'keep one of them',
    };
  if (code === 'TAG_RESOLVE_FAILED')
    return {
      what: 'it has a tag (!…)',
      why: 'tags have no meaning in this file',
      fix: 'take the tag away',
    };
  if (code === 'NON_STRING_KEY')
    return { what: 'this key is not text', why: 'every key here is a name', fix: 'put it in quotes' };
  if (code === 'MULTIPLE_DOCS')
    return {
      what: 'a second document begins here',
      why: 'a file holds one',
      fix: 'take away the line "---" and what follows it',
    };
  const variable = /[{[,]\s*(?:[\w-]+\s*:\s*)?\$\{/.test(line);
  return {
    what: `it is not valid YAML (${withoutQuotation(message)})`,
    why: 'nothing in the file can be read until it is',
    fix: variable ? `put the value with \${…} in quotes, since { begins a map here` : 'mend it here',
  };
}

/** Some of the parser's messages quote the file, in which a secret may stand. */
function withoutQuotation(message: string): string {
  const words = message.replace(/: .*$/s, '').replace(/^(Invalid escape sequence) .*$/s, '$1');
  return harmless(words, 160);
}

function lineAround(text: string, offset: number): [number, number] {
  const end = text.indexOf('\n', offset);
  return [text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1, end < 0 ? text.length : end];
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Offset of what stands at `path`, or of the nearest thing above it that is there. */
function offsetOf(doc: Document.Parsed, path: Path, at: At): number {
  let node: unknown = doc.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    node = isAlias(node) ? node.resolve(doc) : node;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (pair === undefined) return offset;
      const key = startOf(pair.key) ?? offset;
      // Above the last step, and where there is no value, the key is the place to look at.
      offset = at === 'value' && depth === path.length - 1 ? (startOf(pair.value) ?? key) : key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | null {
  const range = (node as Node | null | undefined)?.range;
  // An empty value has an empty range somewhere behind its key: of no help to a reader.
  return range && range[0] !== range[1] ? range[0] : null;
}
