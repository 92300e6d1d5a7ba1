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
