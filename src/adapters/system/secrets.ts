import { createRedactor } from './redact.ts';
import { redactStrings } from './redact-strings.ts';

/** The one place that knows every secret of this process (`Secrets` in cli/effects.ts says what each function promises). */
export function createSecrets() {
  const known = new Set<string>();
  let redact = createRedactor([]);
  return {
    keep: (secrets: readonly string[]): void => {
      const all = new Set([...known, ...secrets]);
      if (all.size === known.size) return;
      redact = createRedactor([...all]);
      for (const secret of secrets) known.add(secret);
    },
    redact: (text: string): string => redact(text),
    clean: <T>(value: T): T => redactStrings(value, redact) as T,
  };
}
