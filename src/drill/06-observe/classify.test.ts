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

  it('knows whose canary or probe it is, of its own fleet only', () => {
    const canary = ['sh', '-c', ':', 'haltdrill-canary', 'test', 'd-2.w0rd', '1800000000'];
    expect(classify(detail(...canary), plan, print)).toMatchObject({
      canary: 'd-2.w0rd',
      runner: { kind: 'canary', drillId: 'd-2', endsS: 1_800_000_000 },
    });
    expect(classify(detail(...canary.slice(0, -1), 'soon'), plan, print).runner?.endsS).toBeNull();
    const probe = ['sh', '-c', ':', 'haltdrill-probe', 'test', 'd-2', '10'];
    const seen = classify(detail(...probe), plan, print);
    expect(seen).toMatchObject({ canary: null, runner: { kind: 'probe', drillId: 'd-2', endsS: null } });
    // A probe is a stranger in all else: its whole script is in its argv.
    expect(seen.argv).toBeUndefined();
    for (const other of [canary, probe])
      expect(classify(detail(...other.with(4, 'elsewhere')), plan, print).runner).toBeUndefined();
  });

  it('S4: of a relative path that would be elsewhere now, whoever is another service for certain is no doubt', () => {
    const twins = {
      ...plan,
      services: ['a', 'b'].map((name) => ({
        ...(plan.services[0] as (typeof plan.services)[number]),
        name,
        match: { script: `/opt/${name}/main.py` },
        leaves: [],
      })),
    };
    const said = (cwd: string): unknown => {
      const one = { ...detail('python3', 'main.py'), exe: present('/usr/bin/python3'), cwd: present(cwd) };
      const { services, undecided } = classify(one, twins, print);
      return [services, undecided.map(({ service }) => service)];
    };
    expect(said('/opt/b')).toEqual([['b'], []]);
    expect(said('/')).toEqual([[], ['a', 'b']]);
  });

  it('B8: takes a program whose file was replaced while it ran for the same one', () => {
    const of = (exe: string): string =>
      classify({ ...detail('node', '/opt/bin/hermes'), exe: present(exe) }, plan, (text) => text).fingerprint;
    expect(of('/usr/bin/node (deleted)')).toBe(of('/usr/bin/node'));
    expect(of('/usr/bin/node20')).not.toBe(of('/usr/bin/node'));
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
    const argv = ['sh', '-c', ': a canary', 'haltdrill-canary', 'test', 'd-1.k7', '99'];
    expect(classify(detail(...argv), plan, print)).toMatchObject({ canary: 'd-1.k7', services: [] });
    expect(classify(detail(...argv.with(4, 'another-fleet')), plan, print).canary).toBeNull();
  });

  it('lets no service hide behind the words of a canary or the probe', () => {
    const hiding = detail('node', '/opt/bin/hermes', 'haltdrill-canary', 'test', 'd-1.k7', 'haltdrill-probe');
    expect(classify(hiding, plan, print).services).toEqual(['hermes']);
  });
});
