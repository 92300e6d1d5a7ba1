import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitUntil } from '../wait-until.ts';
import { pidFileOf } from './daemon.ts';
import { haltWatch, isUp, pidIn } from './other.ts';

let lab: string;
let file: string;
let child: ChildProcess;
beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'haltdrill-other-'));
  file = pidFileOf(join(lab, 'tesseract'), 'hermes');
  mkdirSync(dirname(file), { recursive: true });
  child = spawn('sleep', ['300']);
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(lab, { recursive: true });
});

it('knows a daemon by its pid file, and none where there is nothing to read', () => {
  expect([pidIn(file), isUp(file)]).toEqual([null, false]);
  writeFileSync(file, 'nobody\n');
  expect([pidIn(file), isUp(file)]).toEqual([null, false]);
  writeFileSync(file, `${child.pid}\n`);
  expect([pidIn(file), isUp(file)]).toEqual([child.pid, true]);
});

it('takes the end of hermes for a halt, and not that it has yet to begin', async () => {
  const look = haltWatch(lab);
  expect(look()).toBeNull();
  // A pid file of a life before this one: a watcher that restarts in a halt must not fall at once again.
  writeFileSync(file, '999999999\n');
  expect(look()).toBeNull();
  writeFileSync(file, `${child.pid}\n`);
  expect(look()).toBeNull();
  child.kill('SIGKILL');
  await waitUntil(
    () => look() === child.pid,
    10_000,
    () => 'the halt is seen',
  );
});
