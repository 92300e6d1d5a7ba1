import { expect, it } from 'vitest';
import { absent, present, unreadable } from '../../drill/model/reading.ts';
import type { Survey } from '../../drill/model/survey.ts';
import { matchFor } from './match-for.ts';

type Process = Survey['processes'][number];

const process = (pid: number, argv: string[], exe: string, ppid = 1): Process => ({
  pid,
  ppid,
  start: pid,
  pgrp: pid,
  sid: pid,
  state: 'S',
  argv: present(argv),
  exe: present(exe),
});
const PYTHON = '/usr/bin/python3.11';
const hermes = process(10, [PYTHON, '-I', '/opt/bin/hermes', '--fast'], PYTHON);

it('knows a script by its whole path', () => {
  expect(matchFor(10, [hermes, process(11, [PYTHON, '/opt/bin/shiva'], PYTHON)])).toEqual({
    script: '/opt/bin/hermes',
  });
});

it('knows another program by its executable, replaced or not', () => {
  const agent = process(12, ['agent: working'], '/opt/bin/agent (deleted)');
  expect(matchFor(12, [hermes, agent])).toEqual({ exe: '/opt/bin/agent' });
});

it('counts what descends from it as its own', () => {
  const worker = process(13, [PYTHON, '/opt/bin/hermes'], PYTHON, 10);
  const workers = process(14, [PYTHON, '/opt/bin/hermes'], PYTHON, 13);
  expect(matchFor(10, [hermes, worker, workers])).toEqual({ script: '/opt/bin/hermes' });
});

it('S11: is told apart among very many, each the child of the one before', () => {
  const chain = Array.from({ length: 16_000 }, (_, at) => process(100 + at, [PYTHON], PYTHON, 99 + at));
  const last = process(20_000, [PYTHON, '/opt/bin/shiva'], PYTHON, 16_099);
  expect(matchFor(20_000, [...chain, last])).toEqual({ script: '/opt/bin/shiva' });
});

it.each<[string, Process[]]>([
  ['another process runs the same script', [hermes, process(15, [PYTHON, '/opt/bin/hermes'], PYTHON)]],
  ['its script has no whole path', [process(10, [PYTHON, '-m', 'hermes'], PYTHON)]],
  ['it is only an interpreter', [process(10, ['-bash'], '/usr/bin/bash')]],
  ['it shows neither argv nor executable', [{ ...hermes, argv: absent, exe: unreadable('EACCES') }]],
  [
    'of another process it cannot be told',
    [hermes, { ...process(16, [], ''), argv: unreadable('EACCES'), exe: unreadable('EACCES') }],
  ],
  ['it has ended', []],
  [
    'parents go round in a circle, and one of them runs the same script',
    [
      hermes,
      process(17, [PYTHON, '/opt/bin/hermes'], PYTHON, 18),
      process(18, [PYTHON, '/opt/bin/hermes'], PYTHON, 17),
    ],
  ],
])('knows it by nothing where %s', (_, all) => {
  expect(matchFor(10, all)).toBeNull();
});
