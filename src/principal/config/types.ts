import type { Token } from '../http/tokens.ts';
import type { ResumeCost } from '../parts.ts';
import type { SshAddress } from '../stoppers/ssh.ts';

/** The broker's configuration after loading; paths are absolute. */
export interface PrincipalConfig {
  readonly listen: { readonly address: string; readonly port: number };
  /** The SQLite file of the halt state, incidents, audit log and messages. */
  readonly database: string;
  /** The service that this broker is itself. */
  readonly self: string;
  /** Where orders are blocked and positions closed, and by which token, if it asks for one. */
  readonly exchange: { readonly url: string; readonly token?: string };
  readonly tokens: readonly Token[];
  readonly hosts: Readonly<Record<string, HostConfig>>;
  readonly services: Readonly<Record<string, { readonly host: string; readonly label: string }>>;
  readonly levels: readonly LevelConfig[];
}

export interface HostConfig {
  /** Path of launchctl on that host. */
  readonly launchctl: string;
  /** Domain target that `launchctl print` wants before the label. */
  readonly domain?: string;
  /** Folder of the property lists on that host: what was stopped for good is loaded from there again. */
  readonly plists?: string;
  /** How long a daemon has between SIGTERM and SIGKILL, in whole seconds. */
  readonly graceSeconds?: number;
  /** Left out, the host is the broker's own. */
  readonly ssh?: SshAddress;
}

export interface LevelConfig {
  readonly level: number;
  /** The level halts the asset that the request names. */
  readonly asset: boolean;
  /** Names of services. With `destructive` the broker itself may be among them, and goes last. */
  readonly stops: readonly string[];
  readonly resume?: ResumeCost;
  readonly destructive?: { readonly phrase: string };
}
