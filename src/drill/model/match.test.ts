import { describe, expect, it } from 'vitest';
import { matches } from './match.ts';
import { absent, present, unreadable } from './reading.ts';

const node = {
  argv: present(['node', '--enable-source-maps', '/opt/bin/hermes', '--verbose']),
  exe: present('/usr/bin/node'),
};

describe('matches', () => {
  it.each([
    ['the script an interpreter runs', { script: '/opt/bin/hermes' }, node],
    ['the executable', { exe: '/usr/bin/node' }, node],
    [
      'an executable that was replaced on disk',
      { exe: '/usr/bin/node' },
      { ...node, exe: present('/usr/bin/node (deleted)') },
    ],
    ['argv[0]', { argv0: 'node' }, node],
    ['all keys at once', { argv0: 'node', exe: '/usr/bin/node', script: '/opt/bin/hermes' }, node],
  ])('says yes to %s', (_, match, detail) => expect(matches(match, detail)).toEqual({ is: 'yes' }));

  it.each([
    ['a longer path', { script: '/opt/bin/herm' }, node],
    [
      'a name that is only somewhere in the line',
      { script: '/opt/bin/hermes' },
      { ...node, argv: present(['vi', '-R', '/tmp/x', '/opt/bin/hermes']) },
    ],
    ['one key of two', { exe: '/usr/bin/node', script: '/opt/bin/shiva' }, node],
    ['a kernel thread', { exe: '/usr/bin/node' }, { argv: present([]), exe: absent }],
    [
      'an unreadable executable, where argv decides',
      { exe: '/usr/bin/node', script: '/opt/bin/shiva' },
      { ...node, exe: unreadable('EACCES') },
    ],
  ])('says no to %s', (_, match, detail) => expect(matches(match, detail)).toEqual({ is: 'no' }));

  it('does not know where what would decide cannot be read', () => {
    expect(matches({ exe: '/usr/bin/node' }, { ...node, exe: unreadable('permission denied') })).toEqual({
      is: 'unknown',
      reason: 'exe: permission denied',
    });
    expect(matches({ script: '/opt/bin/hermes' }, { ...node, argv: unreadable('gone') }).is).toBe('unknown');
  });
});
