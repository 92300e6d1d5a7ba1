import type { PrincipalConfig } from '../../principal/config/types.ts';
import type { Broker, BrokerParts, Target } from '../../principal/parts.ts';
import type { RunCommand } from '../../principal/stoppers/command.ts';
import type { DaemonArguments } from '../daemons/daemon.ts';
import type { HostName, KeepAlive } from '../fleet.ts';
import type { FleetVariable, LabLayout } from '../layout.ts';
import type { Line } from '../ssh/line.ts';
import type { Domain } from '../supervisor/domain.ts';

/**
 * One fleet that the lab can run: the reference, with twists at the seams that Principal and the lab's hosts offer. A row has
 * the seams it needs and no others; everything it does not twist is the reference's.
 */
export interface Variant {
  /** What is different about it, in a line. */
  readonly about: string;
  /** What a drill of it must show; null where no self-test drills it. */
  readonly expect: Expectation | null;
  /** Loads the machine so much, or puts every other drill on it so much in doubt, that the self-test drills nothing beside it. */
  readonly alone?: true;
  readonly broker?: BrokerTwist;
  /** By name of the service. */
  readonly daemons?: Readonly<Record<string, DaemonTwist>>;
  /** Changes how a host's supervisor does what it is told. */
  readonly supervisor?: (domain: Domain, site: SupervisorSite) => Domain;
  /** Changes what the ssh server of tesseract says and does. */
  readonly wire?: WireTwist;
  /** Runs in a process of its own beside the fleet, as root of everything: an intruder, an accident, a neighbour. */
  readonly beside?: (site: LabSite) => Promise<void>;
}

/** Seams at which a process of the lab looks up its own twist. */
export type ProcessSeam = 'broker' | 'supervisor' | 'wire';

/** Levels that the self-test has a drill for. */
export type DrillLevel = 1 | 2 | 3 | 4;

export type Expectation =
  /** Does nothing wrong: the drill must pass without a finding. */
  | { readonly kind: 'honest'; readonly level: DrillLevel }
  | {
      readonly kind: 'liar';
      readonly level: DrillLevel;
      /** Code of the finding that names the lie. It must be there, and be no other's consequence. */
      readonly primary: string;
      /** The service, host or asset that it must name; left out where any will do. */
      readonly on?: string;
      /** Codes of everything else that the drill may find, because of the same lie. Any other finding is a miss. */
      readonly also?: readonly string[];
      /** Where it is not what the primary's severity makes it: a lie that is found before the trigger is `not-run`. */
      readonly verdict?: 'fail' | 'inconclusive' | 'not-run';
      /** Something is not back as it was when the drill ends, and the drill must not call the fleet restored. */
      readonly leftOut?: true;
    };

/** What a twist of the broker may reach of the place where it runs. */
export interface BrokerSite {
  /** The broker as a daemon of its own host. */
  readonly self: Target;
  readonly launchctl: string;
  readonly run: RunCommand;
  /** Root folder of its host. */
  readonly root: string;
  readonly config: PrincipalConfig;
}

/** Answers one request to the broker's API. */
export type Answer = (request: Request) => Promise<Response>;

/** One way to put the broker together: parts in place of the reference's, a broker around the broker, an API around the API. */
export interface BrokerTwist {
  readonly parts?: (reference: BrokerParts, site: BrokerSite) => Partial<BrokerParts>;
  readonly around?: (broker: Broker, site: BrokerSite) => Broker;
  readonly http?: (answer: Answer, site: BrokerSite) => Answer;
  /** The loopback address at which it listens, at its own port, where somebody else has the one that everybody knows. */
  readonly behind?: string;
}

export interface DaemonTwist {
  /** What the service's script calls in place of its own: a function of a module below `src/lab/`, its name ending in `.js`. */
  readonly call?: readonly [module: string, call: string];
  /** What the supervisor starts in place of Node and the service's script; `script` is the path of the latter. */
  readonly program?: (script: string) => readonly string[];
  /** The text of the service's script where it is not for Node; `program` then says who reads it. */
  readonly text?: (daemon: DaemonArguments) => string;
  readonly keepAlive?: KeepAlive;
}

export interface SupervisorSite {
  readonly host: HostName;
  readonly root: string;
}

/** How the ssh server of tesseract lies to the runner; the broker's own connections may be spared by what they run. */
export interface WireTwist {
  /** Called for each command that is run: rewrites what it prints, part by part as it comes. Null: left alone. */
  readonly output?: (command: string, site: WireSite) => ((bytes: Buffer) => Buffer | Promise<Buffer>) | null;
  /** The server shows a host key of its own making, and not the one on file. */
  readonly strangeKey?: true;
  /** Runs for as long as the server does, with a hand on its cable. */
  readonly cable?: (line: Line, site: WireSite) => Promise<void>;
}

export interface WireSite {
  readonly root: string;
}

/** The whole lab, for what happens beside it. */
export interface LabSite {
  readonly lab: LabLayout;
  readonly env: Readonly<Record<FleetVariable, string>>;
}
