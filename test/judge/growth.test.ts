import { expect, it } from 'vitest';
import { judge } from '../../src/drill/09-judge/verdict/judge.ts';
import { cleanLevel2, journalOf } from './scenario.ts';

it('the judges take time in proportion to the evidence, not to its square', () => {
  const journal = (endMs: number) => {
    const s = cleanLevel2();
    s.endMs = endMs;
    const [sample] = s.lives;
    for (let pid = 1000; pid < 1300 && sample !== undefined; pid += 1) {
      for (const host of ['knox', 'tesseract']) {
        const ppid = pid % 3 === 0 ? 1 : pid - 1;
        s.lives.push({ ...sample, pid, pgrp: pid - (pid % 7), ppid, start: pid, hosts: [host] });
      }
    }
    return journalOf(s);
  };
  // Processor time, which other programs do not lengthen as they do a stopwatch's.
  const cost = (entries: ReturnType<typeof journal>): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const from = process.cpuUsage();
        judge(entries, { today: '2026-11-22', strict: false });
        return process.cpuUsage(from).user;
      }),
    );
  // Four times the evidence: 4 if linear, 16 if quadratic.
  expect(cost(journal(80_000)) / cost(journal(20_000))).toBeLessThan(10);
});
