import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import ssh2 from 'ssh2';
import { pidFileOf } from '../daemons/daemon.ts';
import { rootVariable } from '../layout.ts';
import { toldWatched } from '../variants/timing.ts';
import { twistAt } from '../variants/twist-at.ts';
import { authorize, readAuthorizedKeys } from './authorize.ts';
import { createCommands } from './commands.ts';
import { layLine } from './line.ts';

export interface SshdSettings {
  /** The variant that twists the wire; null for most. */
  readonly variant: string | null;
  /** Root folder of the host that a login reaches. */
  readonly root: string;
  readonly bin: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  /** Another private key, which nobody has on file for this host. */
  readonly otherKey: string;
  readonly authorizedKeys: string;
}

/** The ssh server of a host: public keys only, commands only, on 127.0.0.1. Ends with all its commands on a signal. */
export async function runSshd(settings: SshdSettings): Promise<void> {
  const { root, user, port } = settings;
  standAlone();
  const keys = readAuthorizedKeys(settings.authorizedKeys);
  const { output, cable, strangeKey } = (await twistAt('wire', settings.variant)) ?? {};
  const commands = createCommands({
    cwd: root,
    ...(output === undefined ? {} : { output: (command) => output(command, { root }) }),
    env: {
      PATH: `${settings.bin}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      HOME: root,
      USER: user,
      LOGNAME: user,
      SHELL: '/bin/sh',
      [rootVariable]: process.env[rootVariable] ?? dirname(root),
      ...toldWatched(),
    },
  });

  // The key of a login is none that anybody knows for a host.
  const hostKey = strangeKey === true ? settings.otherKey : settings.hostKey;
  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
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
  const ready = (): void => writeFileSync(pidFileOf(root, 'sshd'), `${process.pid}\n`);
  if (cable === undefined) {
    server.listen(port, '127.0.0.1', ready);
    return;
  }
  const inner = join(root, 'sshd.sock');
  server.listen(inner, () => void cable(layLine(port, inner, ready), { root }));
}

/**
 * This server stands for another machine, which does not wait for what else runs on the controller's. Ordinary users may not
 * raise a priority (setpriority(2)): their lab is as busy as their machine.
 */
function standAlone(): void {
  try {
    setPriority(-10);
  } catch {
    // EPERM or EACCES
  }
}
