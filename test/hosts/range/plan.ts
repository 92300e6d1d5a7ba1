/** Three hosts on one switch. The drills are run on desk, where the broker lives too; its store is read there. */
export const HOSTS = ['desk', 'east', 'west'] as const;

export type HostName = (typeof HOSTS)[number];

export const ADDRESSES: Readonly<Record<HostName, string>> = {
  desk: '10.83.0.1',
  east: '10.83.0.2',
  west: '10.83.0.3',
};

/** The switch has one too, so that tests can see for themselves who answers. */
export const SWITCH = '10.83.0.254';

/** What was booted, as tests are told. */
export interface BootedRange {
  readonly folder: string;
  /** What runs systemd-nspawn of each host, again where that reboots. */
  readonly pids: Readonly<Record<HostName, number>>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly range: BootedRange;
  }
}
