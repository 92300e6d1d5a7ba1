import { describe, expect, it } from 'vitest';
import { loadFleet } from './load-fleet.ts';
import { formatProblem } from './problem.ts';

const ALONE = `fleet: scripts
hosts:
  here: { transport: local, manager: none }
services:
  hermes: { host: here, match: { script: /bin/hermes }, start: [/bin/hermes] }
  sentinel: { host: here, match: { script: /bin/sentinel }, start: [/bin/sentinel] }
broker:
  halt: { command: { run: [/bin/switch, halt, $level, $asset, $reason] } }
  resume: { command: { host: here, run: [/bin/switch, resume] }, without-ownership: accepted }
`;
const STATUS =
  '  status: { command: { run: [/bin/switch, status] }, pick: { level: /l, incident: /i, reason: /r } }\n';
const OWNED = ALONE.replace(', without-ownership: accepted', '') + STATUS;
const DRILL = `name: level-2
title: Halt it
level: 2
within: 5s
hold: 6s
stops: [hermes]
keeps: [sentinel]
`;

function problems(inventory: string, drill = DRILL): string[] {
  const loaded = loadFleet(
    {
      inventory: { path: 'i.yaml', text: inventory },
      drill: { path: 'd.yaml', text: drill },
      knownIssues: null,
    },
    { env: () => undefined, resolvePath: (path) => path },
  );
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

describe('a kill switch that is a command', () => {
  it('needs no service, no address, no status and no state', () => {
    expect(problems(ALONE)).toEqual([]);
    expect(problems(OWNED)).toEqual([]);
  });

  it.each([
    [
      'is both a request and a command',
      ALONE.replace('halt: { ', 'halt: { request: POST /h, '),
      'either a request or a command',
    ],
    ['is neither', ALONE.replace(/halt: \{.*\}\n/, 'halt: {}\n'), 'either a request or a command'],
    [
      'is run on a host that is none',
      ALONE.replace('host: here, run', 'host: hare, run'),
      '"hare" is not a host',
    ],
    ['is given the phrase', ALONE.replace('$asset', '$phrase'), 'the halt command holds $phrase'],
    [
      'is given the second token',
      ALONE.replace('/bin/switch, resume', '/bin/switch, $second'),
      'the resume command holds $second',
    ],
    [
      'is chosen by a value',
      ALONE.replace('/bin/switch, halt', '/bin/switch-$level, halt'),
      'the name of the halt command holds $level',
    ],
    ['is given what stands for nothing', ALONE.replace('$asset', '$assets'), '"$assets" stands for nothing'],
    [
      'is a request without an address',
      ALONE.replace(/halt: \{.*\}\n/, 'halt: { request: POST /h, body: { l: $level, r: $reason } }\n'),
      'the broker has no address',
    ],
    [
      'does not carry the reason by which it would be known',
      OWNED.replace(', $reason', ''),
      'does not carry $reason',
    ],
    [
      'shows nobody whose it is, and nobody accepts that',
      ALONE.replace(', without-ownership: accepted', ''),
      'nothing would show whose halt is in force',
    ],
    [
      'is accepted to be anybody’s, though its state shows whose it is',
      ALONE + STATUS,
      'without-ownership, where the state shows',
    ],
    [
      'has a service of its reserved name',
      ALONE.replace(
        '  hermes:',
        '  kill-switch: { host: here, match: { script: /x }, start: [/x] }\n  hermes:',
      ),
      'goes by the name "kill-switch"',
    ],
    [
      'expects a place without a value',
      ALONE.replace('resume: { ', 'resume: { expect: { at: /ok }, '),
      '"at" and "equals" go together',
    ],
  ])('is refused where it %s', (_, inventory, says) => {
    expect(problems(inventory).join('\n')).toContain(says);
  });

  it('need not carry a reason that nothing would keep', () => {
    expect(problems(ALONE.replace(', $reason', ''))).toEqual([]);
  });
});

describe('a drill of it', () => {
  it.each([
    [
      'says what the broker must say',
      'broker: { level: 2, incident: open }\n',
      ALONE,
      'nothing could show it',
    ],
    ['resumes by hand', 'resume: manual\n', ALONE, 'nothing would show whose halt it is'],
    ['has a phrase typed', 'phrase: typed\n', ALONE, 'a command is never given a secret'],
    ['tries a guard on the command', 'guards: [repeat]\n', OWNED, 'the halt is a command'],
  ])('is refused where it %s', (_, more, inventory, says) => {
    expect(problems(inventory, DRILL + more).join('\n')).toContain(says);
  });

  it('may say what the broker must say where that can be asked for', () => {
    expect(problems(OWNED, `${DRILL}broker: { level: 2, incident: open }\n`)).toEqual([]);
  });

  it('cannot crash a broker that cannot be asked whether it is back', () => {
    const state = '  state: { sqlite: s.db, query: select level from s }\n';
    const owned = (ALONE.replace(', without-ownership: accepted', '') + state)
      .replace('broker:\n', 'broker:\n  service: sentinel\n')
      .replace('manager: none', 'manager: launchd')
      .replace(/start: \[\/bin\/(\w+)\]/g, 'label: $1');
    expect(problems(owned)).toEqual([]);
    expect(problems(owned, `${DRILL}crash: sentinel\n`).join('\n')).toContain(
      'cannot be asked whether it is back',
    );
    expect(problems(owned + STATUS, `${DRILL}crash: sentinel\n`)).toEqual([]);
    expect(problems(owned, `${DRILL}guards: [message-to-halted]\n`).join('\n')).toContain(
      'not both status and state',
    );
  });
});
