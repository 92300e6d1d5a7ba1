import type { Timing } from '../drill/model/drill.ts';
import type { Host, Inventory } from '../drill/model/inventory.ts';
import type { Entry } from '../drill/model/journal.ts';
import type { Proof } from '../drill/model/proof.ts';
import type { Reading } from '../drill/model/reading.ts';
import type { FoundManager, Survey } from '../drill/model/survey.ts';
import type { Stretch, Windows } from '../drill/model/windows.ts';
import type { Opening, Progress, World } from '../drill/ports/world.ts';

/** Everything that the command line does to the world; `main` builds the real one, each part when it is first needed. */
export interface Effects {
  readonly version: string;
  /** Where this package lies: the shipped inventory is in it. */
  readonly packageFolder: string;
  readonly folder: string;
  readonly env: (name: string) => string | undefined;
  /** The wall clock, ISO 8601, UTC. */
  readonly wall: () => string;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs: () => number;
  /** Random lower-case letters and digits, at least four. */
  readonly randomWord: () => string;
  /** SHA-256 of a text in UTF-8, in hexadecimal. */
  readonly sha256: (text: string) => string;
  readonly out: Sink;
  readonly err: Sink;
  readonly files: Files;
  readonly secrets: Secrets;
  readonly stdinIsTerminal: boolean;
  /** The terminal on which this program was started; null where stdin or stderr does not lead to one. */
  readonly terminal: Terminal | null;
  /** The first line on stdin; `none` where it does not come in time, or at all. Never rejects. */
  readonly readLine: (limit: {
    readonly bytes: number;
    readonly ms: number;
    readonly stop: AbortSignal;
  }) => Promise<LineRead>;
  /**
   * Calls back on each SIGINT, SIGTERM and SIGHUP until released, which meanwhile do not end the process, and on
   * each error that nobody caught.
   */
  readonly onSignal: (listener: (cause: string, kind: 'signal' | 'error') => void) => () => void;
  /** Ends the process at once, after one last line on stderr: for the second signal only. */
  readonly leaveNow: (exitCode: number, message: string) => void;
  /** Starts the embedded lab for a drill with this timing. Rejects with one line where it does not come up, or when the signal is aborted. */
  readonly startLab: (variant: string, stop: AbortSignal, timing: Timing) => Promise<RunningLab>;
  /** Runs the lab in the foreground on this terminal until it ends; resolves with its exit code. */
  readonly watchLab: (variant: string) => Promise<number>;
  /** How many programs this machine runs at the same time. */
  readonly cores: number;
  /** The lab's own account of the fleets that it can run, as JSON. Rejects with one line. */
  readonly labCatalogue: () => Promise<string>;
  /** Runs this program again, for a drill. Never rejects. */
  readonly drillProcess: (request: DrillProcessRequest) => Promise<DrillProcess>;
  /** Opens the journal and makes the links to the fleet; nothing is connected yet. Rejects where the journal cannot be written. */
  readonly openWorld: (request: WorldRequest) => Promise<OpenWorld>;
  /** The records of a finished journal. */
  readonly readJournal: (file: string) => Promise<JournalRead>;
  /** Takes the lock of this file, which is made where there is none; null where another runner on this machine has it. Rejects where it cannot. */
  readonly takeLock: (file: string) => Promise<{ release(): void } | null>;
  /** Which epoch of a drill may act; NaN where that cannot be read. */
  readonly epochOf: (folder: string) => Promise<number>;
  /** From now on only this epoch may act. Rejects where that is not on disk. */
  readonly takeOver: (folder: string, epoch: number) => Promise<void>;
  /** Throws away what only a recovery of this drill would need. Never rejects. */
  readonly forgetDrill: (folder: string) => Promise<void>;
  /** Opens the ledger, which is made where there is none. */
  readonly openLedger: (file: string) => Promise<Ledger>;
  /** A part of the terminal that is redrawn in place, on stderr. */
  readonly openLiveArea: () => Promise<LiveArea>;
  /** Calls back every `ms` until released; keeps nothing alive. */
  readonly every: (ms: number, tick: () => void) => () => void;
  /** When windows open, by libraries that know time zones and how their clocks change. */
  readonly windows: () => Promise<WindowClock>;
  /** The words, all absolute paths, that run this program again. */
  readonly program: readonly string[];
  /** Connects to every host of an inventory and asks who answers, by host; nothing else is done there. Never rejects. */
  readonly askHosts: (inventory: Inventory) => Promise<ReadonlyMap<string, Opening>>;
  /** Looks once at a host of which nothing is declared yet. Never rejects. */
  readonly surveyHost: (request: SurveyRequest) => Promise<Reading<Survey>>;
  /** Questions on stderr and answers on stdin, be that a terminal or not. */
  readonly converse: () => Promise<Conversation>;
}

export interface SurveyRequest {
  readonly host: Host;
  /** The name of the fleet; the probe carries it in its argv. */
  readonly fleet: string;
  /** The one service manager to ask, and its configuration where that is not the usual one; null: whichever runs there. */
  readonly only: { readonly manager: FoundManager['manager']; readonly config: string | null } | null;
}

export interface Conversation {
  say(text: string): void;
  /** The next line, without its end; null where none will come any more. */
  ask(prompt: string): Promise<string | null>;
  close(): void;
}

export interface WindowClock {
  /** Stretches that have a part between the two times, milliseconds since 1970, each from where its window opens; in order. */
  stretches(windows: Windows, fromMs: number, toMs: number): readonly Stretch[];
  /** Such as `Sat 2026-12-05 03:00 Europe/Berlin`. */
  inZone(ms: number, zone: string): string;
  /** The zone of this machine's own clock. */
  readonly here: string;
  isSameZone(a: string, b: string): boolean;
}

export type LineRead =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'none' | 'too long' | 'not text' | 'interrupted' };

export interface Question {
  readonly prompt: string;
  /** How long to wait for an answer, from when the question stands there. */
  readonly ms: number;
  readonly stop: AbortSignal;
}

/** Why there is no answer: nobody gave one in time, the signal was aborted, or the terminal is gone. */
export type Unanswered = { readonly kind: 'none' | 'interrupted' | 'closed' };

export type SecretRead = LineRead | Unanswered | { readonly kind: 'left' };

/**
 * Asks on the terminal, in raw mode, which is taken back on every way out. What was typed before the question stands there is
 * dropped. Neither rejects.
 */
export interface Terminal {
  /** A line that is not shown; `left`: Ctrl-C, or Ctrl-D on an empty line. */
  secret(question: Question & { readonly bytes: number }): Promise<SecretRead>;
  /** One of these keys (lower case; `enter`). Ctrl-C interrupts the program, and the question stands. */
  key<K extends string>(
    question: Question & { readonly keys: readonly K[] },
  ): Promise<{ readonly kind: 'key'; readonly key: K } | Unanswered>;
}

/**
 * Everything that this process writes or prints passes it: sinks, files, journal, ledger. A command tells it each secret as
 * soon as it knows it, and cleans values before it cuts, escapes or quotes their texts.
 */
export interface Secrets {
  /** From now on these are in nothing that is written or printed. Throws a RangeError for one that is too short. */
  keep(secrets: readonly string[]): void;
  /** A text without them. */
  redact(text: string): string;
  /** A copy of a JSON value without them; its numbers stay. */
  clean<T>(value: T): T;
}

export interface Sink {
  /** Never throws: a reader that went away does not stop a drill. Known secrets are taken out. */
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

export type FileRead =
  | { readonly kind: 'text'; readonly text: string; readonly sha256: string }
  | { readonly kind: 'missing' }
  /** `at`: where in the file, counted from 1, where that can be said. */
  | {
      readonly kind: 'unreadable';
      readonly why: string;
      readonly at: { readonly line: number; readonly column: number } | null;
    };

/** Why a folder of reports, or a file in it, may be another account's work. */
export interface Distrust {
  /** Absolute. */
  readonly at: string;
  /** What is the matter with it, such as `is a link, not a folder`. */
  readonly what: string;
  readonly wayOut: string;
  /** Others own it, or may write to it: whoever knows that they did no harm may trust it all the same. */
  readonly isOthers: boolean;
}

export interface TrustRequest {
  /** The operator knows that nobody else wrote what is in it: then it is not asked whose it is, nor who may write there. */
  readonly isTrusted: boolean;
  /** Whether the folder may be a link to a folder, if a trusted account made it. */
  readonly mayBeLink: boolean;
}

export interface Files {
  /** An absolute path; `~` is the home folder, the rest is relative to `base`, a folder. */
  resolve(path: string, base: string): string;
  folderOf(path: string): string;
  /** As short as it can be shown from the current folder. */
  shown(path: string): string;
  read(path: string): Promise<FileRead>;
  /**
   * Like `read`, for a file in a reports folder: follows no link, and reads only what this account, root, or the owner of that folder
   * wrote.
   */
  readOwn(path: string): Promise<FileRead>;
  /**
   * What speaks against a reports folder, the folders above it, or the files of these names in it, as work of this account or root
   * alone (and, for root, of whoever became root by sudo); null where nothing does, or nothing is there. Opens nothing.
   */
  distrust(folder: string, names: readonly string[], trust: TrustRequest): Promise<Distrust | null>;
  /** Names in a folder, sorted; empty where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder, and those above it, where there is none. Rejects with one line. */
  makeFolder(path: string): Promise<void>;
  /** Written whole or not at all, readable by the owner only, without the known secrets. Rejects with one line. */
  write(path: string, text: string): Promise<void>;
  /** Removes the files of that name in the folders that lie directly in `folder`. Never rejects. */
  removeBelow(folder: string, name: string): Promise<void>;
}

export interface DrillProcessRequest {
  readonly argv: readonly string[];
  /** What it reads on stdin. */
  readonly input: string;
  /** Aborting it has the drill put its fleet back and end, as SIGINT does. */
  readonly stop: AbortSignal;
  /** How long it may take before it is ended. */
  readonly withinMs: number;
}

export interface DrillProcess {
  /** Null where a signal ended it, or where it could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunningLab {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export type JournalRead =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'missing' }
  /** `newer`: only a later version can judge it. */
  | { readonly kind: 'damaged' | 'newer'; readonly why: string };

export interface WorldRequest {
  readonly inventory: Inventory;
  readonly drillId: string;
  /** The report folder, which is made where a journal is written. */
  readonly folder: string;
  /** `new`: begins one. `continued`: goes on with the one in the folder, on a clock on which it is past. `none`: writes none. */
  readonly journal: 'new' | 'continued' | 'none';
  /** Only while this is the drill's epoch may it act; 0 for the runner that begins the drill. */
  readonly epoch: number;
  /** What the operator typed; kept out of everything that is written. */
  readonly phrase: string | null;
  readonly progress: (event: Progress) => void;
  readonly stop: AbortSignal;
}

export interface OpenWorld {
  readonly world: World;
  entries(): readonly Entry[];
  /** Ends links, probes and journal; safe to call after a failure. */
  close(): Promise<void>;
}

export interface Ledger {
  /** A drill that is about to begin, with the digest of its journal's first record. Throws where it cannot be written, or is there already. */
  enter(proof: Proof, openedSha256: string): void;
  record(proof: Proof): void;
  /** The digest with which a drill was entered; null where none was. */
  openedOf(drillId: string): string | null;
  list(): readonly Proof[];
  close(): void;
}

export interface LiveArea {
  update(text: string): void;
  /** A line that stays above the area. */
  persist(text: string): void;
  done(): void;
}
