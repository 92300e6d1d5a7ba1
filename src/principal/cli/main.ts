import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type Assembled, assembleBroker } from '../assemble.ts';
import { loadConfig } from '../config/load.ts';
import type { PrincipalConfig } from '../config/types.ts';
import { tokenReader } from '../http/tokens.ts';
import { describe } from '../ledger.ts';
import type { Broker, Status } from '../parts.ts';
import { type HandArguments, type HandCommand, readArguments, USAGE } from './arguments.ts';
import { auditLines, checkLines, haltLines, resumeLines, statusLines } from './print.ts';

/** 0: done. 1: refused, or it failed. 2: done in part. 64: bad usage or configuration. */
type ExitCode = 0 | 1 | 2 | 64;

/**
 * An operator's hand tools: they do what the broker would, through the database and the stoppers themselves, with or
 * without a broker running beside them (which notices). Output on stdout, what went wrong on stderr.
 */
export async function runHandTool(argv: readonly string[]): Promise<ExitCode> {
  let given: HandArguments;
  let config: PrincipalConfig;
  try {
    given = readArguments(argv, process.env);
    config = await loadConfig(given.config);
  } catch (error) {
    warn(`${describe(error)}\n${USAGE}`);
    return 64;
  }
  let assembled: Assembled | null = null;
  try {
    const evenWithoutDatabase = given.command.verb === 'halt';
    assembled = assembleBroker(config, warn, { here: false, evenWithoutDatabase });
    return await perform(given.command, assembled.broker, config, given.json);
  } catch (error) {
    warn(describe(error));
    return 1;
  } finally {
    await assembled?.close();
  }
}

async function perform(
  command: HandCommand,
  broker: Broker,
  config: PrincipalConfig,
  json: boolean,
): Promise<ExitCode> {
  const say = (value: unknown, lines: readonly string[]): void => {
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(''));
  };
  const actor = `${userInfo().username} by hand`;
  switch (command.verb) {
    case 'status': {
      const status = broker.status();
      say(status, statusLines(status));
      return 0;
    }
    case 'audit': {
      if (command.verify) {
        const check = broker.auditCheck();
        say(check, checkLines(check));
        return check.ok ? 0 : 1;
      }
      const entries = broker.auditTrail(command.after, command.limit);
      say({ audit: entries }, auditLines(entries));
      return 0;
    }
    case 'resume': {
      const second = command.secondOnStdin ? consenting(config, await firstLine()) : null;
      if (command.secondOnStdin && second === null) return refused('that is no token of an operator');
      const report = await broker.resume({ ...command.request, second }, actor);
      if ('refused' in report) return refused(report.why);
      say(report, resumeLines(report));
      return report.result === 'failed' || !report.recorded ? 2 : 0;
    }
    case 'halt': {
      const phrase = command.phraseOnStdin ? await firstLine() : null;
      const report = await broker.halt({ ...command.request, phrase }, actor);
      if ('refused' in report) return refused(report.why);
      say(report, haltLines(report));
      if (report.complete) return 0;
      if (command.once) return 2;
      return await keepTrying(broker, say, digest(report));
    }
  }
}

/** The broker inside this process tries again and again; this waits for it, until it is done or somebody ends the tool. */
async function keepTrying(
  broker: Broker,
  say: (value: unknown, lines: readonly string[]) => void,
  said: string,
): Promise<ExitCode> {
  warn('the halt is INCOMPLETE: trying again until it is complete (Ctrl-C ends this)');
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  let last = said;
  while (!ended) {
    const status = broker.status();
    const text = digest(status);
    if (text !== last) say(status, statusLines(status));
    last = text;
    if (status.level === 0) return 1;
    if (status.complete) return 0;
    await pause(200);
  }
  return 2;
}

/** The name of the operator whose token this is; null where it is nobody's. */
function consenting(config: PrincipalConfig, token: string): string | null {
  const caller = tokenReader(config.tokens)(`Bearer ${token.trim()}`);
  return caller?.role === 'operator' || caller?.role === 'second-operator' ? caller.name : null;
}

/** What is worth saying again when it changes. */
function digest({ level, complete, incomplete, recorded }: Status): string {
  return JSON.stringify([level, complete, incomplete, recorded]);
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}

function refused(why: string): ExitCode {
  warn(`refused: ${why}`);
  return 1;
}

function warn(text: string): void {
  process.stderr.write(`principal: ${text}\n`);
}
