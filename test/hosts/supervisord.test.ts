import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import { type FleetCase, scriptOf } from './fleet/fleet-case.ts';

/** As start scripts are often written: the shell waits for the daemon, and is what supervisord knows. */
const fleet = (name: string, more: readonly string[]): FleetCase => ({
  name,
  targets: [
    {
      name: 'hermes',
      host: 'east',
      managed: false,
      match: { script: '/opt/range/bin/hermes.sh' },
      stop: ['supervisorctl', 'stop', 'hermes'],
      start: ['supervisorctl', 'start', 'hermes'],
    },
  ],
  managers: { east: 'none' },
  files: [
    {
      host: 'east',
      path: '/opt/range/bin/hermes.sh',
      text: `#!/bin/sh\n${scriptOf('hermes')} &\nwait\n`,
      mode: '755',
    },
    {
      host: 'east',
      path: '/etc/supervisor/conf.d/hermes.conf',
      text: ['[program:hermes]', 'command=/bin/sh /opt/range/bin/hermes.sh', 'startsecs=0', ...more, ''].join(
        '\n',
      ),
    },
  ],
  units: { east: ['supervisor.service'] },
  after: {
    east: 'n=0; until pgrep -f "^/usr/bin/python3 -I /opt/range/bin/hermes" >/dev/null; do n=$((n + 1)); [ $n -lt 200 ]; sleep 0.1; done',
  },
});

it('supervisord stops the shell alone where stopasgroup is unset', async () => {
  const result = await drilled(fleet('supervisord', []));
  expect(primary(result), result.stderr).toEqual(['orphaned-children hermes@east']);
  expect(result.code).toBe(1);
});

it('with stopasgroup it stops the daemon too', async () => {
  const result = await drilled(fleet('supervisord-group', ['stopasgroup=true', 'killasgroup=true']));
  expect(primary(result), result.stderr).toEqual([]);
  expect(result.code).toBe(0);
});
