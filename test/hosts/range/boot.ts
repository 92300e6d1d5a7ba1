import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { must } from './command.ts';
import { leaderOf } from './host.ts';
import { ADDRESSES, type BootedRange, HOSTS, type HostName, SWITCH } from './plan.ts';
import { until } from './until.ts';

/** What scripts/range/main.mjs hands in: the Debian root, a folder in memory, the name of a cgroup. */
export interface Ground {
  readonly root: string;
  readonly folder: string;
  readonly group: string;
}

const PACKAGE = resolve(import.meta.dirname, '../../..');

/** Boots all hosts at once. The namespaces that they live in are taken down by whoever made them. */
export async function bootRange(ground: Ground): Promise<BootedRange> {
  await must('ip', ['link', 'add', 'switch', 'type', 'bridge']);
  await must('ip', ['address', 'add', `${SWITCH}/24`, 'dev', 'switch']);
  await must('ip', ['link', 'set', 'switch', 'up']);
  await Promise.all(HOSTS.map((name) => prepare(name, ground)));
  await acquaint(ground);
  const booted = await Promise.all(HOSTS.map(async (name) => [name, await boot(name, ground)] as const));
  return { folder: ground.folder, pids: Object.fromEntries(booted) as Record<HostName, number> };
}

/** A root of its own over the common one, and a network of its own at the switch. */
async function prepare(name: HostName, { root, folder }: Ground): Promise<void> {
  const own = join(folder, name);
  for (const part of ['upper', 'work', 'root']) mkdirSync(join(own, part), { recursive: true });
  const layers = `lowerdir=${root},upperdir=${join(own, 'upper')},workdir=${join(own, 'work')}`;
  await must('mount', ['-t', 'overlay', 'overlay', '-o', layers, join(own, 'root')]);
  const etc = join(own, 'root/etc');
  writeFileSync(join(etc, 'machine-id'), `${randomBytes(16).toString('hex')}\n`);
  writeFileSync(join(etc, 'hostname'), `${name}\n`);
  writeFileSync(
    join(etc, 'hosts'),
    `${HOSTS.map((other) => `${ADDRESSES[other]} ${other}\n`).join('')}127.0.0.1 localhost\n`,
  );
  await must('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    name,
    '-f',
    join(etc, 'ssh/ssh_host_ed25519_key'),
  ]);

  const net = join(own, 'net');
  writeFileSync(net, '');
  await must('unshare', [`--net=${net}`, 'true']);
  await must('ip', ['link', 'add', `to-${name}`, 'type', 'veth', 'peer', 'name', `at-${name}`]);
  await must('ip', ['link', 'set', `to-${name}`, 'master', 'switch', 'up']);
  // By the pid of somebody who lives there, since a name would have to be in /run/netns.
  const holder = spawn('nsenter', [`--net=${net}`, 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await until('the holder of a network', 5_000, async () => {
    const [here, there] = await Promise.all([
      must('readlink', ['/proc/self/ns/net']),
      must('readlink', [`/proc/${holder.pid}/ns/net`]),
    ]);
    return here === there ? 'it has not moved' : true;
  });
  await must('ip', ['link', 'set', `at-${name}`, 'netns', String(holder.pid), 'name', 'eth0']);
  holder.stdin.end();
  const within = (...words: string[]) => must('nsenter', [`--net=${net}`, 'ip', ...words]);
  await within('address', 'add', `${ADDRESSES[name]}/24`, 'dev', 'eth0');
  await within('link', 'set', 'eth0', 'up');
  await within('link', 'set', 'lo', 'up');
}

/** desk may log in everywhere, as root and as ops, and knows everybody's key. */
async function acquaint({ folder }: Ground): Promise<void> {
  const at = (name: HostName, path: string): string => join(folder, name, 'root', path);
  mkdirSync(at('desk', 'root/.ssh'), { recursive: true, mode: 0o700 });
  await must('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    'operator',
    '-f',
    at('desk', 'root/.ssh/id_ed25519'),
  ]);
  const key = readFileSync(at('desk', 'root/.ssh/id_ed25519.pub'), 'utf8');
  for (const name of HOSTS) {
    const [type, text] = readFileSync(at(name, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8').split(' ');
    appendFileSync(at('desk', 'root/.ssh/known_hosts'), `${ADDRESSES[name]} ${type} ${text}\n`);
    for (const home of ['root', 'home/ops']) {
      mkdirSync(at(name, `${home}/.ssh`), { recursive: true, mode: 0o700 });
      writeFileSync(at(name, `${home}/.ssh/authorized_keys`), key, { mode: 0o600 });
    }
    await must('chroot', [at(name, ''), 'chown', '-R', 'ops:ops', '/home/ops']);
  }
}

/** With --keep-unit, systemd-nspawn ends with 133 where its container reboots, and leaves starting it again to its service manager. */
const KEEPER = 'echo $$ >"$0/cgroup.procs" || exit; while "$@"; [ $? = 133 ]; do :; done';

async function boot(name: HostName, { folder, group }: Ground): Promise<number> {
  const own = join(folder, name);
  const cgroup = join('/sys/fs/cgroup', group, name);
  mkdirSync(cgroup, { recursive: true });
  const words = [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--keep-unit',
    '--register=no',
    `--machine=${name}`,
    `--hostname=${name}`,
  ];
  words.push(
    `--directory=${join(own, 'root')}`,
    `--network-namespace-path=${join(own, 'net')}`,
    '--console=pipe',
    '--resolv-conf=off',
    '--timezone=off',
    // podman gives each container a keyring.
    '--system-call-filter=@keyring',
  );
  words.push(`--bind-ro=${process.execPath}:/usr/local/bin/node`);
  // The drills run there.
  if (name === 'desk') words.push(`--bind-ro=${PACKAGE}:/opt/haltdrill`);
  const log = openSync(join(own, 'console'), 'w');
  const child: ChildProcess = spawn('sh', ['-c', KEEPER, cgroup, ...words], { stdio: ['ignore', log, log] });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error('sh cannot be started');
  child.unref();
  const said = (): string =>
    readFileSync(join(own, 'console'), 'utf8').trim().split('\n').slice(-5).join(' | ');
  await until(`${name} boots`, 60_000, async () => {
    if (child.exitCode !== null)
      throw new Error(`${name}: systemd-nspawn ended with ${child.exitCode}: ${said()}`);
    return leaderOf(pid) === null ? `no systemd: ${said()}` : true;
  });
  await until(`${name} has sshd`, 60_000, async () => (await greeted(ADDRESSES[name])) || said());
  return pid;
}

/** Whether an ssh server answers there. */
function greeted(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: address, port: 22, timeout: 1_000 });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('SSH-'))());
    socket.once('error', end(false)).once('timeout', end(false)).once('close', end(false));
  });
}
