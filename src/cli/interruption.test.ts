import { describe, expect, it } from 'vitest';
import { createEffects } from '../effects.ts';
import type { Effects } from './effects.ts';
import { listenForSignals } from './interruption.ts';

function listening() {
  let nowMs = 0;
  const said: string[] = [];
  const left: [number, string][] = [];
  let tell: (cause: string, kind: 'signal' | 'error') => void = () => {};
  let released = false;
  const { effects } = createEffects();
  const fake: Effects = {
    ...effects,
    err: { write: (text) => said.push(text), isTerminal: false, columns: 80 },
    onSignal: (listener) => {
      tell = listener;
      return () => {
        released = true;
      };
    },
    nowMs: () => nowMs,
    leaveNow: (exitCode, message) => left.push([exitCode, message]),
  };
  const interruption = listenForSignals(fake);
  return {
    interruption,
    said,
    left,
    tell: (...args: Parameters<typeof tell>) => tell(...args),
    isReleased: () => released,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('signals', () => {
  it('first ask the drill to end, then end it at once and say what is left', () => {
    const { interruption, said, left, tell } = listening();
    expect(interruption.stop.aborted).toBe(false);
    tell('SIGINT', 'signal');
    expect(interruption.stop.aborted).toBe(true);
    expect(interruption.stop.reason).toBe('interrupted by SIGINT');
    expect(said.join('')).toMatch(/^haltdrill: SIGINT; ending the drill and putting the fleet back; .*\n$/);
    expect(left).toEqual([]);
    interruption.leaves = { exitCode: 5, text: 'the fleet may still be halted' };
    tell('SIGTERM', 'signal');
    expect(left).toEqual([
      [5, 'haltdrill: ended at once by a second SIGTERM; the fleet may still be halted'],
    ]);
  });

  it('are one and the same when npm passes on what the terminal sent too', () => {
    const { left, tell, pass } = listening();
    tell('SIGINT', 'signal');
    tell('SIGINT', 'signal');
    pass(900);
    tell('SIGINT', 'signal');
    expect(left).toEqual([]);
    pass(200);
    tell('SIGINT', 'signal');
    expect(left).toHaveLength(1);
  });

  it('are still the first one after an internal error', () => {
    const { left, tell } = listening();
    tell('interrupted by an internal error', 'error');
    tell('SIGINT', 'signal');
    expect(left).toEqual([]);
  });

  it('are no second one after an internal error, nor the other way round', () => {
    const { interruption, left, tell } = listening();
    tell('SIGINT', 'signal');
    tell('interrupted by an internal error', 'error');
    expect(interruption.stop.reason).toBe('interrupted by SIGINT');
    expect(left).toEqual([]);
  });

  it('are not needed where something else ends the drill, which leaves the first one free', () => {
    const { interruption, said, left, tell } = listening();
    interruption.end('its window closed');
    interruption.end('its window closed');
    expect(interruption.stop.reason).toBe('its window closed');
    expect(said).toEqual([expect.stringMatching(/^haltdrill: its window closed; ending the drill/)]);
    tell('SIGINT', 'signal');
    expect(left).toEqual([]);
    tell('SIGTERM', 'signal');
    expect(left).toHaveLength(1);
  });

  it('are let go of in the end', () => {
    const { interruption, isReleased } = listening();
    interruption.release();
    expect(isReleased()).toBe(true);
  });
});
