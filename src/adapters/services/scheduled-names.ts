import type { Host, Manager, Service } from '../../drill/model/inventory.ts';

const COMMANDS: Readonly<Partial<Record<Manager, string>>> = {
  launchd: 'launchctl',
  systemd: 'systemctl',
  supervisord: 'supervisorctl',
  pm2: 'pm2',
};

/**
 * By what an entry of cron or at would start a service: its script or, where it has none, its executable; its label. A bare word such
 * as `hermes` may be anything, and counts only beside the command of its manager: `hermes<tab>systemctl`.
 */
export function scheduledNames(
  { label, match }: Pick<Service, 'label' | 'match'>,
  { manager, managerCommand }: Pick<Host, 'manager' | 'managerCommand'>,
): readonly string[] {
  const command = lastPart(managerCommand ?? COMMANDS[manager] ?? '');
  // Where there is a script, the executable is what many others run, too: a shell, an interpreter.
  const words = [
    match.script ?? match.exe,
    label,
    lastPart(label ?? ''),
    lastPart(label ?? '').replace(/\.service$/, ''),
  ];
  const names = words.flatMap((word) => {
    if (!word) return [];
    if (/[./:]/.test(word)) return [word];
    return command === '' ? [] : [`${word}\t${command}`];
  });
  return [...new Set(names)];
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
