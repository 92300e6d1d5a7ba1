import { z } from 'zod';
import type { StopCondition } from '../model/stop-condition.ts';
import { duration, name, oneOf, section, someOf, text } from './fields.ts';
import { note } from './note.ts';

/** The shape of one item of `stop-when` in a drill. That it has exactly one condition is checked in stop-when-rules.ts. */

const on = () =>
  z.literal(true, { error: note({ expected: 'true', fix: 'write true, or take the condition away' }) });

const quantity = z
  .number({ error: note({ expected: 'a number, 0 or more', fix: 'write such a number' }) })
  .min(0, { error: note({ expected: 'a number, 0 or more', fix: 'write such a number' }) });

export const stopWhenSchema = section('a stop condition', {
  'survivor-dies': on()
    .exactOptional()
    .describe('A root process of a service in keeps ends, other than by the crash of this drill.'),
  'position-exceeds': section('a bound on a position', {
    asset: text(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/, {
      expected: 'an asset such as BTC-USD',
      fix: 'write it as the exchange does',
    }).describe('The asset, as the exchange spells it.'),
    bound: quantity.describe('The absolute position that is still allowed.'),
  })
    .exactOptional()
    .describe('The absolute position in an asset at the exchange is over a bound.'),
  'host-lost': section('how long a host may be lost', {
    for: duration().describe('How long no good sample came from a host.'),
  })
    .exactOptional()
    .describe('A host gave no good sample for that long.'),
  'foreign-incident': on()
    .exactOptional()
    .describe(
      'A halt or incident that is not of this drill, or a level above its own. It is always watched for, and means: touch nothing, resume nothing.',
    ),
  command: section('a command to be watched', {
    host: name('a host, or controller').describe('A host of the inventory, or controller.'),
    run: someOf(
      'words of a command',
      text(/./, { expected: 'a word of a command', fix: 'write each argument by itself' }),
    ).describe('The command word by word. No shell reads it.'),
    every: duration().prefault('5s').describe('How often it is run.'),
    within: duration().prefault('10s').describe('How soon it must have ended; at most 30s.'),
  })
    .exactOptional()
    .describe('A command ends with another code than 0, or does not end in time.'),
  // biome-ignore lint/suspicious/noThenProperty: a key that operators write; nobody awaits a schema's shape.
  then: oneOf(['resume', 'hold'])
    .exactOptional()
    .describe(
      'resume (the default): the drill ends at once and undoes its halt. hold: it stops acting and leaves the fleet halted.',
    ),
}).describe('What ends the drill early.');

export type StopWhenFile = z.output<typeof stopWhenSchema>;

/** Has been checked: exactly one condition is there. */
export function toStopCondition(file: StopWhenFile): StopCondition {
  const { then: action = 'resume', command } = file;
  if (file['foreign-incident'] !== undefined) return { when: 'foreign-incident', action: 'hands-off' };
  if (file['position-exceeds'] !== undefined)
    return { when: 'position-exceeds', action, ...file['position-exceeds'] };
  if (file['host-lost'] !== undefined) return { when: 'host-lost', action, forMs: file['host-lost'].for };
  if (command === undefined) return { when: 'survivor-dies', action };
  return {
    when: 'command',
    action,
    host: command.host === CONTROLLER ? null : command.host,
    run: command.run,
    everyMs: command.every,
    withinMs: command.within,
  };
}

export const CONTROLLER = 'controller';
