/** Debian packages that the range needs on this machine, each by a command that it brings. */
export const HERE = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  'ssh-keygen': 'openssh-client',
};

/** What is in the root that the hosts boot. libstdc++6 is for Node, which is lent to the hosts. */
export const INSIDE = [
  'dbus',
  'dbus-user-session',
  'iproute2',
  'libpam-systemd',
  'libstdc++6',
  'openssh-client',
  'openssh-server',
  'podman',
  'procps',
  'python3-minimal',
  'sqlite3',
  'sudo',
  'supervisor',
  'systemd',
  'systemd-sysv',
];

/** A process manager from the npm registry, for the hosts alone: nothing of the project depends on it. */
export const PM2 = 'pm2@7.0.4';
