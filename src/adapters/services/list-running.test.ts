import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import { listRunning } from './list-running.ts';

const answering = (output: string) => ({ run: async () => present({ exitCode: 0, output }) });

describe('what managers say is up', () => {
  it('is read from each of them', async () => {
    const found = await listRunning(
      answering(
        [
          'status-of systemd',
          '|Id=hermes.service',
          '|MainPID=120',
          '|',
          '|MainPID=0',
          '|Id=gone.service',
          '|',
          '|MainPID=7',
          '|Id=shiva.service',
          'status 0',
          'status-of systemd-user',
          '|Id=own.service',
          '|MainPID=300',
          'status 0',
          'status-of launchd',
          '|PID\tStatus\tLabel',
          '|412\t0\tcom.example.hermes',
          '|-\t78\tcom.example.down',
          'status 0',
          'status-of supervisord',
          '|traders:hermes                   RUNNING   pid 55, uptime 0:00:05',
          '|tired                            FATAL     Exited too quickly',
          'status 3',
          'status-of pm2',
          '|[{"name":"bot one","pid":9},{"name":"down","pid":0},{"name":3,"pid":4},null]',
          'status 0',
          'end',
          '',
        ].join('\n'),
      ),
      null,
    );
    const system = { scope: 'system' };
    expect(found).toEqual(
      present([
        {
          manager: 'systemd',
          running: [
            { label: 'hermes.service', pid: 120, ...system },
            { label: 'shiva.service', pid: 7, ...system },
            { label: 'own.service', pid: 300, scope: 'user' },
          ],
        },
        { manager: 'launchd', running: [{ label: 'com.example.hermes', pid: 412, ...system }] },
        { manager: 'supervisord', running: [{ label: 'traders:hermes', pid: 55, ...system }] },
        { manager: 'pm2', running: [{ label: 'bot one', pid: 9, ...system }] },
      ]),
    );
  });

  it('is nothing of a manager that does not reach its daemon, or prints what it should not', async () => {
    const found = await listRunning(
      answering(
        [
          'status-of supervisord',
          '|unix:///var/run/supervisor.sock no such file',
          'status 4',
          'status-of pm2',
          '|Segmentation fault',
          'status 0',
          'status-of nobody',
          '|x',
          'status 0',
          'end',
          '',
        ].join('\n'),
      ),
      null,
    );
    expect(found).toEqual(present([{ manager: 'pm2', running: [] }]));
  });

  it('is unreadable where the answer is cut off, or none came', async () => {
    expect((await listRunning(answering('status-of systemd\n'), null)).kind).toBe('unreadable');
    const lost = { run: async () => unreadable('the ssh connection was lost') };
    await expect(listRunning(lost, null)).resolves.toEqual(unreadable('the ssh connection was lost'));
  });

  it('is asked for by a script that this machine understands', async () => {
    const here = {
      run: ([file = '', ...words]: readonly string[]) =>
        new Promise<Reading<{ exitCode: number; output: string }>>((done) => {
          execFile(file, words, (error, output) =>
            done(present({ exitCode: error === null ? 0 : 1, output })),
          );
        }),
    };
    const found = await listRunning(here, null);
    expect(found.kind).toBe('present');
    await expect(listRunning(here, { manager: 'pm2', config: '/nowhere' })).resolves.toEqual(present([]));
  });
});
