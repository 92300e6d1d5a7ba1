import { join } from 'node:path';

/** Folder names of labs begin with this, in the system's temporary folder. */
export const labPrefix = 'haltdrill-lab-';

/** The variable that every process of a lab inherits; its value is the lab's root. It tells ours from strangers. */
export const rootVariable = 'HALTDRILL_LAB_ROOT';

/** The variables that inventory.yaml uses. */
export type FleetVariable =
  | 'KNOX_ROOT'
  | 'TESSERACT_ROOT'
  | 'TESSERACT_ADDRESS'
  | 'TESSERACT_PORT'
  | 'TESSERACT_USER'
  | 'TESSERACT_KEY'
  | 'TESSERACT_KNOWN_HOSTS'
  | 'PRINCIPAL_URL'
  | 'PRINCIPAL_TOKEN'
  | 'PRINCIPAL_SECOND_TOKEN'
  | 'PRINCIPAL_CONFIG'
  | 'EXCHANGE_URL';

/** The login on tesseract. */
export const sshUser = 'ops';

/** Where things are under the root of one host. */
export interface HostLayout {
  readonly root: string;
  readonly bin: string;
  readonly services: string;
  readonly etc: string;
  readonly run: string;
  readonly db: string;
  readonly log: string;
  readonly launchctl: string;
  /** Folder of the property lists, from which a job that was booted out is loaded again. */
  readonly plists: string;
  /** The FIFO on which the supervisor takes commands. */
  readonly control: string;
  /** The supervisor's pid; there once it takes commands. */
  readonly launchdPid: string;
  readonly launchdConfig: string;
  /** What a daemon of this host reads at start, as JSON. */
  readonly daemonConfig: string;
}

/** The layout of the host whose root folder is `root`. */
export function hostLayout(root: string): HostLayout {
  return {
    root,
    bin: join(root, 'bin'),
    services: join(root, 'opt/invictus/bin'),
    etc: join(root, 'etc'),
    run: join(root, 'var/run'),
    db: join(root, 'var/db'),
    log: join(root, 'var/log'),
    launchctl: join(root, 'bin/launchctl'),
    plists: join(root, 'Library/LaunchDaemons'),
    control: join(root, 'var/run/launchd.ctl'),
    launchdPid: join(root, 'var/run/launchd.pid'),
    launchdConfig: join(root, 'etc/launchd.json'),
    daemonConfig: join(root, 'etc/invictus.json'),
  };
}

/** The layout of a whole lab. */
export interface LabLayout {
  readonly root: string;
  readonly record: string;
  readonly keys: string;
  readonly knox: HostLayout;
  readonly tesseract: HostLayout;
  readonly exchange: HostLayout;
  /** The token without which the exchange takes no orders, 0600. */
  readonly exchangeToken: string;
  /** The operator's token as a header, for `curl -H @FILE`, 0600: an argv is everybody's to read (proc_pid_cmdline(5)). */
  readonly operatorHeader: string;
}

/** The layout of the lab whose root folder is `root`. */
export function labLayout(root: string): LabLayout {
  return {
    root,
    record: join(root, 'lab.json'),
    keys: join(root, 'keys'),
    knox: hostLayout(join(root, 'knox')),
    tesseract: hostLayout(join(root, 'tesseract')),
    exchange: hostLayout(join(root, 'exchange')),
    exchangeToken: join(root, 'exchange/etc/token'),
    operatorHeader: join(root, 'keys/operator.header'),
  };
}
