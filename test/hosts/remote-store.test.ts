import { expect, it } from 'vitest';
import { drilled, primary } from './fleet/drilled.ts';
import { folderOf, unitText } from './fleet/files.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { FleetCase } from './fleet/fleet-case.ts';

const FLEET: FleetCase = {
  name: 'remote-store',
  brokerHost: 'west',
  targets: [
    { name: 'hermes', host: 'west' },
    { name: 'foresight', host: 'west' },
  ],
  drill: { crash: 'principal', guards: ['no-token', 'resume-wrong-incident'] },
};

const DB = `${folderOf(FLEET)}/broker.db`;

/** Writes to the broker's database all the time, a transaction every few milliseconds, and checkpoints now and then. */
const WRITER = `#!/usr/bin/python3 -I
import os, sqlite3, time
while not os.path.exists("${DB}"):
    time.sleep(0.05)
time.sleep(0.5)
db = sqlite3.connect("${DB}", timeout=30, isolation_level=None)
db.execute("create table if not exists ticks (at real)")
n = 0
while True:
    db.execute("insert into ticks values (?)", (time.time(),))
    n += 1
    if n % 200 == 0:
        db.execute("pragma wal_checkpoint(truncate)")
    time.sleep(0.003)
`;

it("a broker's database on another host, in WAL mode, while it is being written", async () => {
  const ticks: number[] = [];
  const count = async ({ hosts }: Fleet): Promise<void> => {
    const counted = await hosts.west.run('sqlite3', '-readonly', DB, 'select count(*) from ticks');
    ticks.push(Number(counted));
  };
  let begun: Promise<void> | null = null;
  const result = await drilled(
    {
      ...FLEET,
      files: [
        { host: 'west', path: '/opt/range/bin/writer', text: WRITER, mode: '755' },
        {
          host: 'west',
          path: '/run/systemd/system/writer.service',
          text: unitText('/opt/range/bin/writer', ['Restart=always', 'RestartSec=100ms']),
        },
      ],
      units: { west: ['writer.service'] },
    },
    {
      during: (said, on) => {
        if (begun === null && said.includes('stage hold begins')) begun = count(on);
      },
      after: async (on) => {
        await begun;
        await count(on);
      },
    },
  );
  expect(primary(result), result.stderr).toEqual([]);
  expect(result).toMatchObject({ code: 0, verdict: { verdict: 'pass', fleet: 'restored' } });
  // It was written to all along, by its owner, and what the drill's reads left there did not keep the broker from writing its resume.
  expect(ticks).toHaveLength(2);
  expect(ticks[1]).toBeGreaterThan((ticks[0] ?? 0) + 100);
});
