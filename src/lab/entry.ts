import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A function of a module of the lab, beside this file, called with `settings` by a script of its own. */
export interface Entry {
  readonly module: string;
  readonly call: string;
  readonly settings: unknown;
}

/**
 * The text of a script which makes Node call `entry`. The process that runs it has the script as argv[1], as a daemon with
 * its own program would.
 */
export function scriptText({ module, call, settings }: Entry): string {
  const { href } = new URL(module, import.meta.url);
  const text = `import(${JSON.stringify(href)}).then((m) => m.${call}(${JSON.stringify(settings)}));`;
  return `#!/usr/bin/env node\n${text}\n`;
}

/** Installs such a script, its folder too, and returns the file. */
export function installScript(file: string, entry: Entry): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, scriptText(entry), { mode: 0o700 });
  return file;
}
