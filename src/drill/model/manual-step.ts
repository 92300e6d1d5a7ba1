import type { BrokerState } from './broker-state.ts';

/** A command of the manual resume as it is run: with level, incident and revision of the halt in force where it names them. */
export function filledIn(
  command: readonly string[],
  { level, incident, revision }: Pick<BrokerState, 'level' | 'incident' | 'revision'>,
): string[] {
  const values: Readonly<Record<string, string>> = {
    $level: String(level),
    $incident: incident ?? '',
    $revision: String(revision ?? ''),
  };
  return command.map((word) =>
    word.replace(/\$(?:level|incident|revision)\b/g, (name) => values[name] ?? name),
  );
}
