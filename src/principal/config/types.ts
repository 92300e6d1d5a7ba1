import type { Token } from '../http/tokens.ts';
import type { SshAddress } from '../stoppers/ssh.ts';

/** The broker's configuration after loading; paths are absolute. */
export interface PrincipalConfig {
  readonly listen: { readonly address: string; readonly port: number };
  /** The SQLite file. */
  readonly database: string;
  readonly exchange: { readonly url: string };
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
  /** Left out, the host is the broker's own. */
  readonly ssh?: SshAddress;
}

export interface LevelConfig {
  readonly level: number;
  /** The level halts the asset that the request names. */
  readonly asset: boolean;
  /** Names of services. */
  readonly stops: readonly string[];
}
