import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../src/drill/model/journal.ts';
import type { Verdict } from '../src/drill/model/verdict.ts';
import { ownFolder, requireFreshBuild, run } from './support/haltdrill.ts';
import { needs } from './support/needs.ts';
import { SshLab } from './support/openssh.ts';
import { type SwitchFleet, startSwitchFleet } from './support/switch-fleet.ts';

beforeAll(requireFreshBuild);

let fleet: SwitchFleet | null = null;
let lab: SshLab | null = null;
afterEach(async () => {
  fleet?.end();
  fleet = null;
  await lab?.close();
  lab = null;
});

describe('a server that opens one session a connection', needs('sshd', 'login'), () => {
  it('D8: is named where it leaves none for the halt, of which nothing then was sent', async () => {
    const folder = ownFolder();
    fleet = startSwitchFleet(folder);
    lab = new SshLab();
    const key = lab.key('user');
    const sshd = await lab.sshd('knox', [key], 'MaxSessions 1');
    const known = lab.write('known', sshd.known());
    const inventory = join(folder, 'inventory.yaml');
    const text = readFileSync(inventory, 'utf8')
      .replace(
        'transport: local',
        `transport: ssh, address: 127.0.0.1, port: ${sshd.port}, user: ${lab.user}, identity-file: ${key}, known-hosts: ${known}, ssh-config: none`,
      )
      .replace('command: { run: ', 'command: { host: here, run: ');
    writeFileSync(inventory, text);
    const { code, stdout, stderr } = await run(['drill', '--level', '2', '--json'], { folder });
    const verdict = JSON.parse(stdout) as Verdict;
    expect([code, verdict.verdict, verdict.fleet, verdict.findings], stderr).toEqual([
      3,
      'not-run',
      'untouched',
      [],
    ]);
    expect(verdict.headline).toMatch(/nothing of it was sent: .*MaxSessions/);
    const journal = readFileSync(join(folder, 'reports', verdict.drillId, 'journal.jsonl'), 'utf8');
    const entries = journal
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
    expect(entries.filter(({ kind }) => kind === 'withdrawn')).toHaveLength(1);
    expect(fleet.calls()).toEqual([]);
  });
});
