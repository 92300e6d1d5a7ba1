import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import ssh2 from 'ssh2';
import { pidFileOf } from '../daemons/daemon.ts';
import { rootVariable } from '../layout.ts';
import { authorize, readAuthorizedKeys } from './authorize.ts';
import { createCommands } from './commands.ts';

export interface SshdSettings {
  /** Root folder of the host that a login reaches. */
  readonly root: string;
  readonly bin: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly authorizedKeys: string;
}

/** The ssh server of a host: public keys only, commands only, on 127.0.0.1. Ends with all its commands on a signal. */
export function runSshd(settings: SshdSettings): void {
  const { root, user, port } = settings;
  const keys = readAuthorizedKeys(settings.authorizedKeys);
  const commands = createCommands({
    cwd: root,
    env: {
      PATH: `${settings.bin}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      HOME: root,
      USER: user,
      LOGNAME: user,
      SHELL: '/bin/sh',
      [rootVariable]: process.env[rootVariable] ?? dirname(root),
    },
  });

  const server = new ssh2.Server({ hostKeys: [readFileSync(settings.hostKey)] }, (client) => {
    client.on('authentication', (context) => authorize(context, user, keys));
    const connection = commands.connect();
    client.on('session', (accept) => connection.serve(accept()));
    client.on('close', () => connection.hangUp());
    client.on('error', () => undefined);
  });
  const end = (): void => {
    commands.endAll();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  server.listen(port, '127.0.0.1', () => writeFileSync(pidFileOf(root, 'sshd'), `${process.pid}\n`));
}
