import type { Manager } from './inventory.ts';
import type { ProcessDetail, ProcessRow } from './process.ts';
import type { Reading } from './reading.ts';
import type { HostIdentity } from './sample.ts';

/** A service that is up, as its manager tells it. */
export interface RunningService {
  readonly label: string;
  readonly scope: 'system' | 'user';
  readonly pid: number;
}

/** A service manager that answered, and what it says is up. */
export interface FoundManager {
  readonly manager: Exclude<Manager, 'none'>;
  readonly running: readonly RunningService[];
}

/** What somebody finds on a host of which nothing is declared yet. */
export interface Survey {
  readonly identity: HostIdentity;
  readonly managers: Reading<readonly FoundManager[]>;
  /** Its whole process table, as far as the login can see it. */
  readonly processes: readonly (ProcessRow & Pick<ProcessDetail, 'argv' | 'exe' | 'cwd'>)[];
}
