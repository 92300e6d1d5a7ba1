import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import { type FleetCase, scriptOf } from './fleet/fleet-case.ts';

/** A daemon that pm2 runs with its defaults, autorestart among them. */
const fleet = (name: string, stop: readonly string[]): FleetCase => ({
  name,
  targets: [
    { name: 'hermes', host: 'east', managed: false, stop, start: ['pm2', 'start', 'hermes'] },
    { name: 'foresight', host: 'west' },
  ],
  managers: { east: 'pm2' },
  after: { east: `pm2 start ${scriptOf('hermes')} --name hermes --interpreter none >/dev/null` },
  undo: { east: 'pm2 kill >/dev/null; rm -rf /root/.pm2' },
});

it('what is killed behind its back pm2 starts again', async () => {
  const result = await drilled(
    fleet('pm2-killed', ['pkill', '-KILL', '-f', `^/usr/bin/python3 -I ${scriptOf('hermes')}`]),
  );
  expect(primary(result), result.stderr).toEqual(['respawned hermes@east']);
  expect(result).toMatchObject({ code: 1, verdict: { verdict: 'fail', fleet: 'restored' } });
});

it('what pm2 itself stops stays down', async () => {
  const result = await drilled(fleet('pm2-stopped', ['pm2', 'stop', 'hermes']));
  expect(primary(result), result.stderr).toEqual([]);
  expect(result).toMatchObject({ code: 0, verdict: { verdict: 'pass', fleet: 'restored' } });
});
