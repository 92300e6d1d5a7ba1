import type { Effects, Timing } from './drill.ts';
import type { GuardName } from './guards.ts';
import type { Manager, ManualStep, Match } from './inventory.ts';
import type { HostPin } from './pin.ts';
import type { StopCondition } from './stop-condition.ts';

/**
 * What a drill is going to do and to demand, as data: assembled purely, printed by `--plan`, written to
 * the journal as its first record, and all that a judge knows about the fleet. It holds no secret.
 */
export interface Plan {
  readonly drill: string;
  readonly title: string;
  readonly level: number;
  readonly asset: string | null;
  /** `live`, or `lab:<name>`. */
  readonly environment: string;
  readonly fleet: string;
  readonly hosts: readonly PlannedHost[];
  readonly services: readonly PlannedService[];
  /** Name of the service that owns the kill switch. */
  readonly broker: string;
  readonly expect: { readonly level: number; readonly incident: 'open' | 'none' };
  readonly effects: Effects | null;
  /** Requests that must be refused, or do nothing. */
  readonly guards: readonly GuardName[];
  /** Who writes to whom, where a message to a halted agent is among them. */
  readonly messages: MessageRoute | null;
  /** What ends the drill early; `foreign-incident` is always among them. Missing in journals of versions that had none. */
  readonly stopWhen: readonly StopCondition[];
  /** Somebody is there who typed the phrase, or agreed where there is none, and watches: only then, or in a lab, are guards of a destructive level tried. */
  readonly manned: boolean;
  /** Whether the resume needs the second operator's token. */
  readonly secondOperator: boolean;
  /** The halt is a command, which may still run when its reply was due; left out where it is a request. */
  readonly haltsByCommand?: true;
  readonly crash: string | null;
  readonly resume: 'api' | 'manual';
  readonly phrase: 'none' | 'typed';
  /** Steps of a manual resume, in order; empty where the broker's API resumes. */
  readonly manualResume: readonly ManualStep[];
  readonly timing: Timing;
  readonly oneMachine: readonly (readonly string[])[];
  /** Which of the broker's records can be read besides its API. */
  readonly sources: {
    /** Whether the broker can be asked for the halt state. Missing in journals of versions that knew no broker without. */
    readonly status?: boolean;
    /** Whether the state can be read without the broker. Missing likewise. */
    readonly store?: boolean;
    readonly incidents: boolean;
    readonly audit: readonly string[] | null;
    readonly exchange: boolean;
    /** Words by which the audit log records a refusal; null where it is not known to. */
    readonly refused: readonly string[] | null;
  };
  /** What this drill does not test, in words, for the report. */
  readonly notTested: readonly string[];
}

/** The message to `halted` must be refused, while the same message to `alive` gets through. */
export interface MessageRoute {
  readonly sender: string;
  readonly halted: string;
  readonly alive: string;
  /** Whether the broker's table of messages can be read. */
  readonly table: boolean;
}

export interface PlannedHost {
  readonly name: string;
  /** Such as `local` or `ssh ops@192.168.1.150:22`. */
  readonly reachedBy: string;
  readonly manager: Manager;
  /** The host that has it, where it is a container. Missing in journals of versions that did not say. */
  readonly on?: string;
  /** The machine that it must be; left out where its identity was not pinned. */
  readonly pin?: HostPin;
}

/** What the drill demands of a service: `target` must stop, `survivor` must not, `bystander` is only watched. */
export type Role = 'target' | 'survivor' | 'bystander';

export interface PlannedService {
  readonly name: string;
  readonly host: string;
  readonly role: Role;
  readonly match: Match;
  readonly instances: number;
  readonly leaves: readonly Match[];
  readonly heartbeat: { readonly file: string; readonly everyMs: number } | null;
  /** The command that starts it without the broker, or null. */
  readonly start: readonly string[] | null;
}

/** Hosts that are one machine with this one, itself among them. */
export function machineOf({ oneMachine }: Pick<Plan, 'oneMachine'>, host: string): readonly string[] {
  return oneMachine.find((group) => group.includes(host)) ?? [host];
}

/** Services that are declared on the machine of a host, and in its containers, whose processes it shows as well. */
export function servicesAt(
  plan: Pick<Plan, 'oneMachine' | 'services' | 'hosts'>,
  host: string,
): ReadonlySet<string> {
  const own = machineOf(plan, host);
  const inside = plan.hosts.filter(({ on }) => on !== undefined && own.includes(on));
  const machine = [...own, ...inside.map(({ name }) => name)];
  return new Set(plan.services.filter((one) => machine.includes(one.host)).map(({ name }) => name));
}
