import type { Windows } from './windows.ts';

/** `inventory.yaml` after loading: the operator's ground truth about the fleet. Never derived from what the broker says. */
export interface Inventory {
  /** Who provides the fleet: `live` is somebody's real one, `embedded-lab` is started by the runner itself. */
  readonly provider: 'live' | 'embedded-lab';
  /** The fleet's name; canaries carry it, so that drills of different fleets do not refuse each other. */
  readonly fleet: string;
  readonly hosts: readonly Host[];
  readonly services: readonly Service[];
  readonly broker: Broker;
  readonly exchange: Exchange | null;
  /** Groups of hosts that the operator declares to be one machine (one process table). */
  readonly oneMachine: readonly (readonly string[])[];
  /** When drills of this fleet may run; null: at any time. */
  readonly windows: Windows | null;
  /** How old the proof of the level below may be. */
  readonly gate: { readonly staleAfterMs: number };
  /** Values that must be in nothing that is written or printed, besides tokens. */
  readonly secrets: readonly string[];
}

export type Manager = 'launchd' | 'systemd' | 'supervisord' | 'pm2' | 'none';

export interface Host {
  readonly name: string;
  readonly transport: Transport;
  /** Look at its processes as root, by `sudo -n`; null: as the user who logs in. */
  readonly become: 'sudo' | null;
  readonly manager: Manager;
  /** The service manager's command on that host, such as `launchctl` or an absolute path to it. */
  readonly managerCommand: string | null;
  /** supervisord: its configuration file; pm2: its PM2_HOME. Left out where it is the usual one. */
  readonly managerConfig?: string;
}

export type Transport = { readonly kind: 'local' } | SshTransport | ContainerTransport;

export interface SshTransport {
  readonly kind: 'ssh';
  /** Host name, IP address, or a Host of the ssh configuration. */
  readonly address: string;
  /** null: as the ssh configuration says, else 22. */
  readonly port: number | null;
  /** null: as the ssh configuration says. */
  readonly user: string | null;
  /** Private key file on the controller; null leaves the choice to the ssh configuration and the ssh-agent. */
  readonly identityFile: string | null;
  /** Opens that key where the agent does not hold it. A secret. */
  readonly passphrase: string | null;
  /** known_hosts file on the controller; null: those of the ssh configuration. Host keys are always checked. */
  readonly knownHostsFile: string | null;
  /** As after `ssh -F`: a file, or `none`; null: the operator's own (`~/.ssh/config`) and the system's. */
  readonly configFile: string | null;
}

/** Commands are run in a container, by `<engine> exec` on the host that has it. */
export interface ContainerTransport {
  readonly kind: 'container';
  /** Name of, or path to the engine's command on that host: docker, podman. */
  readonly engine: string;
  readonly container: string;
  /** How the host that has it is reached. */
  readonly on: { readonly host: string; readonly transport: { readonly kind: 'local' } | SshTransport };
}

export interface Service {
  readonly name: string;
  readonly host: string;
  /** The name under which the service manager knows it. */
  readonly label: string | null;
  /** Of a systemd unit that belongs to the user's own manager (`systemctl --user`); left out for the system's. */
  readonly scope?: 'user';
  readonly match: Match;
  /** How many root processes are up when the service is healthy. */
  readonly instances: number;
  /** A file on the service's host that it rewrites while it works, and how often it does at the least. */
  readonly heartbeat: { readonly file: string; readonly everyMs: number } | null;
  /** Helpers it legitimately leaves behind when stopped. */
  readonly leaves: readonly Match[];
  /** The command (argv) that starts it on its host, for an undo without the broker; null where nothing is known. */
  readonly start: readonly string[] | null;
}

/**
 * How a process is recognised. Every key that is given must be equal, whole; never a substring, never
 * the 15-character `comm`. At least one key is given.
 */
export interface Match {
  /** Target of `/proc/<pid>/exe`. */
  readonly exe?: string;
  /** `argv[0]`. */
  readonly argv0?: string;
  /** The script an interpreter runs, under whichever options; or the program itself, where `argv[0]` is its path. */
  readonly script?: string;
}

/** The service that owns the kill switch, and how to talk to it. */
export interface Broker {
  /** The declared service that owns the kill switch, or `SWITCH_ALONE` where no process does. */
  readonly service: string;
  /** Base URL of its API, without a trailing slash; empty where no request goes over HTTP. */
  readonly api: string;
  /** PEM file on the controller with the certificate authority of its API; left out: those that Node trusts. */
  readonly ca?: string;
  /** `bearer` is the operator's token, `second` that of the second operator whom a costly resume needs (`$second`). */
  readonly auth: { readonly bearer: string; readonly second: string | null } | null;
  readonly halt: HaltOperation;
  readonly resume: ResumeOperation;
  /**
   * The documented procedure that lifts a halt which no API call lifts, step by step, each on its host; null where there is none.
   * Services are started after it, by their own start commands.
   */
  readonly manualResume: readonly ManualStep[] | null;
  /** Null: nothing can be asked for the halt state. */
  readonly status: StatusOperation | null;
  /** Null: the state is kept nowhere that could be read without the broker. */
  readonly state: SqliteState | DocumentState | null;
  readonly audit: SqliteAudit | DocumentAudit | null;
  /** Sends a message to an agent; null where the broker routes none. */
  readonly messages: MessageOperation | null;
}

/** Under which name a kill switch goes that is nothing but a command. */
export const SWITCH_ALONE = 'kill-switch';

/** A command (argv) in place of a request. A null host: on the controller. `$level` and the like are filled in as in a body, but no secret ever is. */
export interface Command {
  readonly host: string | null;
  readonly run: readonly string[];
}

/** By what an answer acknowledges: one of these codes (HTTP status or exit code; null: the usual ones), and a value in its JSON. */
export interface Expected {
  readonly codes: readonly number[] | null;
  readonly at: { readonly pointer: string; readonly equals: string | number | boolean | null } | null;
}

/** One command (argv) of the manual resume. In it `$level`, `$incident` and `$revision` stand for those of the halt in force. */
export interface ManualStep {
  readonly host: string;
  readonly run: readonly string[];
}

/**
 * An HTTP request. In the body of halt, resume and status the strings `$level`, `$asset`, `$reason`, `$incident`, `$revision` stand for values of the drill,
 * `$phrase` (halt only) and `$second` (resume only) for secrets that are filled in where the request is sent.
 */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body: Json | null;
  /** Sent besides the runner's own; values are templates like the body. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function isCommand(operation: Operation | Command): operation is Command {
  return 'run' in operation;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Where in a JSON answer the broker's state stands, as JSON Pointers (RFC 6901). A null pointer: it does not say. */
export interface StatePointers {
  readonly level: string;
  readonly incident: string;
  readonly reason: string | null;
  readonly revision: string | null;
  readonly asset: string | null;
}

export type StatusOperation = (Operation | Command) & { readonly pick: StatePointers };

export type ResumeOperation = (Operation | Command) & { readonly expect?: Expected };

export type HaltOperation = (Operation | Command) & {
  readonly expect?: Expected;
  /** What its reply claims: state, and a list of objects `{ service, host, outcome }`. */
  readonly pick: Partial<StatePointers> & { readonly stops?: string; readonly recorded?: string };
};

/** In its body `$sender`, `$service` and `$message` stand for who writes, to whom, and what. */
export interface MessageOperation extends Operation {
  /** Where messages lie until they are delivered; null where that cannot be read. */
  readonly table: { readonly file: string; readonly query: string } | null;
}

/** The broker's database, on the broker's host, read without the broker. */
export interface SqliteState {
  readonly file: string;
  /** The host it lies on, where that is not this machine. */
  readonly host?: string;
  /** One row with the columns `level`, `incident`, `reason`, `revision`, `asset` (those it has). */
  readonly query: string;
  /** All incidents: `id`, `level`, `reason`, `opened_at`, `resolved_at`; null where the broker keeps none. */
  readonly incidents: string | null;
}

/** Where a JSON document comes from, read without the broker. A null host: this machine. */
export type DocumentSource =
  | { readonly file: string; readonly host: string | null }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> }
  | Command;

/** The halt state in a JSON document. */
export interface DocumentState {
  readonly from: DocumentSource;
  readonly pick: StatePointers;
  /** Null where the document holds none. */
  readonly incidents: IncidentList | null;
}

/** Where in the document the list of all incidents stands, and in each of them its parts. */
export interface IncidentList {
  readonly at: string;
  readonly pick: Readonly<
    Record<'id' | 'level' | 'resolvedAt', string> & Record<'reason' | 'openedAt', string | null>
  >;
}

/** The audit log as JSON: a list, or one entry a line. */
export interface DocumentAudit extends AuditWords {
  readonly from: DocumentSource;
  /** Where in an entry its parts stand. A null `seq`: an entry's number is its place. */
  readonly pick: Readonly<
    Record<'subject' | 'outcome', string> & Record<'seq' | 'at' | 'actor' | 'action' | 'host', string | null>
  >;
}

export interface SqliteAudit extends AuditWords {
  readonly file: string;
  /** The host it lies on, where that is not this machine. */
  readonly host?: string;
  /** All entries in order: `seq`, `at`, `actor`, `action`, `subject`, `host`, `outcome`. */
  readonly query: string;
}

/** How an audit log says what the drill has to know of it. */
export interface AuditWords {
  /** Values of `outcome` by which an entry claims that `subject` was stopped. */
  readonly stopped: readonly string[];
  /** Values of `action` or `outcome` by which an entry records a refused request; null where it is not known to. */
  readonly refused: readonly string[] | null;
}

/**
 * An independent system in which the fleet's effects can be seen. One GET answers all of it; the
 * pointers lead to `{ asset: quantity }`, `{ asset: count of open, conditional and queued orders }`
 * and a list of `{ asset, account, count }` of orders accepted so far.
 */
export interface Exchange {
  readonly url: string;
  readonly positions: string;
  readonly open: string;
  readonly accepted: string;
}
