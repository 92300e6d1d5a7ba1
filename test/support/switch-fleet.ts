import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const AGENTS = ['hermes', 'shiva', 'sentinel'] as const;
type Agent = (typeof AGENTS)[number];

/** Real processes on this machine whose kill switch is a shell script, and nothing else. */
export interface SwitchFleet {
  readonly folder: string;
  /** What the script was called with, call by call. */
  calls(): string[];
  run(...argv: string[]): void;
  end(): void;
}

/**
 * Writes the agents, the switch and the files of an operator into a folder, and starts the agents. `faults` are lines of shell that the
 * script runs first, with the operation in `$1`.
 */
export function startSwitchFleet(folder: string, faults = ''): SwitchFleet {
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'run'));
  mkdirSync(join(folder, 'drills'));
  for (const agent of AGENTS) writeFileSync(join(folder, 'bin', agent), 'setInterval(() => {}, 1000);\n');
  const script = join(folder, 'bin', 'switch');
  writeFileSync(script, switchScript(folder, faults));
  chmodSync(script, 0o755);
  writeFileSync(join(folder, 'inventory.yaml'), inventoryOf(folder));
  writeFileSync(join(folder, 'drills', 'level-2.yaml'), DRILL);
  const run = (...argv: string[]): void => {
    const { status, stderr } = spawnSync(script, argv, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`switch ${argv.join(' ')}: ${stderr}`);
  };
  for (const agent of AGENTS) run('start', agent);
  return {
    folder,
    calls: () =>
      readFileSync(join(folder, 'calls'), 'utf8')
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('start')),
    run,
    end: () => {
      for (const agent of AGENTS) run('stop', agent);
    },
  };
}

function switchScript(folder: string, faults: string): string {
  return `#!/bin/sh
cd ${folder} || exit 9
echo "$*" >> calls
${faults}
start() {
  kill -0 "$(cat run/$1 2>/dev/null)" 2>/dev/null && return
  setsid ${process.execPath} ${folder}/bin/$1 </dev/null >/dev/null 2>&1 &
  echo $! > run/$1
}
stop() { kill -9 "$(cat run/$1)" 2>/dev/null; rm -f run/$1; }
case $1 in
  start) start $2 ;;
  stop) stop $2 ;;
  halt) stop hermes; stop shiva; echo halted ;;
  resume) start hermes; start shiva ;;
  *) exit 8 ;;
esac
exit 0
`;
}

function inventoryOf(folder: string): string {
  const service = (name: Agent): string =>
    `  ${name}: { host: here, match: { script: ${folder}/bin/${name} }, start: [${folder}/bin/switch, start, ${name}] }\n`;
  return `fleet: scripts
hosts:
  here: { transport: local, manager: none }
services:
${AGENTS.map(service).join('')}broker:
  halt: { command: { run: [${folder}/bin/switch, halt, $level, $reason] } }
  resume: { command: { host: here, run: [${folder}/bin/switch, resume] }, without-ownership: accepted }
`;
}

const DRILL = `name: level-2-halt-by-script
title: Halt by the script
level: 2
within: 5s
hold: 3s
stops: [hermes, shiva]
keeps: [sentinel]
`;
