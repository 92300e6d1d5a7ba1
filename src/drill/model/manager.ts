import type { Reading } from './reading.ts';

/**
 * What a host's service manager says of one service. It corroborates, and no more: a process table is evidence, a
 * manager's account of it is not. But its counters show lives that fall between two samples.
 */
export interface ManagedService {
  /** Process that the manager believes to be the service's main one. */
  readonly pid: number | null;
  /** Lives since the manager loaded it, the present one included (launchd `runs`). */
  readonly runs: number | null;
  /** Restarts by the manager itself since somebody last started it (systemd `NRestarts`). */
  readonly restarts: number | null;
  /** A word that every activation gets anew (systemd `InvocationID`; in pm2 the moment of its last start). */
  readonly invocation: string | null;
  /** The cgroup that the manager made for it, in which nobody else is (systemd `ControlGroup`); missing, or null, where it has none now, or does not say. */
  readonly controlGroup?: string | null;
  /** When the manager keeps it alive, in its own words; null where it does not, or does not say. */
  readonly keepAlive: string | null;
  /** Whether the manager starts it again by itself after a SIGKILL; null where that is not known. */
  readonly comesBack: boolean | null;
  /** How many starts its start limit still allows at the least; null where there is no limit, or it is not known. */
  readonly startsLeft: number | null;
  /** Whether it will not be loaded, or started at boot, again; null where the manager does not say. */
  readonly disabled: boolean | null;
  /** What could bring it back, as things stand now; null where the manager knows of nothing. */
  readonly revives: Revival | null;
  /** What is known to go wrong with a halt of it. Missing in journals of versions that did not look for it. */
  readonly bites?: readonly Bite[];
}

/** Something in a manager's settings by which a halt fails, or does not last. It is said before the trigger, and proves nothing. */
export interface Bite {
  readonly kind: 'leaves-children' | 'revived' | 'starts-at-boot';
  /** In words that complete "NAME on HOST: …". */
  readonly how: string;
}

/** The slowest thing that could bring a service back. */
export interface Revival {
  /** Longest time, in milliseconds, after which it does so; null where nothing bounds it, as for a calendar or a socket. */
  readonly withinMs: number | null;
  /** What it is, in words for a report. */
  readonly by: string;
}

/** `absent`: the manager answers and does not know the service, never loaded or unloaded by now. */
export interface ManagedReading {
  readonly service: string;
  readonly reading: Reading<ManagedService>;
  /** What cron and at of its host would start again, of which no manager knows. Missing where they could not be read. */
  readonly scheduled?: Pick<ManagedService, 'revives' | 'bites'>;
}
