import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lineage } from './lineage.ts';
import { incarnationKey } from './process.ts';

const scope = { bootId: 'b', pidNamespace: 'n' };
const key = (pid: number, start = pid): string => incarnationKey(scope, { pid, start });

function lineage(
  ...rows: { pid: number; start?: number; ppid?: number; pgrp?: number; sid?: number; cgroup?: string }[]
): Lineage {
  const made = new Lineage();
  for (const { pid, start = pid, ppid = 1, pgrp = pid, sid = pid, cgroup = null } of rows) {
    made.note(scope, { pid, start, ppid, pgrp, sid, state: 'S' }, cgroup);
  }
  return made;
}

describe('Lineage.descendants', () => {
  it('follows parents, through several generations', () => {
    const family = lineage({ pid: 10 }, { pid: 11, ppid: 10 }, { pid: 12, ppid: 11 }, { pid: 20 });
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(11), key(12)]));
  });

  it('remembers a parent that a later sample no longer shows', () => {
    const family = lineage({ pid: 10 }, { pid: 11, ppid: 10 }, { pid: 11, ppid: 1 });
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(11)]));
  });

  it('finds a daemon that forked twice by the session it kept', () => {
    const family = lineage({ pid: 10 }, { pid: 12, ppid: 1, sid: 10, pgrp: 12 });
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(12)]));
  });

  it('does not take in those who share a session that a stranger leads', () => {
    const family = lineage(
      { pid: 5 },
      { pid: 10, ppid: 5, sid: 5, pgrp: 5 },
      { pid: 11, ppid: 5, sid: 5, pgrp: 5 },
    );
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set());
  });

  it('ends at another declared service', () => {
    const family = lineage({ pid: 10 }, { pid: 11, ppid: 10 }, { pid: 12, ppid: 11 });
    expect(family.descendants(new Set([key(10)]), { others: new Set([key(11)]) })).toEqual(new Set());
  });

  it('does not give the children of a stranger to a member whose pid the stranger reused', () => {
    const family = lineage({ pid: 10, start: 10 }, { pid: 10, start: 50 }, { pid: 60, start: 60, ppid: 10 });
    expect(family.descendants(new Set([key(10, 10)]))).toEqual(new Set());
    expect(family.descendants(new Set([key(10, 50)]))).toEqual(new Set([key(60)]));
  });

  it('finds by a cgroup of its own what nothing else ties to it', () => {
    const unit = '/system.slice/hermes.service';
    const family = lineage(
      { pid: 1, ppid: 0, cgroup: '/init.scope' },
      { pid: 10, cgroup: unit },
      { pid: 11, cgroup: unit },
    );
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(11)]));
  });

  it('ignores a cgroup in which somebody is older than the service: a login session, not a unit', () => {
    const session = '/user.slice/session-3.scope';
    const family = lineage(
      { pid: 4, cgroup: session },
      { pid: 10, cgroup: session },
      { pid: 11, cgroup: session },
    );
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set());
  });

  it.each([
    ['with whoever started it', { pid: 5, cgroup: '/cron.service' }, new Set<string>()],
    ['with another service', { pid: 6, cgroup: '/cron.service' }, new Set([key(6)])],
  ])('ignores a cgroup that it shares %s', (_, other, others) => {
    const family = lineage(
      other,
      { pid: 10, ppid: 5, cgroup: '/cron.service' },
      { pid: 11, cgroup: '/cron.service' },
    );
    expect(family.descendants(new Set([key(10)]), { others })).toEqual(new Set());
  });
});

describe('Lineage.keepOnly', () => {
  it('S6: keeps those by whom one that is left is tied to its family', () => {
    const family = lineage({ pid: 10 }, { pid: 11, ppid: 10 }, { pid: 12, ppid: 11 }, { pid: 20 });
    expect(family.keepOnly(new Set([key(10), key(12)]))).toEqual([key(20)]);
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(11), key(12)]));
  });

  it('S6: keeps those by whom one that is left is a helper’s, though it sits in the group of the service', () => {
    const family = lineage(
      { pid: 10 },
      { pid: 11, ppid: 10, pgrp: 10, sid: 10 },
      { pid: 12, ppid: 11, pgrp: 10, sid: 10 },
      { pid: 13, ppid: 12, pgrp: 10, sid: 10 },
    );
    const helpers = new Set([key(11)]);
    family.keepOnly(new Set([key(10), key(11), key(13)]));
    expect(family.descendants(new Set([key(10)]), { helpers })).toEqual(new Set());
  });

  it('S6: knows that somebody older sat in a cgroup, so that it is not the service’s own', () => {
    const family = new Lineage();
    for (const pid of [5, 10, 30])
      family.note(scope, { pid, start: pid, ppid: 1, pgrp: pid, sid: pid, state: 'S' }, '/session');
    expect(family.keepOnly(new Set([key(10), key(30)]))).toEqual([key(5)]);
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set());
  });

  it('S6: lets a stranger that bore the pid of a member stand for it, so that its children are not that member’s', () => {
    // 20 was a child of 10; its number went to a stranger, then to another, and both are gone.
    const family = lineage(
      { pid: 10 },
      { pid: 20, ppid: 10 },
      { pid: 20, start: 50 },
      { pid: 20, start: 70 },
    );
    family.keepOnly(new Set([key(10), key(20)]));
    for (const start of [60, 80])
      family.note(scope, { pid: start, start, ppid: 20, pgrp: start, sid: start, state: 'S' });
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(20)]));
  });

  it('S6: takes one back that was forgotten and is seen again', () => {
    const family = lineage({ pid: 10 }, { pid: 20, ppid: 10 }, { pid: 20, start: 50, ppid: 10 });
    family.keepOnly(new Set([key(10), key(20)]));
    family.note(scope, { pid: 20, start: 50, ppid: 10, pgrp: 20, sid: 20, state: 'S' });
    family.note(scope, { pid: 60, start: 60, ppid: 20, pgrp: 60, sid: 60, state: 'S' });
    expect(family.descendants(new Set([key(10)]))).toEqual(new Set([key(20), key(20, 50), key(60)]));
  });

  it('S6: changes nothing of whose those are that it keeps', () => {
    const pid = fc.integer({ min: 2, max: 9 });
    const life = fc.record({ pid, start: fc.nat(30), ppid: pid, pgrp: pid, sid: pid, wanted: fc.boolean() });
    fc.assert(
      fc.property(fc.array(life, { minLength: 2, maxLength: 40 }), fc.nat(), (lives, at) => {
        const [whole, thin] = [new Lineage(), new Lineage()];
        for (const { wanted: _, ...row } of lives)
          for (const one of [whole, thin]) one.note(scope, { ...row, state: 'S' }, row.sid > 5 ? '/a' : null);
        const keyOf = (of: { pid: number; start: number } | undefined): string =>
          key(of?.pid ?? 0, of?.start ?? 0);
        const roots = new Set([keyOf(lives[at % lives.length])]);
        const helpers = new Set([keyOf(lives[(at + 1) % lives.length])]);
        const wanted = new Set(lives.filter((one) => one.wanted).map(keyOf));
        const gone = new Set(thin.keepOnly(new Set([...wanted, ...roots, ...helpers])));
        const left = [...whole.descendants(roots, { helpers })].filter((one) => !gone.has(one));
        expect(thin.descendants(roots, { helpers })).toEqual(new Set(left));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the time that families take', () => {
  it('S6: grows with the processes, not with their square, in whatever order a host lists them', () => {
    const cost = (many: number): number => {
      // Each was started by the one that is listed after it; the service is the last.
      const family = lineage(
        ...Array.from({ length: many }, (_, at) => ({ pid: at + 2, start: many - at, ppid: at + 3 })),
      );
      const root = new Set([key(many + 1, 1)]);
      return Math.min(
        ...Array.from({ length: 5 }, () => {
          const from = process.cpuUsage();
          expect(family.descendants(root).size).toBe(many - 1);
          return process.cpuUsage(from).user;
        }),
      );
    };
    // Eight times the processes: 8 if linear, and more for what no longer fits a cache; 64 if quadratic.
    expect(cost(16_384) / cost(2_048)).toBeLessThan(32);
  });
});
