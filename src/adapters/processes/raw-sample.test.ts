import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { rawSample, Tape, withoutNames } from './raw-sample.ts';

const STAT = '42 (secret name) S 1 42 42 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 12345 1000 10 184';
const ANSWER = [
  'B n1',
  'W 10.00 10.01 1760000000000000000',
  'T 10.01 1',
  'L 14 /proc/1 /proc/42',
  'R',
  STAT,
  'D 42',
  'F',
  ' 2f 75 73 72 2f 62 69 6e',
  ' 2f 74',
  'U 42 1000',
  'R',
  'E n1 2',
  '',
].join('\n');
const taped = (text = ANSWER, ends = ['E n1 2']): Tape => {
  const tape = new Tape();
  for (const part of [text.slice(0, 50), text.slice(50)]) tape.add(Buffer.from(part));
  for (const end of ends) tape.ended(end);
  return tape;
};

it('keeps length, digest and end marker of a list that was read, and nothing of it', () => {
  const sha256 = createHash('sha256').update(ANSWER).digest('hex');
  const raw = rawSample(taped(), { nonce: 'n1', mode: 'list', readable: true });
  expect(raw).toEqual({ bytes: ANSWER.length, sha256, end: 'E n1 2' });
});

it('keeps the shape of what could not be read, without names and command lines', () => {
  const { head, end } = rawSample(taped(), { nonce: 'n1', mode: 'list', readable: false });
  expect(end).toBe('E n1 2');
  expect(head).toContain('\n42 () S 1 42 42 0');
  expect(head).toContain('\nL 14 /proc/1 /proc/42\n');
  expect(head).toContain('\n[10 bytes]\n');
  expect(head).not.toMatch(/secret|2f 75/);
});

it('says where the end marker, or the right one, did not come', () => {
  expect(
    rawSample(taped(ANSWER.slice(0, 120), []), { nonce: 'n1', mode: 'full', readable: false }).end,
  ).toBeNull();
  expect(rawSample(taped(), { nonce: 'n2', mode: 'full', readable: false }).end).toBeNull();
});

it('is bounded', () => {
  const long = `${STAT}\n`.repeat(5000);
  const { bytes, head = '' } = rawSample(taped(long), { nonce: 'n', mode: 'full', readable: false });
  expect(bytes).toBe(long.length);
  expect(head.length).toBeLessThanOrEqual(65_536);
});

it.each(['42 (passw0rd) S torn', 'bash -c passw0rd', 'E passw0rd x', 'H 1 passw0rd', ' 2f 7x 70 61 73'])(
  'leaves nothing to read of a line that is not as agreed: %s',
  (line) => {
    expect(withoutNames(line)).not.toMatch(/[a-wyzA-Z]{3}|7x|70/);
  },
);
