import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../../test/fakes/fake-fleet.ts';
import { present, unreadable } from '../model/reading.ts';
import { classify } from './classify.ts';

const plan = fakePlan();
const print = (text: string): string => `#${text.length}`;
const detail = (...argv: string[]) => ({
  pid: 7,
  start: 70,
  uid: 0,
  argv: present(argv),
  exe: present('/usr/bin/node'),
  cgroup: null,
});

describe('classify', () => {
  it('keeps argv and executable of a candidate', () => {
    expect(classify(detail('node', '/opt/bin/hermes'), plan, print)).toMatchObject({
      services: ['hermes'],
      argv: ['node', '/opt/bin/hermes'],
      exe: '/usr/bin/node',
    });
  });

  it('keeps only a fingerprint of a stranger', () => {
    const stranger = classify(detail('mysql', '--password=hunter2'), plan, print);
    expect(stranger.services).toEqual([]);
    expect(JSON.stringify(stranger)).not.toContain('hunter2');
    expect(stranger.fingerprint).toMatch(/^#\d+$/);
  });

  it('says of what cannot be read that it is undecided, not that it is a stranger', () => {
    const unread = { ...detail(), argv: unreadable('permission denied') };
    expect(classify(unread, plan, print).undecided).toContainEqual({
      service: 'hermes',
      reason: 'argv: permission denied',
    });
  });

  it('recognises the runner’s own canary by its fleet', () => {
    const argv = ['sh', '-c', ': a canary', 'haltproof-canary', 'test', 'd-1.k7', '99'];
    expect(classify(detail(...argv), plan, print)).toMatchObject({ canary: 'd-1.k7', services: [] });
    expect(classify(detail(...argv.with(4, 'another-fleet')), plan, print).canary).toBeNull();
  });

  it('lets no service hide behind the words of a canary or the probe', () => {
    const hiding = detail('node', '/opt/bin/hermes', 'haltproof-canary', 'test', 'd-1.k7', 'haltproof-probe');
    expect(classify(hiding, plan, print).services).toEqual(['hermes']);
  });
});
