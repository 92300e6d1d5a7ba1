import type { HostFile, ServiceFile } from './inventory-schema.ts';

const USUAL_COMMAND = {
  launchd: 'launchctl',
  systemd: 'systemctl',
  supervisord: 'supervisorctl',
  pm2: 'pm2',
};

/**
 * The command by which a service's manager starts it. All four have `start LABEL` (launchctl(1), systemctl(1), supervisorctl, pm2);
 * launchd wants `kickstart` where the label names its domain, as in `gui/501/com.example.hermes`.
 */
export function startCommand(
  host: HostFile | undefined,
  { label, scope }: Pick<ServiceFile, 'label' | 'scope'>,
): readonly string[] | null {
  if (host === undefined || host.manager === 'none' || label === undefined) return null;
  const command = host['manager-command'] ?? USUAL_COMMAND[host.manager];
  const config = host['manager-config'];
  switch (host.manager) {
    case 'launchd':
      return [command, label.includes('/') ? 'kickstart' : 'start', label];
    case 'systemd':
      return [command, ...(scope === 'user' ? ['--user'] : []), 'start', label];
    case 'supervisord':
      return [command, ...(config === undefined ? [] : ['-c', config]), 'start', label];
    case 'pm2':
      return [...(config === undefined ? [] : ['env', `PM2_HOME=${config}`]), command, 'start', label];
  }
}
