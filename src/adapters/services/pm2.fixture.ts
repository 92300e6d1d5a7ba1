/**
 * Answers of `pm2 jlist`, by pm2 7.0.4 on Node 20.20, as the probe's script cuts them down (the whole one has every application's
 * environment). Taken from a real daemon; names are made up. `hermes` was stopped by `pm2 stop`, `leverage` killed with SIGKILL once.
 */

const app = (
  name: string,
  pm_id: number,
  pid: number,
  status: string,
  env: Readonly<Record<string, unknown>>,
): object => ({
  pid,
  name,
  pm_id,
  pm2_env: {
    status,
    autorestart: true,
    restart_time: 0,
    unstable_restarts: 0,
    exec_interpreter: 'node',
    exec_mode: 'fork_mode',
    treekill: true,
    ...env,
  },
});

export const APPS: readonly object[] = [
  app('hermes', 0, 0, 'stopped', { unstable_restarts: 1, pm_uptime: 1795644856668 }),
  app('shiva', 1, 13859, 'online', { autorestart: false, pm_uptime: 1795644850126 }),
  // The pid is that of the process that has just ended.
  app('loops', 2, 13908, 'waiting restart', {
    unstable_restarts: 1,
    restart_delay: 60000,
    pm_uptime: 1795644850758,
  }),
  app('leverage', 3, 14172, 'online', {
    restart_time: 1,
    exec_interpreter: 'none',
    pm_uptime: 1795644858396,
  }),
  app('workers', 4, 13934, 'online', { exec_mode: 'cluster_mode', pm_uptime: 1795644851599 }),
  app('workers', 5, 13941, 'online', { exec_mode: 'cluster_mode', pm_uptime: 1795644851724 }),
  app('tired', 6, 0, 'errored', { restart_time: 1, max_restarts: 2, pm_uptime: 1795644852798 }),
];

export const JLIST = `${JSON.stringify(APPS)}\n`;
