/** A command as it could be typed; what a variable or the halt itself will fill in stays as it is written. */
export function commandLine(command: readonly string[]): string {
  return command.map(asWord).join(' ');
}

function asWord(word: string): string {
  return /^[\w@%+=:,./${}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
