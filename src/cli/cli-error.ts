import type { ExitCode } from '../drill/model/verdict.ts';

/** Ends a command with one message, `what; why; do this`, and its exit code; no stack trace. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** Bad usage or configuration: exit code 64. */
export function usage(...parts: readonly string[]): CliError {
  return new CliError(64, parts.join('; '));
}

/** An interlock refused, or the drill could not begin: nothing was triggered, exit code 3. */
export function notRun(...parts: readonly string[]): CliError {
  return new CliError(3, parts.join('; '));
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}
