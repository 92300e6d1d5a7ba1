/**
 * One POSIX shell word (XCU 2.2.2, single quotes): every byte but NUL keeps its literal meaning.
 * Throws on NUL, which no argument can hold, and on half a character, which would become another on its way.
 */
function quote(word: string): string {
  if (word.includes('\0'))
    throw new Error('an argument holds a NUL character, which no command can be given');
  if (/\p{Cs}/u.test(word))
    throw new Error('an argument holds half a character (a lone surrogate), which cannot be sent as text');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line that runs `argv` literally, replacing the shell that reads it. */
export function commandLine(argv: readonly string[]): string {
  return `exec ${argv.map(quote).join(' ')}`;
}
