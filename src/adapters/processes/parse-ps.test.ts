import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { localTransport } from '../transports/local.ts';
import { listedRemotely } from './cross-check.ts';
import { PS_SCRIPT, parsePs } from './parse-ps.ts';

const PROCPS =
  'self 4321\n      1       0 Ss\n      2       0 S\n   4321       1 S+\n   4322    4321 R+\nend 0\n';
const MACOS = 'self 991\n    1     0 Ss  \n  991   990 S+  \n  992   991 R+  \nend 0\n';
const BUSYBOX = 'self 77\n    1     0 S   \n   77     1 S   \n   78    77 R   \n   90     1 DW< \nend 0\n';

describe('what ps lists', () => {
  it.each([
    ['procps', PROCPS, [1, 2, 4321, 4322]],
    ['macOS', MACOS, [1, 991, 992]],
    ['busybox', BUSYBOX, [1, 77, 78, 90]],
  ])('is read from %s', (_, answer, pids) => {
    const reading = parsePs(answer);
    expect(reading.kind === 'present' && reading.value.map(({ pid }) => pid)).toEqual(pids);
  });

  it.each([
    ['ps failed', PROCPS.replace('end 0', 'end 1')],
    ['the one that asks is not listed', PROCPS.replace('   4321       1 S+\n', '')],
    ['a line is odd', PROCPS.replace('S\n', 'S 7 8 9\n')],
    ['a header came', PROCPS.replace('4321\n', '4321\n  PID  PPID STAT\n')],
    ['one is listed twice', PROCPS.replace('end', '      2       0 S\nend')],
    ['ps is not there', 'self 4321\nend 127\n'],
  ])('is unreadable where %s', (_, answer) => {
    expect(parsePs(answer).kind).toBe('unreadable');
  });

  it('is what runs here, and not what does not', async () => {
    const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    const connection = await localTransport().open();
    try {
      const asked = [1, process.pid, gone];
      expect(await listedRemotely(connection, asked)).toEqual({ kind: 'present', value: [1, process.pid] });
    } finally {
      await connection.close();
    }
    expect(PS_SCRIPT).not.toContain("'");
  });
});
