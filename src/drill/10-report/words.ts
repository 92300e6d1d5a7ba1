import type { BrokerState } from '../model/broker-state.ts';
import { plain } from '../model/harmless.ts';
import type { Interval } from '../model/reading.ts';
import type { ExitCode, FleetState, ServiceSummary, Verdict } from '../model/verdict.ts';

/** `1 target`, `2 targets`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Milliseconds as seconds with two digits, such as `0.41`. */
export function seconds(ms: number, round: (n: number) => number = Math.round): string {
  return (round(ms / 10) / 100).toFixed(2).replace('-', '−');
}

/** An interval of milliseconds, such as `0.41–0.62 s`; rounded outwards, so that it never claims more than was seen. */
export function between([from, to]: readonly [number, number]): string {
  return `${seconds(from, Math.floor)}–${seconds(to, Math.ceil)} s`;
}

export function latency(interval: Interval | null): string {
  return interval === null ? 'not measured' : between([interval.fromMs, interval.toMs]);
}

/** `LAB (reference): ` for `lab:reference`, nothing for a live fleet. */
export function environmentPrefix(environment: string): string {
  return environment.startsWith('lab:') ? `LAB (${environment.slice(4)}): ` : '';
}

/** The headline, which for a lab always begins by saying so. */
export function headlineOf(verdict: Verdict): string {
  const prefix = environmentPrefix(verdict.environment);
  return verdict.headline.startsWith(prefix) ? verdict.headline : prefix + verdict.headline;
}

export const OUTCOMES: Readonly<Record<ServiceSummary['outcome'], string>> = {
  stopped: 'stopped, proven',
  running: 'still running',
  kept: 'kept, proven',
  changed: 'changed',
  unknown: 'not known',
  watched: 'watched only',
};

export const FLEET: Readonly<Record<FleetState, string>> = {
  untouched: 'untouched: nothing was triggered',
  restored: 'restored: everything was seen back as it was',
  halted: 'still halted: see below for what is left to do',
  unknown: 'not proven restored: look at it before anything else',
};

const EXITS: Readonly<Record<ExitCode, string>> = {
  0: 'pass',
  1: 'fail',
  2: 'inconclusive: it could not be told',
  3: 'not run: nothing was triggered',
  4: 'aborted after the trigger, fleet restored',
  5: 'the fleet is not proven restored',
  64: 'bad usage or configuration',
  70: 'internal error',
};

/** Whether a rule of the drill file had the drill leave the fleet halted. */
export function isLeftHalted({ fleet, stopConditions }: Verdict): boolean {
  return fleet === 'halted' && stopConditions.some(({ action, met }) => action === 'hold' && met !== null);
}

/** The command that undoes what is in a report folder. */
export function recovery(folder: string): string {
  return `haltdrill recover ${shellWord(folder.replace(/\p{Cc}+/gu, ' '))}`;
}

/** What the exit code of a verdict says. */
export function exitWords({ exitCode, verdict }: Verdict): string {
  if (exitCode === 1 && verdict === 'pass') return 'a pass that leans on known issues, under --strict';
  return EXITS[exitCode];
}

/** A broker's state in one cell: what it says, and nothing about what it does not say. */
export function stateCell(state: BrokerState | { readonly unreadable: string } | null): string {
  if (state === null) return 'not read';
  if ('unreadable' in state) return `unreadable: ${plain(state.unreadable, 160)}`;
  const parts = [
    `level ${state.level}`,
    state.incident === null ? 'no incident' : `incident ${plain(state.incident, 80)}`,
    state.asset === null ? null : `asset ${plain(state.asset, 40)}`,
    state.revision === null ? null : `revision ${state.revision}`,
    state.reason === null ? null : `“${plain(state.reason, 120)}”`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** A word as the shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
