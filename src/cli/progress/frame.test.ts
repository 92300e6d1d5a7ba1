import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostile } from '../../../test/support/hostile.ts';
import type { Progress } from '../../drill/ports/world.ts';
import { frame } from './frame.ts';
import { progressLine } from './line.ts';
import { advance, type ProgressState } from './state.ts';

const start: ProgressState = {
  title: 'LAB (reference): Halt all trading (level 2)',
  stages: [
    { name: 'baseline', at: 'ahead', note: null },
    { name: 'trigger', at: 'ahead', note: null },
    { name: 'crash', at: 'ahead', note: null },
  ],
  services: [
    { host: 'knox', service: 'principal', role: 'survivor', state: 'unknown' },
    { host: 'tesseract', service: 'hermes', role: 'target', state: 'unknown' },
    { host: 'tesseract', service: 'shiva', role: 'target', state: 'unknown' },
  ],
  notes: [],
};

const events: Progress[] = [
  { kind: 'stage', stage: 'baseline', event: 'begin', note: null },
  { kind: 'service', service: 'principal', host: 'knox', state: 'up' },
  { kind: 'service', service: 'hermes', host: 'tesseract', state: 'up' },
  { kind: 'stage', stage: 'baseline', event: 'end', note: null },
  { kind: 'stage', stage: 'trigger', event: 'begin', note: null },
  { kind: 'service', service: 'hermes', host: 'tesseract', state: 'down' },
  { kind: 'stage', stage: 'crash', event: 'skipped', note: 'the stop is not proven' },
  { kind: 'note', text: 'interrupted by SIGINT: ending the drill safely' },
];

describe('frame', () => {
  const state = events.reduce(advance, start);

  it('shows every stage and every service', () => {
    expect(frame(state, 12_340, 100)).toBe(
      [
        'LAB (reference): Halt all trading (level 2)  12.3 s',
        '  ✔ baseline',
        '  ▸ trigger',
        '  – crash: the stop is not proven',
        '  knox       ● principal',
        '  tesseract  ○ (hermes)  ? (shiva)',
        '  ● up  ○ down  ◉ back  ? not seen   (must stop)',
        '  ! interrupted by SIGINT: ending the drill safely',
      ].join('\n'),
    );
  });

  it('never draws a line that would wrap, or one that a terminal would obey', () => {
    const hostile = advance(state, { kind: 'note', text: `a\nb\u001b[2J${'x'.repeat(500)}` });
    const lines = frame(hostile, 0, 40).split('\n');
    expect(lines).toHaveLength(9);
    for (const line of lines) expect([...line].length).toBeLessThan(40);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('keeps a stage that it did not foresee', () => {
    const more = advance(state, { kind: 'stage', stage: 'settle', event: 'begin', note: null });
    expect(frame(more, 0, 80)).toContain('  ▸ settle');
  });
});

it('tells each event in one plain line', () => {
  expect(events.map((event) => progressLine(event, 1500))).toEqual([
    '   1.5 s  stage baseline begins',
    '   1.5 s  principal on knox is up',
    '   1.5 s  hermes on tesseract is up',
    '   1.5 s  stage baseline ends',
    '   1.5 s  stage trigger begins',
    '   1.5 s  hermes on tesseract is down',
    '   1.5 s  stage crash skipped: the stop is not proven',
    '   1.5 s  interrupted by SIGINT: ending the drill safely',
  ]);
  expect(progressLine({ kind: 'note', text: 'a\nb\u001b[2Jc' }, 0)).toBe('   0.0 s  a bc');
});

it('has as many lines, none of which acts on a terminal, whatever text is in it', () => {
  const spoilt = (text: string): ProgressState => ({
    title: text,
    stages: [{ name: text, at: 'now', note: text }],
    services: [{ host: text, service: text, role: 'target', state: 'up' }],
    notes: [text],
  });
  const usual = frame(spoilt('x'), 0, 80).split('\n').length;
  fc.assert(
    fc.property(hostile, (text) => {
      const picture = frame(spoilt(text), 0, 80);
      expect(picture.split('\n')).toHaveLength(usual);
      const events: Progress[] = [
        { kind: 'note', text },
        { kind: 'service', service: text, host: text, state: 'up' },
        { kind: 'stage', stage: text, event: 'begin', note: text },
      ];
      const lines = events.map((event) => progressLine(event, 0));
      expect(picture.replaceAll('\n', '') + lines.join('')).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/u);
    }),
  );
});
