import { readFileSync } from 'node:fs';
import { pidFileOf } from './daemons/daemon.ts';
import { labelOf, services } from './fleet.ts';
import type { LabLayout } from './layout.ts';
import type { Fleet } from './start-fleet.ts';

/** What `npm run lab` prints: the fleet with its pids, and commands with which to look at it and to halt it. */
export function howToLookAt(lab: LabLayout, { env }: Fleet, variant: string, about: string): string {
  const bearer = `-H @${lab.operatorHeader}`;
  const halt = `-H 'Content-Type: application/json' -d '{"level":2,"reason":"a look"}'`;
  const ssh =
    `ssh -F /dev/null -p ${env.TESSERACT_PORT} -i ${env.TESSERACT_KEY} -o IdentitiesOnly=yes ` +
    `-o UserKnownHostsFile=${env.TESSERACT_KNOWN_HOSTS} ${env.TESSERACT_USER}@${env.TESSERACT_ADDRESS}`;
  const rows = services.map(({ name, host }) => {
    const pid = readFileSync(pidFileOf(lab[host].root, name), 'utf8').trim();
    return `  ${host.padEnd(10)} ${name.padEnd(13)} ${pid.padStart(8)}  ${labelOf(name)}`;
  });
  return [
    `The lab is up: ${variant} (${about}). Ctrl-C stops it.`,
    '',
    `  ${'host'.padEnd(10)} ${'service'.padEnd(13)} ${'pid'.padStart(8)}  label`,
    ...rows,
    '',
    'The broker: its state, a halt, its audit log',
    `  curl -s ${bearer} ${env.PRINCIPAL_URL}/v1/status`,
    `  curl -s ${bearer} ${halt} ${env.PRINCIPAL_URL}/v1/halt`,
    `  curl -s ${bearer} ${env.PRINCIPAL_URL}/v1/audit`,
    'The exchange: positions and orders',
    `  curl -s ${env.EXCHANGE_URL}/v1/book`,
    'The hosts',
    `  ${lab.knox.launchctl} list`,
    `  ${ssh} launchctl list`,
    `  ${ssh} launchctl print ${labelOf('hermes')}`,
    'What the daemons say, and the heartbeats of the watchers',
    `  tail -n +1 ${lab.root}/*/var/log/*.log`,
    `  tail -n +1 ${lab.knox.run}/*.heartbeat`,
    '',
  ].join('\n');
}
