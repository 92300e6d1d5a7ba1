// The first process of the range's namespaces. With it, all that is in them ends: hosts, network, mounts.
import { execFileSync, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { resolve } from 'node:path';

const { folder } = JSON.parse(process.env.HALTDRILL_RANGE);
const mount = (...words) => execFileSync('mount', words);

// Whoever started this has gone, or wants it to end. (A file stream would block a thread, and with it the exit.)
const starter = new Socket({ fd: 3 });
starter
  .on('error', () => process.exit(130))
  .on('close', () => process.exit(130))
  .resume();

mount('--make-rprivate', '/');
// The one hierarchy that a systemd of today wants, also on machines that have the old ones mounted.
mount('-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup');
// What hosts write is in memory, and gone with the last mount.
mount('-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', folder);

const vitest = resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
const tests = spawn(process.execPath, [vitest, 'run', '--project', 'hosts', ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
tests.once('close', (code) => process.exit(code ?? 1));
