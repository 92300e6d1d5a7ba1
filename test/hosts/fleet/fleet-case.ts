import type { HostName } from '../range/plan.ts';

/** A service that must stop. What is left out is what a careful operator would have. */
export interface Target {
  readonly name: string;
  readonly host: HostName;
  /** More lines of its [Service] section. */
  readonly unit?: readonly string[];
  /** What ExecStart= runs; its own script in /opt/range/bin unless told. */
  readonly command?: string;
  /** False: there is no systemd unit, and the case itself sees to its life. */
  readonly managed?: false;
  /** False: the unit is there and something else starts it. */
  readonly started?: false;
  /** How the broker stops it; and where, which is what it claims too. */
  readonly stop?: readonly string[];
  readonly stopOn?: HostName;
  /** How broker and runner start it on its host. */
  readonly start?: readonly string[];
  /** Keys of its `match`, where it is not known by its script. */
  readonly match?: Readonly<Record<string, string>>;
}

export interface ExtraFile {
  readonly host: HostName;
  readonly path: string;
  readonly text: string;
  readonly mode?: string;
}

/** A fleet of one case and the drill of it. */
export interface FleetCase {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Where the broker lives; desk unless told. Only desk may log in elsewhere: another broker has its targets beside it. */
  readonly brokerHost?: HostName;
  readonly files?: readonly ExtraFile[];
  /** Units beside those of the targets, to be started before the drill and stopped after it. */
  readonly units?: Readonly<Partial<Record<HostName, readonly string[]>>>;
  /** Run on a host once all is installed. */
  readonly after?: Readonly<Partial<Record<HostName, string>>>;
  /** Run on a host when the case is over. */
  readonly undo?: Readonly<Partial<Record<HostName, string>>>;
  /** Other than root, by host. */
  readonly users?: Readonly<Partial<Record<HostName, string>>>;
  /** Other than systemd, by host. */
  readonly managers?: Readonly<Partial<Record<HostName, string>>>;
  /** Keys of the drill to add or replace. */
  readonly drill?: Readonly<Record<string, unknown>>;
}

const SCRIPTS = '/opt/range/bin';

export const scriptOf = (service: string): string => `${SCRIPTS}/${service}`;
