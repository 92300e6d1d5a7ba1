import type { Manager, Match } from './inventory.ts';

/** How an operation of a kill switch is reached, as somebody wrote it down. */
export type Way =
  | { readonly kind: 'request'; readonly api: string; readonly path: string }
  | { readonly kind: 'command'; readonly words: readonly string[] };

/** What a first inventory says, and nothing more: what an operator was asked, and what was found on the hosts. */
export interface FirstFleet {
  readonly fleet: string;
  readonly hosts: readonly FirstHost[];
  readonly services: readonly FirstService[];
  /** The service that has the kill switch; null where the switch is nothing but a command. */
  readonly broker: string | null;
  readonly halt: Way;
  readonly resume: Way;
  /** Null where nothing can be asked for the state of the halt. */
  readonly status:
    | (Way & { readonly level: string; readonly incident: string; readonly reason: string })
    | null;
  /** The environment variable with the token of the API; null where it needs none. */
  readonly tokenVariable: string | null;
  /** Services that must stop, by level. */
  readonly stops: ReadonlyMap<number, readonly string[]>;
}

export interface FirstHost {
  readonly name: string;
  /** Null: this machine. */
  readonly ssh: {
    readonly address: string;
    readonly user: string | null;
    readonly port: number | null;
  } | null;
  readonly manager: Manager;
  /** Null: the usual one. */
  readonly managerConfig: string | null;
}

export interface FirstService {
  readonly name: string;
  readonly host: string;
  readonly label: string;
  readonly scope: 'system' | 'user';
  readonly match: Match;
}
