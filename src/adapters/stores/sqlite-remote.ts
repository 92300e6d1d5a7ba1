import { randomBytes } from 'node:crypto';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { Ask } from '../system/ask-here.ts';
import { printable } from '../system/printable.ts';
import type { DatabaseRead, Row, Table } from './sqlite-read.ts';

const WITHIN_MS = 5_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** Of a read that goes on after the link to it was closed. */
const CPU_SECONDS = 5;
const TRIES = 3;

/**
 * Looks before it opens: a reader that is not the owner of a database in WAL mode may create -wal and -shm files that the owner
 * cannot write (https://www.sqlite.org/wal.html#read_only_databases). Then one connection, read-only, runs the statements, each a
 * transaction of its own, with the schema not trusted; the inode is told before and after. Exit code 0 and `refused` mean: looked, and did not open.
 */
const SCRIPT = `LC_ALL=C; export LC_ALL
ulimit -t ${CPU_SECONDS}
f=$1; sql=$2; py=$3
refuse() { printf 'refused %s\\n' "$1"; exit 0; }
inode() { set -- $(ls -dinL -- "$f" 2>/dev/null); printf '%s' "$1"; }
owner() { set -- $(ls -dinL -- "$f" 2>/dev/null); printf '%s' "$4"; }
[ -e "$f" ] || { d=\${f%/*}; [ -x "\${d:-/}" ] || refuse 'permission denied'; refuse 'no such file'; }
[ -f "$f" ] || refuse 'is not a file'
[ -r "$f" ] || refuse 'permission denied'
if [ "$(owner)" != "$(id -u)" ] && ! { [ -e "$f-wal" ] && [ -e "$f-shm" ]; }; then
  set -- $(od -An -tu1 -j18 -N2 -- "$f")
  [ "$1$2" = 11 ] || refuse "belongs to another user (uid $(owner)), and its -wal and -shm files do not both exist; opening it could create some that its owner cannot write. Log in as its owner"
fi
printf 'inode %s\\n' "$(inode)"
if command -v sqlite3 >/dev/null 2>&1; then
  sqlite3 -init /dev/null -batch -bail -readonly -json -cmd '.timeout 500' -cmd 'pragma trusted_schema=off' "$f" "$sql"
elif command -v python3 >/dev/null 2>&1; then
  python3 -c "$py" "$f" "$sql"
else refuse 'neither sqlite3 nor python3 is on this host; install one of them, or read the state by a command'
fi || exit 3
printf 'inode %s\\n' "$(inode)"`;

/** The same as \`sqlite3 -json\`, where only Python is there. */
const PYTHON = `import json, sqlite3, sys, urllib.parse
file, sql = sys.argv[1:3]
db = sqlite3.connect('file:' + urllib.parse.quote(file) + '?mode=ro', uri=True, timeout=0.5, isolation_level=None)
db.execute('pragma trusted_schema=off')
db.text_factory = lambda b: b.decode('utf-8', 'strict')
statement = ''
for line in sql.split('\\n'):
    statement += line + '\\n'
    if not sqlite3.complete_statement(statement): continue
    rows = db.execute(statement)
    statement = ''
    if rows.description is None: sys.exit('the query returns no rows; give a select')
    names = [column[0] for column in rows.description]
    if len(set(names)) < len(names): sys.exit('a column is there twice')
    rows = [dict(zip(names, row)) for row in rows]
    if rows: print(json.dumps(rows))`;

/**
 * Reads a database on another host through that host's own sqlite3 (or python3). Under the same rules as \`readDatabase\`: as its
 * owner, or only where -wal and -shm exist or are not needed; opened anew; all tables from one state of the database, and from one
 * file. What could not be read is \`unreadable\`; never rejects. An empty table has no columns here.
 */
export async function readRemoteDatabase(
  file: string,
  queries: readonly string[],
  ask: Ask,
): Promise<Reading<DatabaseRead>> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const mark = randomBytes(8).toString('hex');
    const argv = ['sh', '-c', SCRIPT, 'sh', file, statements(queries, mark), PYTHON];
    const ran = await ask(argv, { withinMs: WITHIN_MS, maxBytes: MAX_BYTES });
    if (ran.kind !== 'present') return because(file, ran.kind === 'unreadable' ? ran.reason : 'no answer');
    const { exitCode, stdout, stderr } = ran.value;
    const text = textOf(stdout);
    if (text === null) return because(file, 'what came back is not UTF-8 text');
    const refused = /^refused (.*)\n$/m.exec(text)?.[1];
    if (exitCode === 0 && refused !== undefined) return because(file, printable(refused));
    if (exitCode !== 0)
      return because(file, printable(stderr.trim(), 300) || `sqlite3 ended with ${exitCode}`);
    const read = parsed(text, queries.length, mark);
    if (typeof read === 'string') return because(file, read);
    if (read !== null) return present(read);
  }
  return because(file, `changed during each of ${TRIES} reads`);
}

function because(file: string, reason: string): Reading<never> {
  return unreadable(`${file}: ${reason}`);
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const VERSION = 'pragma data_version;';

/** A line end before each semicolon: a query may end in a comment. */
function statements(queries: readonly string[], mark: string): string {
  const marked = queries.map(
    (query, index) => `select '${mark}-${index}' as mark;\n${query.replace(/;\s*$/, '')}\n;`,
  );
  return [VERSION, ...marked, `select '${mark}-${queries.length}' as mark;`, VERSION].join('\n');
}

/** Null: the database changed between two of the queries. A text: why it cannot be read. */
function parsed(text: string, count: number, mark: string): DatabaseRead | null | string {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const [before, after] = [first, lines.pop() ?? ''].map((line) => /^inode ([0-9]+)$/.exec(line)?.[1]);
  if (before === undefined || after === undefined) return 'what came back is not whole';
  if (before !== after) return 'was replaced by another file while it was read';
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line.replaceAll(' ', '') === `[{"mark":"${mark}-${parts.length - 1}"}]`) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  if (parts.length !== count + 2) return 'what came back is not whole';
  try {
    const tables = parts.map((part) => tableOf(part.join('\n')));
    const versions = [tables.shift(), tables.pop()].map((table) => table?.rows[0]?.data_version);
    if (typeof versions[0] !== 'number') return 'it did not tell its version';
    return versions[0] === versions[1] ? { tables, inode: Number(before) } : null;
  } catch {
    return 'what came back is not JSON';
  }
}

function tableOf(text: string): Table {
  const rows = text.trim() === '' ? [] : (JSON.parse(text) as unknown);
  if (!Array.isArray(rows) || !rows.every(isRow)) throw new SyntaxError('no rows');
  return { columns: Object.keys(rows[0] ?? {}), rows };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
