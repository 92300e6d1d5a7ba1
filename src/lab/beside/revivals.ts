import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { whenHalted } from '../daemons/other.ts';
import type { HostLayout } from '../layout.ts';
import { startProgram } from '../start-program.ts';
import { holdMs, maxGapMs } from '../variants/timing.ts';
import type { LabSite } from '../variants/variant.ts';

/** Somebody starts hermes again while it is halted, from its own script, by another command line than its supervisor's. */

interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it is started; the root of its host unless told otherwise. */
  readonly cwd?: string;
  readonly argv0?: string;
}

/** Starts it half a hold after it has gone down; it goes with this process. */
const revivedAs =
  (how: (host: HostLayout, script: string) => Start) =>
  async ({ lab }: LabSite): Promise<void> => {
    const host = lab.tesseract;
    const start = how(host, join(host.services, 'hermes'));
    whenHalted(lab.root, () => setTimeout(() => stray(start, host), holdMs / 2));
  };

function stray({ program, args, cwd, argv0 }: Start, host: HostLayout): ChildProcess {
  const name = argv0 === undefined ? {} : { argv0 };
  const child = startProgram(program, args, {
    cwd: cwd ?? host.root,
    stdio: 'ignore',
    detached: true,
    ...name,
  });
  process.on('exit', () => void child.kill('SIGKILL'));
  return child;
}

/** By `node -r MODULE`. */
export const withRequired = revivedAs((host, script) => {
  const module = join(host.etc, 'tracing.cjs');
  writeFileSync(module, '');
  return { program: process.execPath, args: ['-r', module, script] };
});

/** By `node --import MODULE`, and a flag before it. */
export const withImported = revivedAs((host, script) => {
  const module = join(host.etc, 'tracing.mjs');
  writeFileSync(module, '');
  return { program: process.execPath, args: ['--no-warnings', '--import', module, script] };
});

/** From the script's own folder, by its name alone. */
export const byRelativePath = revivedAs(({ services }) => ({
  program: process.execPath,
  args: ['hermes'],
  cwd: services,
}));

/** Under another name in argv[0], as `exec -a` gives it. */
export const underOtherName = revivedAs((_host, script) => ({
  program: process.execPath,
  args: [script],
  argv0: '/usr/sbin/ntpd',
}));

/** By `python3 -X dev`, where Python runs it. */
export const inDevelopmentMode = revivedAs((_host, script) => ({
  program: 'python3',
  args: ['-X', 'dev', script],
}));

/** Again and again, for a little longer each time than may go unseen. */
export async function overAndOver({ lab }: LabSite): Promise<void> {
  await new Promise((resolve) => whenHalted(lab.root, resolve));
  for (;;) {
    const program = { program: process.execPath, args: [join(lab.tesseract.services, 'hermes')] };
    const life = stray({ ...program, cwd: lab.knox.root }, lab.knox);
    await pause(1.2 * maxGapMs);
    life.kill('SIGKILL');
    await pause(maxGapMs / 4);
  }
}
