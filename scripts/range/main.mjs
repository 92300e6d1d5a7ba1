// `npm run test:hosts`: the tests of `test/hosts`, against three hosts that boot a real systemd. Everything lives in namespaces of
// its own (mounts, network, processes), made here: when their first process ends, for whatever reason, the kernel takes all of it down.
// Where it cannot run it says why and exits 0; with --must-run it installs what is missing, and failing is a failure.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HERE } from './packages.mjs';
import { rangeRoot } from './root.mjs';

const mustRun = process.argv[2] === '--must-run';
const words = process.argv.slice(mustRun ? 3 : 2);
const NAMESPACES = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

function whyNot() {
  if (process.platform !== 'linux') return 'it boots Linux hosts, and this is not Linux';
  if (process.getuid?.() !== 0) return 'it needs root, to boot hosts with systemd-nspawn';
  const missing = Object.entries(HERE)
    .filter(([command]) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0)
    .map(([, name]) => name);
  if (missing.length > 0 && !(mustRun && installed(missing)))
    return `it needs the Debian packages ${missing.join(' ')}`;
  const tried = spawnSync('unshare', [...NAMESPACES, '--', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
    encoding: 'utf8',
  });
  if (tried.status !== 0) return `it needs namespaces of its own: ${tried.stderr.trim() || 'unshare failed'}`;
  return null;
}

function installed(packages) {
  console.log(`haltdrill: installing ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env, stdio: 'inherit' }).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
}

/** What a run left behind whose own end was sudden: empty folders. Its processes and mounts the kernel has taken. */
function removeStale() {
  const isOver = (name) => {
    const pid = /^haltdrill-range-(\d+)$/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  };
  const groups = hierarchies().flatMap((top) => readdirSync(top).filter(isOver));
  for (const group of new Set(groups)) removeGroups(group);
  for (const name of readdirSync(tmpdir()).filter(isOver)) {
    try {
      rmdirSync(join(tmpdir(), name));
    } catch {
      // Not empty: then it is no such folder.
    }
  }
}

function hierarchies() {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts.filter((line) => line.includes(' - cgroup2 ')).map((line) => line.split(' ')[4]);
}

/** Folders of the cgroup hierarchy outlive their processes. */
function removeGroups(name) {
  for (const folder of hierarchies().map((top) => join(top, name))) {
    if (!existsSync(folder)) continue;
    const below = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    try {
      // The deepest first.
      for (const group of [folder, ...below.sort()].reverse()) rmdirSync(group);
    } catch (error) {
      console.error(`haltdrill: ${folder} is left behind: ${error.message}`);
    }
  }
}

const why = whyNot();
if (why !== null) {
  console.log(`${mustRun ? 'FAILED' : 'skipped'}: ${why}`);
  process.exitCode = mustRun ? 1 : 0;
} else {
  const root = rangeRoot();
  removeStale();
  const group = `haltdrill-range-${process.pid}`;
  const folder = join(tmpdir(), group);
  mkdirSync(folder, { mode: 0o755 });
  const inside = resolve(import.meta.dirname, 'inside.mjs');
  const env = { ...process.env, HALTDRILL_RANGE: JSON.stringify({ root, folder, group }) };
  // The pipe at 3 ends with this process, however it ends.
  const child = spawn('unshare', [...NAMESPACES, '--', process.execPath, inside, ...words], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child.stdio[3].destroy());
  child.once('close', (code) => {
    process.exitCode = code ?? 1;
    removeGroups(group);
    rmSync(folder, { recursive: true, force: true });
  });
}
