#!/usr/bin/env node
// Nothing is imported before this line: whatever fails from here on, only a verdict or a usage error changes the code.
process.exitCode = 70;

const debug = process.argv.includes('--debug');
let troubled = false;
/** Filled once the effects are built: how a drill under way learns of an error that nobody caught. */
let tellDrill: (cause: string) => void = () => {};
/** Takes out the secrets that are known by then, and what a terminal could act upon. */
let harmless = (text: string): string => text.replace(/[^\n -~]/g, '?');

process.on('uncaughtException', (error: unknown) => {
  troubled = true;
  process.exitCode = 70;
  const text = error instanceof Error ? error : new Error(String(error));
  const words = debug ? (text.stack ?? text.message) : text.message.split('\n')[0];
  process.stderr.write(harmless(`haltdrill: internal error: ${words}\n`));
  // The fleet comes first: a drill that is under way undoes its halt.
  tellDrill('interrupted by an internal error');
});

const [{ runCli }, { createEffects }, { plainLines }] = await Promise.all([
  import('./cli/run-cli.ts'),
  import('./effects.ts'),
  import('./drill/model/harmless.ts'),
]);
const { effects, internalError, redact } = createEffects();
harmless = (text) => plainLines(redact(text));
tellDrill = internalError;
const exitCode = await runCli(process.argv.slice(2), effects);
// That the fleet is not proven restored outranks even our own failure.
process.exitCode = troubled && exitCode !== 5 ? 70 : exitCode;

// The imports above are all dynamic; this makes the file a module.
export {};
