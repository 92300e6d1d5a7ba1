import {
  BUILD,
  INTERPRETERS,
  type Interpreter,
  MANY_IN_ONE,
  NEVER_THE_SERVICE,
  RUNS_BY_ITSELF,
} from './interpreters.ts';

/** What a process runs, as its command line and executable say. */
export interface Run {
  /** `program`: it is what `argv[0]` names. `bystander`: it runs nothing of what it names. `unknown`: nobody knows what it does with it. */
  readonly by: 'interpreter' | 'bystander' | 'unknown';
  /** The word that names the script an interpreter runs; null where it runs none. */
  readonly script: string | null;
  /** What may be left out at the end of that word. */
  readonly endings: readonly string[];
  readonly module: string | null;
  /** Code that it runs from its command line, in which files may be named. */
  readonly code: readonly string[];
  /** All other arguments: values of options, and what the script is given. */
  readonly others: readonly string[];
}

/** `named`: a match that is fulfilled so far names the program itself, so that it is taken for an interpreter whatever its name. */
export function whatItRuns(argv: readonly string[], exe: string | null, named: boolean): Run {
  const [first = '', ...args] = argv;
  const [called, image] = [nameOf(first), exe === null ? null : nameOf(exe.replace(/ \(deleted\)$/, ''))];
  // Anybody can be called so; what is it says its executable, where that can be read.
  const isMany = MANY_IN_ONE.test(image ?? called) && MANY_IN_ONE.test(called);
  if (isMany && args.length > 0) return whatItRuns(args, exe, named);
  const own = image === null || MANY_IN_ONE.test(image) ? called : image;
  const interpreter = find(own) ?? find(called);
  if (interpreter !== undefined) return parse(args, interpreter);
  if (isNever(own)) return BYSTANDER;
  return named ? parse(args, { name: /./, takes: [] }) : unknown(args);
}

const find = (name: string): Interpreter | undefined => INTERPRETERS.find((one) => one.name.test(name));

const isNever = (name: string): boolean => NEVER_THE_SERVICE.has(name.replace(BUILD, ''));

const BYSTANDER: Run = { by: 'bystander', script: null, endings: [], module: null, code: [], others: [] };

function unknown(args: readonly string[]): Run {
  return { by: 'unknown', script: null, endings: [], module: null, code: [], others: args };
}

// A login shell has a dash before its name (login(1)).
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^-/, '');
}

interface Option {
  readonly kind: 'flag' | 'takes' | 'code' | 'module' | 'script' | 'reads';
  /** Null: its value, if it has one, is the next argument. */
  readonly value: string | null;
}

function parse(args: readonly string[], of: Interpreter): Run {
  const others: string[] = [];
  const run = (script: string | null, rest: readonly string[], module: string | null = null): Run => ({
    by: 'interpreter',
    script,
    endings: of.endings ?? [],
    module,
    code: [],
    others: [...others, ...rest],
  });
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return wrapped(run(args[at + 1] ?? null, args.slice(at + 2)));
    if (of.code?.includes(word) !== true && !isOption(word, of)) {
      if (of.commands?.includes(word) === true) continue;
      return wrapped(run(word, args.slice(at + 1)));
    }
    for (const { kind, value } of optionsIn(word, of)) {
      if (kind === 'flag') continue;
      if (kind === 'reads') return BYSTANDER;
      if (kind === 'code') {
        const rest = args.slice(at + 1);
        // There may be more of it, behind the same option once more.
        const code = (value === null ? rest : [value, ...rest]).filter(isRunBy(of));
        // What the code is given reaches only code that may run a file.
        const given = value === null ? rest.slice(1) : rest;
        return { ...run(null, code.length > 0 ? given : []), code };
      }
      if (value === null) at += 1;
      const said = value ?? args[at] ?? '';
      if (kind === 'module') return run(null, args.slice(at + 1), said);
      if (kind === 'script') return run(said, args.slice(at + 1));
      others.push(said);
    }
    if (word.includes('=')) others.push(word);
  }
  return run(null, []);
}

const isRunBy =
  (of: Interpreter) =>
  (code: string): boolean =>
    of.short !== 'shell' || RUNS_BY_ITSELF.test(code);

function isOption(word: string, of: Interpreter): boolean {
  return (word.startsWith('-') && word !== '-') || (of.short === 'shell' && /^\+\w/.test(word));
}

function optionsIn(word: string, of: Interpreter): Option[] {
  const whole = kindOf(word, of);
  const [option = '', value] = word.startsWith('--') ? splitOnce(word) : [];
  if (value !== undefined && kindOf(option, of) === 'code') return [{ kind: 'code', value }];
  if (whole !== 'flag' || of.short === undefined || word.startsWith('--'))
    return [{ kind: whole, value: null }];
  const found: Option[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at] ?? '';
    if (of.glued?.includes(letter)) break;
    const kind = kindOf(`${word[0]}${letter}`, of);
    const rest = word.slice(at + 1);
    const isGlued = of.short === 'letters' && kind !== 'flag' && kind !== 'reads' && rest !== '';
    found.push({ kind, value: isGlued ? rest : null });
    if (isGlued) break;
  }
  return found;
}

function splitOnce(word: string): string[] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function kindOf(word: string, of: Interpreter): Option['kind'] {
  for (const kind of ['takes', 'code', 'module', 'script', 'reads'] as const)
    if (of[kind]?.includes(word)) return kind;
  return 'flag';
}

// `node …/.bin/tsx bot.ts`: a script that is itself one of the interpreters, and runs another in the same way.
function wrapped(run: Run): Run {
  if (run.script === null) return run;
  const isTsx = /(?:^|\/)(?:tsx|ts-node)$|\/tsx\/dist\/cli\.[cm]?js$/.test(run.script);
  const inner = isTsx ? find('tsx') : undefined;
  return inner === undefined ? run : parse(run.others, inner);
}
