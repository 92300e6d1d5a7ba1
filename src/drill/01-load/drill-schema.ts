import type { z } from 'zod';
import { GUARDS, type GuardName } from '../model/guards.ts';
import { duration, list, name, oneOf, section, sentence, text, whole } from './fields.ts';
import { stopWhenSchema } from './stop-when-schema.ts';
import { windowsShape } from './windows-schema.ts';

/** The shape of a file in `drills/`. What it says about the fleet is checked in drill-rules.ts. */

const asset = text(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/, {
  expected: 'an asset such as DOGE-USD',
  fix: 'write it as the exchange does',
});

const level = whole('a level', 1, 99);

export const effectsSchema = section('the effects', {
  silent: list('assets', asset)
    .prefault([])
    .describe('No order may be accepted for these after the deadline.'),
  flat: list('assets', asset)
    .prefault([])
    .describe('The position in these must be zero by the deadline and stay so, with no open orders.'),
  active: list('assets', asset)
    .prefault([])
    .describe('Orders for these must go on: the halt must not reach them.'),
});

export const drillSchema = section('a drill', {
  name: text(/^[a-z0-9]+(?:-[a-z0-9]+){0,15}$/, {
    expected: 'a name in lower-case words such as level-2-halt-trading',
    fix: 'write lower-case letters and digits, joined by "-"',
  }).describe('Stable name; proofs are filed under it.'),
  title: sentence('a short title').describe('What a reader sees.'),
  level: level.describe('The level that the trigger asks for.'),
  asset: asset.exactOptional().describe('The asset that a halt of one asset names.'),
  within: duration().describe('The deadline, counted from the trigger: the halt must be complete by then.'),
  hold: duration().describe('How long the halt must stay complete.'),
  baseline: duration().prefault('1500ms').describe('How long everything is watched before the trigger.'),
  'restore-within': duration().prefault('10s').describe('How soon after the resume everything must be back.'),
  settle: duration().prefault('1s').describe('How long it must then stay up.'),
  'crash-within': duration().prefault('10s').describe('How soon a crashed broker must answer again.'),
  'sample-every': duration()
    .prefault('100ms')
    .describe(
      'Time between two samples of one host, while something is to happen. In the hold it is a quarter of max-gap, 250 ms at the most, if that is longer.',
    ),
  'max-gap': duration()
    .prefault('1s')
    .describe('The longest gap between two samples that still counts as unbroken observation.'),
  stops: list('services', name('a service'))
    .prefault([])
    .describe('Services that must stop, and stay stopped.'),
  keeps: list('services', name('a service'))
    .prefault([])
    .describe('Services that must survive, in the same life, and still do their job.'),
  broker: section('what the broker must say', {
    level: level.describe('The level that API and store must show.'),
    incident: oneOf(['open', 'none']).describe('Whether an incident must be open.'),
  })
    .exactOptional()
    .describe(
      'What the broker must say while halted. By default the level of the drill, and an open incident.',
    ),
  effects: effectsSchema
    .exactOptional()
    .describe('What must be seen at the exchange while halted, by asset.'),
  guards: list('guards', oneOf(Object.keys(GUARDS) as [GuardName, ...GuardName[]]))
    .prefault([])
    .describe(
      'Requests that must be refused, each sent once. Before the trigger: no-token and wrong-token (this halt, with no or a made-up token), wrong-phrase (this halt, with a made-up phrase), phrase-at-wrong-level (a halt at the level below, with the phrase typed). While halted: message-to-halted (broker.messages of the inventory, to the first service of stops), resume-without-incident, resume-wrong-incident; and lower-level (a halt at the level below) and repeat (the same halt again), which may be accepted but must neither lower the halt nor open another incident. They need a broker whose revision, if it has one, grows by one with each halt. The first that is not refused ends the drill, and is undone.',
    ),
  'stop-when': list('stop conditions', stopWhenSchema)
    .prefault([])
    .describe('What ends the drill early, watched from the end of the baseline until the undo begins.'),
  crash: name('a service')
    .exactOptional()
    .describe(
      'The broker, to be killed with SIGKILL once the stop is proven: it must come back and still be halted.',
    ),
  resume: oneOf(['api', 'manual'])
    .prefault('api')
    .describe(
      "How the halt is lifted: by the broker's resume operation, or by the steps of manual-resume in the inventory.",
    ),
  phrase: oneOf(['none', 'typed'])
    .prefault('none')
    .describe(
      'Whether the operator must type a confirmation phrase. It is sent as $phrase and written nowhere.',
    ),
  ...windowsShape,
}).describe('What is triggered, what must stop, what must survive, and for how long.');

export type DrillFile = z.output<typeof drillSchema>;
