import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Behaviour } from '../hostile/hostile-host.ts';
import { type SwitchFleet, startSwitchFleet } from './switch-fleet.ts';

const ENGINE = fileURLToPath(new URL('../hostile/engine.mjs', import.meta.url));

export interface HostileFleet extends SwitchFleet {
  /** Where the container engine stands that has to be found first. */
  readonly bin: string;
}

/**
 * A fleet of two hosts: `here` is honest and has what is to be stopped; `knox` has what is to stay, and from the halt on answers in the
 * way that `behaviour` names. With `calm` it stays as it is. `hostname`: what it says that its name is, all along.
 */
export function startHostileFleet(folder: string, behaviour: Behaviour, hostname = 'knox'): HostileFleet {
  const fleet = startSwitchFleet(
    folder,
    behaviour === 'calm' ? '' : `case $1 in halt) : > ${folder}/hostile ;; esac`,
  );
  const bin = join(folder, 'engine');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh\nexec ${process.execPath} ${ENGINE} ${folder} ${behaviour} "$@"\n`,
  );
  chmodSync(join(bin, 'docker'), 0o755);
  writeFileSync(join(folder, 'boot-id'), '5bd2f4a1-2a3e-4c47-9f0e-3f4f0a1f6a11\n');
  writeFileSync(join(folder, 'machine-id'), `${'c'.repeat(32)}\n`);
  writeFileSync(join(folder, 'hostname'), `${hostname}\n`);
  const inventory = join(folder, 'inventory.yaml');
  // A name of its own: a drill of another such fleet is none of this one.
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const text = readFileSync(inventory, 'utf8')
    .replace('fleet: scripts', `fleet: ${name}`)
    .replace(
      'services:\n',
      '  knox: { transport: container, engine: docker, container: knox, on: here, manager: none }\nservices:\n',
    )
    .replace(
      `sentinel: { host: here, match: { script: ${folder}/bin/`,
      `sentinel: { host: knox, match: { script: ${folder}/box/`,
    );
  writeFileSync(inventory, text);
  return { ...fleet, bin };
}
