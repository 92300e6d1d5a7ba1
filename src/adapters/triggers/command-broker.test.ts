import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Broker, Command, Expected } from '../../drill/model/inventory.ts';
import { askHere } from '../system/ask-here.ts';
import { createBrokerLink } from './http-broker.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haltdrill-command-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const PICK = { level: '/level', incident: '/incident', reason: '/reason', revision: null, asset: null };

function link(
  commands: {
    halt?: Command & { expect?: Expected };
    resume?: Command;
    status?: Command;
    auth?: Broker['auth'];
  },
  redact?: (text: string) => string,
) {
  const nothing: Command = { host: null, run: ['true'] };
  const asked: (string | null)[] = [];
  const broker: Broker = {
    service: 'kill-switch',
    api: '',
    auth: commands.auth ?? null,
    halt: { ...(commands.halt ?? nothing), pick: { level: '/level', reason: '/reason' } },
    resume: commands.resume ?? nothing,
    status: commands.status === undefined ? null : { ...commands.status, pick: PICK },
    manualResume: null,
    state: null,
    audit: null,
    messages: null,
  };
  const made = createBrokerLink(broker, {
    phrase: 'open sesame',
    ...(redact === undefined ? {} : { redact }),
    askOn: (host) => {
      asked.push(host);
      return askHere;
    },
  });
  return { ...made, asked };
}

const here = (...run: string[]): Command => ({ host: null, run });
const sh = (script: string, ...args: string[]): Command => here('sh', '-c', script, 'sh', ...args);
const HALT = { level: 2, asset: null, reason: 'drill n0nce' };
const RESUME = { level: 2, incident: 'i-1', revision: 4, reason: 'over' };

describe('a halt that is a command', () => {
  it('is given the drill’s values, each in one argument, and acknowledges with 0', async () => {
    const file = join(folder, 'args');
    const reason = 'a "b" $(touch nothing) `c`\n$level';
    const halt = sh(`for a in "$@"; do printf '%s|' "$a"; done > ${file}`, '$level', 'x=$asset', '$reason');
    expect(await link({ halt }).halt({ ...HALT, reason }, 5000)).toEqual({
      kind: 'present',
      value: {
        status: 0,
        by: 'command',
        acknowledged: true,
        state: null,
        stops: null,
        recorded: null,
        body: '',
      },
    });
    expect(readFileSync(file, 'utf8')).toBe(`2|x=|${reason}|`);
  });

  it('D8: was certainly not sent where its program could not be started, and may have been in any other case', async () => {
    const reply = await link({ halt: here(join(folder, 'no-such-program')) }).halt(HALT, 5000);
    expect(reply).toMatchObject({ kind: 'unreadable', unsent: true });
    for (const halt of [sh('kill -9 $$'), sh('sleep 0.5'), sh('head -c 2000000 /dev/zero')])
      expect(await link({ halt }).halt(HALT, 300)).not.toHaveProperty('unsent');
  });

  it('B14: tells when it has ended, where it was too slow to be waited for', async () => {
    const file = join(folder, 'slow');
    let ended: Promise<boolean> | null = null;
    const left = (end: Promise<boolean>): void => {
      ended = end;
    };
    await link({ halt: sh(`sleep 0.6; echo over > ${file}`) }).halt(HALT, 50, left);
    expect(await ended).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('over\n');
    ended = null;
    await link({ halt: sh('true') }).halt(HALT, 5000, left);
    expect(ended).toBeNull();
  });

  it('is run on the host that the inventory names', async () => {
    const made = link({ halt: { host: 'knox', run: ['true'] } });
    await made.halt(HALT, 5000);
    expect(made.asked).toEqual(['knox']);
  });

  it('claims what it prints as JSON, and nothing where it prints something else', async () => {
    const says = (text: string) => link({ halt: here('echo', text) }).halt(HALT, 5000);
    expect(await says('{"level": 2, "reason": "why"}')).toMatchObject({
      value: { acknowledged: true, state: { level: 2, reason: 'why' } },
    });
    expect(await says('halted')).toMatchObject({ value: { acknowledged: true, state: null } });
  });

  it('does not acknowledge with another exit code, and keeps what it said', async () => {
    expect(await link({ halt: sh('echo no such unit >&2; exit 3') }).halt(HALT, 5000)).toMatchObject({
      value: { status: 3, acknowledged: false, body: expect.stringContaining('no such unit') },
    });
  });

  it('acknowledges by what the inventory expects', async () => {
    const at = { pointer: '/ok', equals: true };
    const said = async (text: string, code: number, expect: Expected) => {
      const halt = { ...sh(`echo '${text}'; exit ${code}`), expect };
      const answer = await link({ halt }).halt(HALT, 5000);
      return answer.kind === 'present' && answer.value.acknowledged;
    };
    expect(await said('{"ok": true}', 0, { codes: null, at })).toBe(true);
    expect(await said('{"ok": "true"}', 0, { codes: null, at })).toBe(false);
    expect(await said('{}', 0, { codes: null, at })).toBe(false);
    expect(await said('', 0, { codes: null, at })).toBe(false);
    expect(await said('', 4, { codes: [4], at: null })).toBe(true);
    expect(await said('', 0, { codes: [4], at: null })).toBe(false);
  });

  it.each([
    ['does not exist', here('/nowhere/switch'), 'could not be started'],
    ['is killed', sh('kill -9 $$'), 'ended by SIGKILL'],
    ['hangs', here('sleep', '60'), 'did not end within 200 ms, and was left running'],
  ])('is no clear reply where it %s', async (_, halt, reason) => {
    const answer = await link({ halt }).halt(HALT, 200);
    expect(answer).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) });
  });

  it('is not ended when it is late: it goes on to halt', async () => {
    const file = join(folder, 'done');
    const halt = sh(`sleep 0.5; echo done > ${file}`);
    expect(await link({ halt }).halt(HALT, 50)).toMatchObject({ kind: 'unreadable' });
    await expect
      .poll(() => readFileSync(file, { encoding: 'utf8', flag: 'a+' }), { timeout: 10_000 })
      .toBe('done\n');
  });

  it('does not take with it what it leaves behind, nor hold up the answer', async () => {
    const file = join(folder, 'beats');
    writeFileSync(file, '');
    const resume = sh(
      `sh -c 'while echo x; do echo x >> ${file}; sleep 0.05; done' & echo $! > ${folder}/pid`,
    );
    expect(await link({ resume }).resume(RESUME, 5000)).toMatchObject({ value: { acknowledged: true } });
    const before = readFileSync(file, 'utf8').length;
    await expect
      .poll(() => readFileSync(file, 'utf8').length, { timeout: 10_000 })
      .toBeGreaterThan(before + 6);
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL');
  });

  it('is never given a secret, and what it tells of one is taken out', async () => {
    const file = join(folder, 'args');
    const auth = { bearer: 'k1llsw1tch-t0ken', second: 's3cond-0perator' };
    const halt = sh(`echo "$@" > ${file}; echo k1llsw1tch-t0ken`, '$phrase', '$second', '$bearer');
    const answer = await link({ halt, auth }).halt(HALT, 5000);
    expect(readFileSync(file, 'utf8')).toBe('$phrase $second $bearer\n');
    expect(JSON.stringify(answer)).not.toContain('k1llsw1tch');
  });

  it('tries no guard', async () => {
    const request = { operation: 'halt', token: 'none', phrase: 'own', ...HALT } as const;
    expect(await link({ halt: here('touch', join(folder, 'x')) }).guard(request, 5000)).toMatchObject({
      kind: 'unreadable',
    });
    expect(() => readFileSync(join(folder, 'x'))).toThrow('ENOENT');
  });
});

describe('a status that is a command', () => {
  const status = (command: Command, withinMs = 5000) => link({ status: command }).status(withinMs);

  it('is read by the pointers', async () => {
    expect(await status(here('echo', '{"level": 3, "incident": "i-1", "reason": "why"}'))).toMatchObject({
      kind: 'present',
      value: { level: 3, incident: 'i-1', reason: 'why', revision: null, asset: null },
    });
  });

  it('takes nothing of stderr for it', async () => {
    const noisy = sh('echo warning >&2; echo \'{"level": 0}\'');
    expect(await status(noisy)).toMatchObject({ kind: 'present', value: { level: 0 } });
  });

  it.each([
    ['prints garbage', here('printf', '\\377\\376'), 'not UTF-8'],
    ['prints no JSON', here('echo', 'level 0'), 'not JSON'],
    ['prints nothing', here('true'), 'empty'],
    ['lacks the level', here('echo', '{"incident": null}'), 'no /level'],
    ['prints a level in words', here('echo', '{"level": "2"}'), 'not a whole number'],
    [
      'ends with another code than 0',
      sh('echo \'{"level": 0}\'; echo locked >&2; exit 2'),
      'ended with 2: locked',
    ],
    ['is killed', sh('echo \'{"level": 0}\'; kill -9 $$'), 'SIGKILL'],
    ['hangs', sh('echo \'{"level": 0}\'; sleep 60'), 'did not end within 300 ms'],
    ['never stops to print', here('yes'), 'more than 1048576 bytes'],
  ])('is unreadable where it %s', async (_, command, reason) => {
    expect(await status(command, reason.includes('300') ? 300 : 10_000)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining(reason),
    });
  });

  it('is unreadable where none is declared', async () => {
    expect(await link({}).status(1000)).toMatchObject({ kind: 'unreadable' });
  });
});
