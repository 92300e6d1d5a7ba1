import { describe, expect, it } from 'vitest';
import { loadInventory } from './load-fleet.ts';
import { formatProblem } from './problem.ts';

const inventory = (state: string, audit = '', more = ''): string => `fleet: small
hosts:
  here: { transport: local, manager: none }
  there: { transport: ssh, address: 192.0.2.7, user: ops, manager: none }
services:
  principal: { host: there, match: { exe: /opt/principal }, start: [/opt/principal] }
broker:
  service: principal
  api: http://127.0.0.1:8700
  halt: { request: POST /h, body: { level: $level, reason: $reason } }
  resume: { request: POST /r }
  status: { request: GET /s, pick: { level: /level, incident: /incident } }
  state: ${state}
${audit === '' ? '' : `  audit: ${audit}\n`}${more}`;
const PICK = 'pick: { level: /level, incident: /incident, reason: /reason }';

function load(text: string) {
  return loadInventory(
    { path: 'i.yaml', text },
    { env: () => undefined, resolvePath: (path) => `resolved(${path})` },
  );
}
function problems(text: string): string {
  const loaded = load(text);
  return loaded.ok ? '' : loaded.problems.map(formatProblem).join('\n');
}
function brokerOf(text: string) {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(problems(text));
  return loaded.inventory.broker;
}

describe('where a state is read', () => {
  it.each([
    ['{ sqlite: /db, query: select level from s }', { file: '/db', host: 'there' }],
    ['{ sqlite: s.db, query: select level from s, on: here }', { file: 'resolved(s.db)' }],
    [`{ json: /s.json, ${PICK} }`, { from: { file: '/s.json', host: 'there' } }],
    [`{ json: s.json, on: here, ${PICK} }`, { from: { file: 'resolved(s.json)', host: null } }],
    [
      `{ url: "http://10.0.0.1:8500/v1/kv?raw", ${PICK} }`,
      { from: { url: 'http://10.0.0.1:8500/v1/kv?raw', headers: {} } },
    ],
    [
      `{ command: { run: [redis-cli, get, halt] }, ${PICK} }`,
      { from: { host: null, run: ['redis-cli', 'get', 'halt'] } },
    ],
    [`{ command: { host: there, run: [psql] }, ${PICK} }`, { from: { host: 'there', run: ['psql'] } }],
  ])('%s', (state, expected) => {
    expect(brokerOf(inventory(state)).state).toMatchObject(expected);
  });

  it('may hold its incidents in a list', () => {
    const list = 'incident-list: { at: /all, reason: /why, opened-at: /from }';
    expect(brokerOf(inventory(`{ json: /s.json, ${PICK}, ${list} }`)).state).toMatchObject({
      incidents: {
        at: '/all',
        pick: { id: '/id', level: '/level', reason: '/why', openedAt: '/from', resolvedAt: '/resolved_at' },
      },
    });
  });
});

describe('where an audit log is read', () => {
  const STATE = '{ sqlite: /db, query: select level from s }';
  it.each([
    [
      '{ sqlite: /a.db, query: select 1, stopped: [ok] }',
      { file: '/a.db', host: 'there', query: 'select 1' },
    ],
    [
      '{ lines: /a.jsonl, pick: { subject: /s, outcome: /o }, stopped: [ok] }',
      { from: { file: '/a.jsonl', host: 'there' }, pick: { seq: null, subject: '/s' } },
    ],
    [
      '{ command: { host: there, run: [journalctl, -o, json] }, pick: { subject: /U, outcome: /M }, stopped: [ok] }',
      { from: { host: 'there', run: ['journalctl', '-o', 'json'] } },
    ],
  ])('%s', (audit, expected) => {
    expect(brokerOf(inventory(STATE, audit)).audit).toMatchObject(expected);
  });

  it.each([
    ['{ stopped: [ok] }', 'the audit has no source'],
    ['{ lines: /a, stopped: [ok] }', 'the audit from lines has no "pick"'],
    ['{ sqlite: /a, stopped: [ok] }', 'the audit from sqlite has no "query"'],
  ])('is refused: %s', (audit, says) => {
    expect(problems(inventory(STATE, audit))).toContain(says);
  });
});

describe('a state is refused where', () => {
  it.each([
    ['it has no source', '{ on: here }', 'the state has no source'],
    ['it has two', `{ json: /a, url: "http://x", ${PICK} }`, 'the state has "json" and "url"'],
    ['a database has no query', '{ sqlite: /a }', 'the state from sqlite has no "query"'],
    ['a document has no pointers', '{ json: /a }', 'the state from json has no "pick"'],
    [
      'a document has a query',
      `{ json: /a, query: select 1, ${PICK} }`,
      '"query" says nothing of a state from json',
    ],
    [
      'a database has pointers',
      `{ sqlite: /a, query: select 1, ${PICK} }`,
      '"pick" says nothing of a state from sqlite',
    ],
    [
      'its host is none',
      '{ sqlite: /a, query: select 1, on: thare }',
      '"thare" is not a host of the inventory',
    ],
    [
      'the host of its command is none',
      `{ command: { host: hare, run: [x] }, ${PICK} }`,
      '"hare" is not a host of the inventory',
    ],
    [
      'its path there is relative',
      '{ sqlite: a.db, query: select 1 }',
      '"a.db" is on "there", and is no absolute path',
    ],
    [
      'the broker itself is asked',
      `{ url: "http://127.0.0.1:8700/s", ${PICK} }`,
      'the state is asked of the API of the broker',
    ],
    [
      'the broker itself is asked, by another name of this machine',
      `{ url: "http://LocalHost:8700/s", ${PICK} }`,
      'the state is asked of the API of the broker',
    ],
    [
      'the broker itself is asked, by a command',
      `{ command: { run: [curl, -s, "http://[::1]:8700/s?x=1"] }, ${PICK} }`,
      'the state is asked of the API of the broker, by a command',
    ],
  ])('%s', (_, state, says) => {
    expect(problems(inventory(state))).toContain(says);
  });

  it.each([
    `{ url: "http://127.0.0.1:8701/s", ${PICK} }`,
    `{ url: "http://knox:8700/s", ${PICK} }`,
    `{ command: { run: [curl, -s, "http://127.0.0.1:8500/v1/kv/halt?raw"] }, ${PICK} }`,
  ])('it is asked of somebody else, and that is fine: %s', (state) => {
    expect(problems(inventory(state))).toBe('');
  });

  it('it is read by the command that asks the broker', () => {
    const state = `{ command: { run: [ctl, status] }, ${PICK} }`;
    const asked = inventory(state).replace('request: GET /s', 'command: { run: [ctl, status] }');
    expect(problems(asked)).toContain('the state is read by the command that asks for the status');
    expect(
      problems(
        asked.replace(
          'run: [ctl, status] }, pick: { level: /level, incident: /incident, reason',
          'run: [psql] }, pick: { level: /level, incident: /incident, reason',
        ),
      ),
    ).toBe('');
  });
});
