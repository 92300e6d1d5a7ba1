import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, requireFreshBuild, run } from './support/haltdrill.ts';
import { needs } from './support/needs.ts';

beforeAll(requireFreshBuild);

/** A real supervisord whose programs are the fleet, and a kill switch that is a script. */

const NAMES = ['hermes', 'sentinel', 'shiva'];

describe('a fleet of which nothing is written down yet', needs('supervisord'), () => {
  let folder: string;
  let daemon: ReturnType<typeof spawn>;
  const config = (): string => join(folder, 's.conf');

  beforeAll(async () => {
    folder = ownFolder();
    mkdirSync(join(folder, 'bin'));
    for (const name of NAMES) writeFileSync(join(folder, 'bin', name), 'setInterval(() => {}, 1000);\n');
    const programs = NAMES.map(
      (name) => `[program:${name}]\ncommand=${process.execPath} ${folder}/bin/${name}\nstopasgroup=true\n`,
    );
    writeFileSync(
      config(),
      `[unix_http_server]
file=${folder}/s.sock
[supervisord]
logfile=${folder}/d.log
pidfile=${folder}/d.pid
childlogdir=${folder}
nodaemon=true
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/s.sock
${programs.join('')}`,
    );
    writeFileSync(
      join(folder, 'bin/switch'),
      `#!/bin/sh
case $1 in
  halt) exec supervisorctl -c ${config()} stop hermes shiva ;;
  resume) exec supervisorctl -c ${config()} start hermes shiva ;;
esac
exit 2
`,
    );
    chmodSync(join(folder, 'bin/switch'), 0o755);
    daemon = spawn('supervisord', ['-c', config()], { stdio: 'ignore' });
    await vi.waitFor(
      () => {
        const { stdout } = spawnSync('supervisorctl', ['-c', config(), 'status'], { encoding: 'utf8' });
        expect(stdout.match(/RUNNING/g)).toHaveLength(NAMES.length);
      },
      { timeout: 30_000 },
    );
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill();
    await ended;
  });

  it('is asked for, looked at, written down, and then drilled as it was written', async () => {
    const answers = [
      'traders',
      'local',
      'here',
      'supervisord',
      config(),
      '1-3',
      '',
      '1 3',
      '',
      '',
      `${folder}/bin/switch halt $level $reason`,
      `${folder}/bin/switch resume`,
      '',
      'yes',
    ];
    const asked = await run(['init'], { folder, stdin: `${answers.join('\n')}\n` });
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stderr).toMatch(/ 1 {2}hermes \S+node \S+\/bin\/hermes\n/);
    expect(asked.stdout).toContain('Written: inventory.yaml\nWritten: drills/level-2.yaml\n');

    const examined = await run(['doctor'], { folder });
    expect(examined.stdout, examined.stderr).toContain('hermes');

    // Half a minute of hold is for a fleet, not for a test.
    const drill = join(folder, 'drills/level-2.yaml');
    writeFileSync(drill, readFileSync(drill, 'utf8').replace('hold: 30s', 'hold: 3s'));
    const drilled = await run(['drill', '--level', '2', '--skip-gate', 'a test', '--json'], { folder });
    const verdict = JSON.parse(drilled.stdout) as Verdict;
    expect([drilled.code, verdict.verdict, verdict.findings], drilled.stderr).toEqual([0, 'pass', []]);
    expect(verdict.coverage.targets).toEqual({ declared: 2, proven: 2 });
  });
});
