import { parseArgs } from 'node:util';
import { assembleBroker } from './assemble.ts';
import { loadConfig } from './config/load.ts';
import { describe } from './ledger.ts';
import { runBroker } from './run.ts';

const USAGE = 'usage: principal --config principal.yaml';

function warn(text: string): void {
  process.stderr.write(`principal: ${text}\n`);
}

function pathFromArguments(): string {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config === undefined) throw new Error('--config is missing');
  return values.config;
}

/** 64: bad usage or configuration. 1: it could not open its file or its port. 0: ended as asked. */
async function main(): Promise<number> {
  const [verb] = process.argv.slice(2);
  // Anything but options is a hand tool: `principal halt 2 --reason …`.
  if (verb !== undefined && !verb.startsWith('-')) {
    const { runHandTool } = await import('./cli/main.ts');
    return await runHandTool(process.argv.slice(2));
  }
  const config = await Promise.resolve()
    .then(pathFromArguments)
    .then(loadConfig)
    .catch((error: unknown) => {
      warn(`${describe(error)}\n${USAGE}`);
      return null;
    });
  if (config === null) return 64;
  try {
    const { broker, commands, close } = assembleBroker(config, warn);
    const { listen, tokens } = config;
    await runBroker({ broker, commands, tokens, warn, close, ...listen });
    return 0;
  } catch (error) {
    warn(describe(error));
    return 1;
  }
}

process.exitCode = await main();
