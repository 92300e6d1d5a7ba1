import { describe, expect, it } from 'vitest';
import { askKey, askSecret } from './ask.ts';
import { FakeDesk } from './fake-desk.fixture.ts';

const PROMPT = 'Phrase: ';
const never = (): AbortSignal => new AbortController().signal;

function secret(desk: FakeDesk, more: { stop?: AbortSignal; bytes?: number; ms?: number } = {}) {
  const question = { prompt: PROMPT, bytes: 40, ms: 20_000, stop: never(), quietMs: 5, ...more };
  return askSecret(question, desk);
}

/** What comes of these keys, pressed one after the other once the question stands there. */
async function typing(...keys: (string | Uint8Array)[]) {
  const desk = new FakeDesk();
  const answer = secret(desk);
  await desk.asked(PROMPT);
  for (const key of keys) desk.press(key);
  return { answer: await answer, desk };
}

const line = (text: string) => ({ kind: 'line', text });

describe('a line that is typed unseen', () => {
  it('is read in raw mode, shown nowhere, and leaves the terminal as it was', async () => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    await desk.asked(PROMPT);
    expect([desk.raw, desk.reading]).toEqual([true, true]);
    for (const key of 'OPEN SESAME\r') desk.press(key);
    expect(await answer).toEqual(line('OPEN SESAME'));
    expect(desk.shown).toBe(`${PROMPT}\n`);
    expect([desk.raw, desk.reading, desk.leftListening]).toEqual([false, false, 0]);
  });

  it.each<[string, (string | Uint8Array)[], unknown]>([
    ['ends at a line feed too', ['abc\n'], line('abc')],
    ['loses its last character to backspace', ['abd\u007fc\r'], line('abc')],
    ['loses a whole character of several bytes', ['aé😀\u0008\u007fb\r'], line('ab')],
    ['can be emptied by backspace and not further', ['a\u007f\u007f\u007fb\r'], line('b')],
    ['begins anew after Ctrl-U', ['wrong\u0015right\r'], line('right')],
    [
      'may come in pieces, in the middle of a character',
      [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0d])],
      line('é'),
    ],
    ['is what was pasted, without the marks of a paste', ['\u001b[200~abc\u001b[201~\r'], line('abc')],
    ['drops what was pasted after it', ['abc\rdef\r'], line('abc')],
    ['holds no arrow, function key or Alt', ['a\u001b[A\u001bOP\u001b[15;2~\u001bxb\r'], line('ab')],
    ['holds no tab or other control', ['a\t\u0001\u000bb\r'], line('ab')],
    ['may be empty', ['\r'], line('')],
    ['is left by Ctrl-C', ['abc\u0003'], { kind: 'left' }],
    ['is left by Ctrl-C in the middle of a sequence', ['\u001b[\u0003'], { kind: 'left' }],
    ['is left by Ctrl-D where it is empty', ['a\u007f\u0004'], { kind: 'left' }],
    ['is not left by Ctrl-D where it is not', ['ab\u0004c\r'], line('abc')],
    ['may be as long as the limit', [`${'x'.repeat(40)}\r`], line('x'.repeat(40))],
    ['may not be longer', [`${'x'.repeat(41)}\r`], { kind: 'too long' }],
    ['may be shortened by Ctrl-U', [`${'x'.repeat(90)}\u0015abc\r`], line('abc')],
    ['must be UTF-8', [Buffer.from([0x61, 0xff, 0x0d])], { kind: 'not text' }],
  ])('%s', async (_, keys, expected) => {
    const { answer, desk } = await typing(...keys);
    expect(answer).toEqual(expected);
    expect([desk.raw, desk.reading, desk.leftListening, desk.shown]).toEqual([
      false,
      false,
      0,
      `${PROMPT}\n`,
    ]);
  });

  it('wipes what it was handed', async () => {
    const keys = Buffer.from('OPEN SESAME\r');
    await typing(keys);
    expect(keys.every((byte) => byte === 0)).toBe(true);
  });
});

describe('what was typed before the question', () => {
  it('is no part of the answer', async () => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    desk.press('impatient\r');
    await desk.asked(PROMPT);
    desk.press('abc\r');
    expect(await answer).toEqual(line('abc'));
  });

  it('leaves all the same where it is Ctrl-C', async () => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    desk.press('\u0003');
    expect(await answer).toEqual({ kind: 'left' });
    expect([desk.raw, desk.leftListening, desk.shown]).toEqual([false, 0, '\n']);
  });
});

describe('the mode of the terminal comes back', () => {
  it('when nobody answers in time', async () => {
    const desk = new FakeDesk();
    expect(await secret(desk, { ms: 5 })).toEqual({ kind: 'none' });
    expect([desk.raw, desk.leftListening]).toEqual([false, 0]);
  });

  it.each(['end', 'close', 'error'])('when the terminal goes away (%s)', async (event) => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    await desk.asked(PROMPT);
    desk.keys.emit(event, new Error('EIO'));
    expect(await answer).toEqual({ kind: 'closed' });
    expect([desk.raw, desk.leftListening]).toEqual([false, 0]);
  });

  it('when it cannot even be set', async () => {
    const desk = new FakeDesk();
    desk.setRawFails = new Error('EIO');
    expect(await secret(desk)).toEqual({ kind: 'closed' });
    expect([desk.reading, desk.leftListening]).toEqual([false, 0]);
  });

  it('when the program is told to stop, and before that nothing is asked', async () => {
    const stop = new AbortController();
    const desk = new FakeDesk();
    const answer = secret(desk, { stop: stop.signal });
    await desk.asked(PROMPT);
    stop.abort();
    expect(await answer).toEqual({ kind: 'interrupted' });
    expect([desk.raw, desk.leftListening]).toEqual([false, 0]);
    const late = new FakeDesk();
    expect(await secret(late, { stop: stop.signal })).toEqual({ kind: 'interrupted' });
    expect(late.modes).toEqual([]);
  });

  it('when the process ends under it', async () => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    await desk.asked(PROMPT);
    desk.emit('exit');
    expect(desk.raw).toBe(false);
    desk.press('\u0003');
    await answer;
  });

  it('while the process is suspended, and the line begins anew afterwards', async () => {
    const desk = new FakeDesk();
    const while_: boolean[] = [];
    desk.on('stopped', () => while_.push(desk.raw));
    const answer = secret(desk);
    await desk.asked(PROMPT);
    desk.press('half a line');
    desk.emit('stop');
    expect(while_).toEqual([false]);
    expect(desk.raw).toBe(true);
    await desk.asked(PROMPT);
    desk.press('abc\r');
    expect(await answer).toEqual(line('abc'));
    expect([desk.raw, desk.leftListening]).toEqual([false, 0]);
  });

  it('and is set again where a shell has changed it meanwhile', async () => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    await desk.asked(PROMPT);
    desk.emit('go');
    // Out and in again: a mode that is believed to be in force would not be set.
    expect(desk.modes).toEqual([true, false, true]);
    await desk.asked(PROMPT);
    desk.press('\u0003');
    await answer;
  });

  it('has Ctrl-Z stop the whole job, as the terminal would', async () => {
    const desk = new FakeDesk();
    const answer = secret(desk);
    await desk.asked(PROMPT);
    desk.press('abc\u001a');
    expect(desk.jobStops).toBe(1);
    desk.press('def\r');
    expect(await answer).toMatchObject({ kind: 'line' });
  });
});

describe('a question that one key answers', () => {
  const ask = (desk: FakeDesk, more: { stop?: AbortSignal; ms?: number } = {}) =>
    askKey(
      { prompt: 'Run it? ', keys: ['enter', 's', 'q'], ms: 20_000, stop: never(), quietMs: 5, ...more },
      desk,
    );

  it.each([
    ['\r', 'enter'],
    ['\n', 'enter'],
    ['\r\n', 'enter'],
    ['s', 's'],
    ['Q', 'q'],
  ])('takes %j as %s', async (keys, key) => {
    const desk = new FakeDesk();
    const answer = ask(desk);
    await desk.asked('Run it? ');
    desk.press(keys);
    expect(await answer).toEqual({ kind: 'key', key });
    expect([desk.raw, desk.reading, desk.leftListening]).toEqual([false, false, 0]);
  });

  it('is answered by no other key, by several at once, nor by what was typed before', async () => {
    const desk = new FakeDesk();
    const answer = ask(desk);
    desk.press('\r');
    await desk.asked('Run it? ');
    for (const keys of ['x', ' ', '\r\r', 'qq', 'stop', '\u001bs', '\u001b[A', '\u001a', '\u0004', ''])
      desk.press(keys);
    desk.press('s');
    expect(await answer).toEqual({ kind: 'key', key: 's' });
    expect(desk.jobStops).toBe(0);
  });

  it('stands while Ctrl-C interrupts the program', async () => {
    const desk = new FakeDesk();
    const answer = ask(desk);
    desk.press('\u0003');
    expect(desk.interrupts).toBe(1);
    await desk.asked('Run it? ');
    desk.press('\u0003');
    expect(desk.interrupts).toBe(2);
    desk.press('q');
    expect(await answer).toEqual({ kind: 'key', key: 'q' });
  });

  it('says that nobody answered', async () => {
    expect(await ask(new FakeDesk(), { ms: 5 })).toEqual({ kind: 'none' });
  });
});
