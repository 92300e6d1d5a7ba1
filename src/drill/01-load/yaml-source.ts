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

/**
 * Parses YAML 1.2 (core schema). Refused, each with its place: custom tags, keys given twice, keys that are not
 * text, merge keys and `__proto__`, alias bombs, more than 1 MiB, more than one document.
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
  if (isDeeperThan(MAX_DEPTH, file.text)) {
    return refuse(file, 'it is nested too deeply', 'no such file needs to be', 'flatten it');
  }
  const lines = new LineCounter();
  try {
    const doc = parseDocument(file.text, {
      lineCounter: lines,
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      logLevel: 'error',
    });
    // A tag that is not resolved is only a warning to the parser; here it is an error like the others.
    const faults = [...doc.errors, ...doc.warnings];
    if (faults.length > 0) {
      return {
        problems: faults.slice(0, MAX_SHOWN).map((fault) => ({
          path: file.path,
          ...position(lines, fault.pos[0]),
          ...inWords(fault.code, fault.message, file.text.slice(...lineAround(file.text, fault.pos[0]))),
        })),
      };
    }
    const value: unknown = doc.toJS({ maxAliasCount: MAX_ALIASES });
    return { source: { file, value, locate: (path, at) => position(lines, offsetOf(doc, path, at)) } };
  } catch (error) {
    if (error instanceof ReferenceError)
      return refuse(
        file,
        'its aliases multiply, or one of them has no anchor',
        'a file that grows when it is read is refused',
        'write the values out instead of using *aliases',
      );
    throw error;
  }
}

function refuse(file: SourceFile, what: string, why: string, fix: string): Parsed {
  return { problems: [{ path: file.path, line: 1, column: 1, what, why, fix }] };
}

/**
 * yaml composes recursively, and V8 ends the whole process where a regular expression is compiled with the stack used
 * up: no error to catch. Its parser keeps its own stack, which shows the depth beforehand.
 */
function isDeeperThan(limit: number, text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)) {
      // Only the depth is wanted.
    }
    if (parser.stack.length > limit) return true;
  }
  return false;
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
    what: `it is not valid YAML (${harmless(message, 160)})`,
    why: 'nothing in the file can be read until it is',
    fix: variable ? `put the value with \${…} in quotes, since { begins a map here` : 'mend it here',
  };
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
