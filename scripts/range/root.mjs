import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { INSIDE, PM2 } from './packages.mjs';

/** Nothing in a test may depend on the hour: units that start by the calendar, and supervisord, which one case starts itself. */
const OFF = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
];

/** Run in the new root, `$1`. Keys and machine ids belong to a host, not to the root that they share. */
const FINISH = [
  'chroot "$1" useradd --create-home --shell /bin/sh ops',
  `chroot "$1" systemctl disable --quiet ${OFF.join(' ')} supervisor.service`,
  'chroot "$1" systemctl mask --quiet systemd-timesyncd.service console-getty.service getty.target',
  'rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/machine-id "$1"/etc/hostname',
  // By the npm of this machine, whose Node is lent to the hosts.
  `npm install --prefix "$1/opt/pm2" --no-audit --no-fund --loglevel=error ${PM2}`,
  'ln -s /opt/pm2/node_modules/.bin/pm2 "$1/usr/local/bin/pm2"',
];

/** Of the release that this machine runs, since programs of this machine are lent to a host; bookworm where that is not Debian. */
function suite() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const is = (key) => new RegExp(`^${key}="?([^"\n]+)"?$`, 'm').exec(release)?.[1];
  return is('ID') === 'debian' ? (is('VERSION_CODENAME') ?? 'bookworm') : 'bookworm';
}

/** Where roots are kept: outside of the repository, so that a fresh clone finds it. */
function cacheFolder() {
  const own = process.env.HALTDRILL_RANGE_CACHE;
  if (own) return own;
  return process.env.XDG_CACHE_HOME ? join(process.env.XDG_CACHE_HOME, 'haltdrill') : '/var/cache/haltdrill';
}

/**
 * The folder of the Debian root, built if there is none of this recipe yet. It appears whole or not at all.
 * @returns {string}
 */
export function rangeRoot() {
  const recipe = [
    'mmdebstrap',
    '--variant=minbase',
    '--quiet',
    `--include=${INSIDE.join(',')}`,
    '--aptopt=Acquire::Languages "none"',
    ...['doc', 'man', 'locale', 'info'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
    ...FINISH.map((line) => `--customize-hook=${line}`),
    suite(),
  ];
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const cache = cacheFolder();
  const root = join(cache, `root-${key}`);
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const building = join(cache, `building-${process.pid}`);
  console.log(`haltdrill: building the Debian root of the range in ${root}, once`);
  const [command, ...words] = [...recipe, building];
  const built = spawnSync(command, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (built.status !== 0) {
    rmSync(building, { recursive: true, force: true });
    throw new Error(`${command} ended with ${built.status ?? built.signal ?? built.error?.message}`);
  }
  for (const old of readdirSync(cache).filter((name) => /^root-[0-9a-f]{16}$/.test(name)))
    rmSync(join(cache, old), { recursive: true, force: true });
  renameSync(building, root);
  return root;
}
