import { expect, it } from 'vitest';
import { scheduledNames } from './scheduled-names.ts';

const on = (manager: Parameters<typeof scheduledNames>[1]['manager'], managerCommand: string | null = null) =>
  ({ manager, managerCommand }) as const;

it.each([
  ['systemd', 'hermes.service', ['/opt/hermes.py', 'hermes.service', 'hermes\tsystemctl']],
  ['launchd', 'gui/501/com.acme.hermes', ['/opt/hermes.py', 'gui/501/com.acme.hermes', 'com.acme.hermes']],
  ['supervisord', 'agents:hermes', ['/opt/hermes.py', 'agents:hermes']],
  ['supervisord', 'hermes', ['/opt/hermes.py', 'hermes\tsupervisorctl']],
  ['pm2', 'hermes', ['/opt/hermes.py', 'hermes\tpm2']],
  ['none', 'hermes', ['/opt/hermes.py']],
  ['none', null, ['/opt/hermes.py']],
] as const)('of a service of %s with the label %s', (manager, label, names) => {
  expect(
    scheduledNames({ label, match: { script: '/opt/hermes.py', exe: '/usr/bin/python3' } }, on(manager)),
  ).toEqual(names);
});

it('take the executable where there is no script, and the manager’s command as the inventory names it', () => {
  expect(scheduledNames({ label: null, match: { exe: '/opt/bin/hermes' } }, on('none'))).toEqual([
    '/opt/bin/hermes',
  ]);
  expect(scheduledNames({ label: 'hermes', match: {} }, on('pm2', '/opt/node/bin/pm2-prod'))).toEqual([
    'hermes\tpm2-prod',
  ]);
});
