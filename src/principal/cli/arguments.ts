import { parseArgs } from 'node:util';
import type { HaltRequest, HeldDecision, ResumeRequest } from '../parts.ts';

export const USAGE = `usage: principal halt LEVEL --reason TEXT [--asset ASSET] [--phrase-stdin] [--once]
       principal status
       principal resume --level LEVEL --revision N [--incident ID] --reason TEXT [--holder N]
                        [--held keep|deliver|discard] [--second-token-stdin]
       principal audit [--after N] [--limit N] [--verify]
       principal --config FILE            serves
Every one takes --config FILE (else PRINCIPAL_CONFIG, else ./principal.yaml) and --json.
They work on the database and the hosts themselves, whether the broker answers or not.`;

export type HandCommand =
  | {
      readonly verb: 'halt';
      readonly request: HaltRequest;
      readonly phraseOnStdin: boolean;
      readonly once: boolean;
    }
  | { readonly verb: 'status' }
  | { readonly verb: 'resume'; readonly request: ResumeRequest; readonly secondOnStdin: boolean }
  | {
      readonly verb: 'audit';
      readonly after: number;
      readonly limit: number | undefined;
      readonly verify: boolean;
    };

export interface HandArguments {
  readonly command: HandCommand;
  readonly config: string;
  readonly json: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const common = { config: text, json: flag } as const;

/** Throws an Error that says what is wrong with the call. */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv): HandArguments {
  const [verb, ...args] = argv;
  const finish = (command: HandCommand, values: { config?: string; json: boolean }): HandArguments => ({
    command,
    config: values.config ?? env.PRINCIPAL_CONFIG ?? 'principal.yaml',
    json: values.json,
  });
  if (verb === 'halt') {
    const options = { ...common, reason: text, asset: text, 'phrase-stdin': flag, once: flag } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (positionals.length !== 1) throw new Error('halt takes one level');
    const level = whole(positionals[0], 'the level', 1);
    const request = { level, asset: values.asset ?? null, reason: given(values.reason, '--reason') };
    const { once, 'phrase-stdin': phraseOnStdin } = values;
    return finish({ verb, request, phraseOnStdin, once }, values);
  }
  if (verb === 'status') return finish({ verb }, parseArgs({ args, options: common }).values);
  if (verb === 'resume') {
    const options = {
      ...common,
      level: text,
      revision: text,
      incident: text,
      reason: text,
      holder: text,
      held: text,
      'second-token-stdin': flag,
    } as const;
    const { values } = parseArgs({ args, options });
    const request: ResumeRequest = {
      level: whole(values.level, '--level', 1),
      revision: whole(values.revision, '--revision', 0),
      incident: values.incident ?? null,
      reason: given(values.reason, '--reason'),
      holder: values.holder === undefined ? null : whole(values.holder, '--holder', 1),
      held: decision(values.held ?? 'keep'),
      byHand: true,
    };
    return finish({ verb, request, secondOnStdin: values['second-token-stdin'] }, values);
  }
  if (verb === 'audit') {
    const { values } = parseArgs({
      args,
      options: { ...common, after: text, limit: text, verify: flag } as const,
    });
    const after = whole(values.after ?? '0', '--after', 0);
    const limit = values.limit === undefined ? undefined : whole(values.limit, '--limit', 1);
    return finish({ verb, after, limit, verify: values.verify }, values);
  }
  throw new Error(`there is no command ${verb ?? ''}`);
}

function given(value: string | undefined, name: string): string {
  if (value === undefined || value.trim() === '') throw new Error(`${name} is missing`);
  return value;
}

function whole(value: string | undefined, name: string, least: number): number {
  if (value === undefined || !/^\d{1,15}$/.test(value) || Number(value) < least) {
    throw new Error(`${name}: a whole number, ${least} or more`);
  }
  return Number(value);
}

function decision(value: string): HeldDecision {
  if (value === 'keep' || value === 'deliver' || value === 'discard') return value;
  throw new Error('--held: keep, deliver or discard');
}
