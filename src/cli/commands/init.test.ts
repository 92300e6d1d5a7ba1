import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { FoundManager, Survey } from '../../drill/model/survey.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { Effects, SurveyRequest } from '../effects.ts';
import { runCli } from '../run-cli.ts';

const { effects } = createEffects();
const NAMES = ['hermes', 'principal', 'sentinel', 'shiva'];

const survey = (hostname: string, managers: FoundManager['manager'][] = ['systemd']): Reading<Survey> =>
  present({
    identity: {
      bootId: 'b',
      pidNamespace: 'pid:[1]',
      hostname,
      machineId: '0a'.repeat(16),
      hostKey: null,
      os: 'Linux',
      ticksPerSecond: 100,
    },
    managers: present(
      managers.map((manager) => ({
        manager,
        running: NAMES.map((name, at) => ({
          label: manager === 'systemd' ? `${name}.service` : name,
          scope: manager === 'systemd' && name === 'shiva' ? 'user' : 'system',
          pid: 10 + at,
        })),
      })),
    ),
    processes: NAMES.map((name, at) => ({
      pid: 10 + at,
      ppid: 1,
      start: at,
      pgrp: at,
      sid: at,
      state: 'S',
      argv: present(['/usr/bin/python3', `/opt/bin/${name}`]),
      exe: present('/usr/bin/python3'),
    })),
  });

async function asking(
  answers: readonly string[],
  {
    argv = [],
    folder = ownFolder(),
    found = () => survey('east.example'),
  }: { argv?: string[]; folder?: string; found?: (request: SurveyRequest) => Reading<Survey> } = {},
) {
  const left = [...answers];
  const said = { out: '', err: '' };
  const sink = (to: 'out' | 'err') => ({
    write: (words: string) => {
      said[to] += words;
    },
    isTerminal: false,
    columns: 80,
  });
  const surveyed: SurveyRequest[] = [];
  const fake: Effects = {
    ...effects,
    env: () => undefined,
    folder,
    files: createFiles(folder),
    out: sink('out'),
    err: sink('err'),
    surveyHost: async (request) => {
      surveyed.push(request);
      return found(request);
    },
    converse: async () => ({
      say: (text) => {
        said.err += text;
      },
      ask: async (prompt) => {
        said.err += prompt;
        return left.shift() ?? null;
      },
      close: () => undefined,
    }),
  };
  const code = await runCli(['init', ...argv], fake);
  const read = (path: string) => parse(readFileSync(join(folder, path), 'utf8')) as unknown;
  return { code, folder, left, surveyed, read, ...said };
}

// Fleet, host, its name and manager, no more hosts; then what of the list hermes, principal, sentinel, shiva it is about.
const API = [
  'traders',
  'local',
  '',
  '',
  '1-4',
  '',
  '1 4',
  '',
  '1',
  'http://127.0.0.1:8700/v1/halt',
  'http://127.0.0.1:8700/v1/resume',
  'http://127.0.0.1:8700/v1/status',
  '',
  '/incident/id',
  '',
  'BROKER_TOKEN',
];

describe('init', () => {
  it('writes what can be loaded, of a fleet whose switch is an API', async () => {
    const { code, read, out, left, err } = await asking(API);
    expect([code, left], err).toEqual([0, []]);
    expect(read('inventory.yaml')).toEqual({
      fleet: 'traders',
      hosts: { east: { transport: 'local', manager: 'systemd' } },
      services: {
        hermes: { host: 'east', label: 'hermes.service', match: { script: '/opt/bin/hermes' } },
        principal: { host: 'east', label: 'principal.service', match: { script: '/opt/bin/principal' } },
        sentinel: { host: 'east', label: 'sentinel.service', match: { script: '/opt/bin/sentinel' } },
        shiva: { host: 'east', label: 'shiva.service', scope: 'user', match: { script: '/opt/bin/shiva' } },
      },
      broker: {
        service: 'principal',
        api: 'http://127.0.0.1:8700',
        auth: { bearer: '${BROKER_TOKEN}' },
        halt: { request: 'POST /v1/halt', body: { level: '$level', reason: '$reason' } },
        resume: { request: 'POST /v1/resume', body: { incident: '$incident' } },
        status: {
          request: 'GET /v1/status',
          pick: { level: '/level', incident: '/incident/id', reason: '/reason' },
        },
      },
    });
    expect(read('drills/level-2.yaml')).toEqual({
      name: 'level-2',
      title: 'Halt all trading',
      level: 2,
      within: '10s',
      hold: '30s',
      stops: ['hermes', 'shiva'],
      keeps: ['principal', 'sentinel'],
      broker: { level: 2, incident: 'open' },
    });
    expect(out).toBe(
      'Written: inventory.yaml\nWritten: drills/level-2.yaml\nNext: haltdrill doctor, which looks whether all that a drill needs is there; haltdrill pin; haltdrill drill --level 2 --plan.\n',
    );
  });

  it('writes what can be loaded, of two hosts whose switch is a command', async () => {
    const { code, read, surveyed, folder, err } = await asking(
      [
        'traders',
        'ops@10.0.0.7:2222',
        'east',
        '',
        '1,2',
        'west',
        'east',
        'west',
        '',
        '1 3',
        '',
        '1',
        '2 3',
        '',
        '/opt/switch halt $level $reason',
        '/opt/switch resume',
        '',
        'yes',
      ],
      { argv: ['--out', 'fleets/prod'] },
    );
    expect(code, err).toBe(0);
    expect(surveyed.map(({ host }) => host.transport)).toMatchObject([
      { kind: 'ssh', address: '10.0.0.7', user: 'ops', port: 2222 },
      { kind: 'ssh', address: 'west', user: null, port: null },
    ]);
    expect(err).toContain('That will not do: another host is called so.');
    const inventory = read('fleets/prod/inventory.yaml') as Record<string, Record<string, unknown>>;
    expect(inventory.hosts?.east).toEqual({
      transport: 'ssh',
      address: '10.0.0.7',
      port: 2222,
      user: 'ops',
      manager: 'systemd',
    });
    expect(Object.keys(inventory.services ?? {})).toEqual(['hermes', 'principal', 'hermes-west', 'sentinel']);
    expect(inventory.broker).toEqual({
      halt: { command: { run: ['/opt/switch', 'halt', '$level', '$reason'] } },
      resume: { command: { run: ['/opt/switch', 'resume'] }, 'without-ownership': 'accepted' },
    });
    expect(read('fleets/prod/drills/level-3.yaml')).toMatchObject({
      stops: ['hermes', 'hermes-west', 'sentinel'],
      keeps: ['principal'],
    });
    expect(readdirSync(join(folder, 'fleets/prod')).sort()).toEqual(['drills', 'inventory.yaml']);
  });

  it('asks for a manager with a configuration of its own, and asks that one', async () => {
    const { code, read, surveyed, err } = await asking(
      [
        'traders',
        'local',
        '',
        'upstart',
        'supervisord',
        's.conf',
        '/etc/s.conf',
        '1-4',
        '',
        '1',
        '',
        '',
        'halt $reason',
        'resume $incident',
        'status',
        '',
        '',
        '',
      ],
      { found: ({ only }) => survey('east', only === null ? [] : [only.manager]) },
    );
    expect(code, err).toBe(0);
    expect(surveyed.map(({ only }) => only)).toEqual([
      null,
      { manager: 'supervisord', config: '/etc/s.conf' },
    ]);
    expect(read('inventory.yaml')).toMatchObject({
      hosts: { east: { manager: 'supervisord', 'manager-config': '/etc/s.conf' } },
    });
  });

  it('asks which of several managers runs the fleet', async () => {
    const { code, read, err } = await asking([...API.slice(0, 3), 'pm2', ...API.slice(4)], {
      found: () => survey('east', ['systemd', 'pm2']),
    });
    expect(code, err).toBe(0);
    expect(read('inventory.yaml')).toMatchObject({ hosts: { east: { manager: 'pm2' } } });
  });

  it('says why a host cannot be looked at, and asks on', async () => {
    let asked = 0;
    const { code, err } = await asking(['traders', 'nowhere', ...API.slice(1)], {
      found: () => {
        asked += 1;
        return asked === 1 ? unreadable('nowhere: getaddrinfo ENOTFOUND') : survey('east');
      },
    });
    expect(code, err).toBe(0);
    expect(err).toContain('It could not be looked at: nowhere: getaddrinfo ENOTFOUND.');
  });

  it.each([
    ['a name that is none', 0, 'a fleet', 'a name is letters'],
    ['no first host', 1, '', 'a fleet has at least one host'],
    ['an address that is none', 1, 'ops@@east', 'it is neither "local" nor like'],
    ['a port that is none', 1, 'east:70000', 'it is neither "local" nor like'],
    ['a number past the list', 4, '5', '"5" is not within 1 to 4'],
    ['nothing that stops', 6, '', 'at least 1 must be named'],
    ['no halt', 9, '', 'it is needed'],
    ['credentials in an address', 9, 'http://me:secret@east/halt', 'it is no address of an API'],
    ['another API for the resume', 10, 'http://10.0.0.9/resume', 'the API is at http://127.0.0.1:8700'],
    ['a pointer that is none', 12, 'level', 'a JSON Pointer begins with "/"'],
    ['a token where its variable is asked for', 15, 's3cret-token', 'it is no name of a variable'],
  ])('asks again after %s', async (_, at, answer, why) => {
    const { code, err, left } = await asking([...API.slice(0, at), answer, ...API.slice(at)]);
    expect([code, left], err).toEqual([0, []]);
    expect(err).toContain(`That will not do: ${why}`);
  });

  it('writes nothing where nobody answers any more', async () => {
    for (let many = 0; many < API.length; many += 1) {
      const { code, folder, err } = await asking(API.slice(0, many));
      expect(code).toBe(3);
      expect(err).toContain('init was not finished; nobody answers any more; nothing was written');
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('writes nothing where no service is named, or whose halt it is could not be told', async () => {
    const none = await asking(['traders', 'local', '', '', '', '']);
    expect([none.code, readdirSync(none.folder)]).toEqual([3, []]);
    const others = await asking([...API.slice(0, 9), 'halt $reason', 'resume', '', 'perhaps', 'no']);
    expect([others.code, readdirSync(others.folder)]).toEqual([3, []]);
    expect(others.err).toContain('the halt of a drill could not be told from another one');
  });

  it('writes nothing that could not be loaded', async () => {
    const { code, err, folder } = await asking([...API.slice(0, 9), 'halt $everything', ...API.slice(10)]);
    expect(code).toBe(64);
    expect(err).toContain('nothing was written; what was answered makes no inventory');
    expect(err).toContain('"$everything" stands for nothing');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('overwrites nothing', async () => {
    const folder = ownFolder();
    mkdirSync(join(folder, 'drills'));
    writeFileSync(join(folder, 'drills/level-3.yaml'), 'mine\n');
    const { code, err } = await asking(API, { folder });
    expect(code).toBe(64);
    expect(err).toContain('drills/level-3.yaml is there already; init overwrites nothing');
    expect(readdirSync(folder)).toEqual(['drills']);
  });
});
