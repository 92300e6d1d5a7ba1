import { expect, it } from 'vitest';
import { present } from '../../src/drill/model/reading.ts';
import { afterUndo, at, type Given, given } from './given.ts';
import { missingFromProof } from './oracle.ts';
import {
  BACK,
  baselineLife,
  cleanLevel2,
  cleanLevel4,
  FOREVER,
  halted,
  livesOf,
  type Scenario,
} from './scenario.ts';

/** Wrong passes that the oracle found, each as small as it can be. */

const drill = (): Given => given(cleanLevel2);

const watched = (s: Scenario): void => {
  const services = s.plan.services.map((one) =>
    one.name === 'horus' ? { ...one, role: 'bystander' as const } : one,
  );
  s.plan = { ...s.plan, services };
};
const growing = (s: Scenario): void => {
  const { exchange } = s;
  s.exchange = (ms) => {
    const read = exchange(ms);
    return read.kind === 'present' && ms > at(5)
      ? present({ ...read.value, positions: { 'DOGE-USD': 42.5 } })
      : read;
  };
};
/** The broker is back only after a while, and something else answers meanwhile. */
const cached = (s: Scenario): void => {
  const [, second] = livesOf(s, 'principal');
  if (second !== undefined) second.fromMs = at(9);
  const { api } = s;
  s.api = (ms) => (ms > at(1) && ms < at(9) ? present(halted) : api(ms));
};
const returned = (s: Scenario, name: string) => {
  const one = livesOf(s, name).find(({ fromMs }) => fromMs > at(9));
  if (one === undefined) throw new Error(`${name} does not come back`);
  return one;
};

it.each<[name: string, Given]>([
  [
    'hermes is back, and frozen to the end',
    drill().and((s) => {
      returned(s, 'hermes').state = () => ({ state: 'T' });
    }),
  ],
  ['a survivor is frozen from the undo on', drill().freezes('horus', afterUndo(0.1))],
  ['a survivor is frozen for most of the halt', drill().freezes('horus', at(1)).thaws('horus', at(6))],
  [
    'at level 4 what came back is frozen',
    given(cleanLevel4).and((s) => {
      returned(s, 'horus').state = () => ({ state: 'T' });
    }),
  ],
  [
    'the heart of a survivor stops with the undo',
    drill().and((s) => {
      const { heartbeat } = s;
      s.heartbeat = (name, ms) => heartbeat(name, Math.min(ms, afterUndo(0)));
    }),
  ],
  ['a bystander ends, and does not come back', drill().and(watched).stopsAt('horus', at(2))],
  [
    'nobody looks at knox for a second and more of the undo',
    drill().loses('knox', afterUndo(-0.2), afterUndo(0.85)),
  ],
  [
    'nobody looks at tesseract for three seconds of the undo',
    drill().loses('tesseract', afterUndo(0.1), afterUndo(3.1)),
  ],
  ['the last control of knox goes as the halt begins', drill().lacksFinalControl('knox', at(0.7))],
  [
    'hermes lives on the wrong host for two seconds of the halt',
    drill().respawns('hermes', at(3), { host: 'knox', untilMs: at(5) }),
  ],
  ['a cache answers while there is no broker', drill().and(cached)],
  ['a position grows under the halt', drill().and(growing)],
  [
    'a helper becomes the trader',
    drill()
      .leavesAChild('hermes', { untilMs: FOREVER })
      .and((s) => {
        const helper = s.lives.at(-1);
        Object.assign(helper ?? {}, {
          leftBy: ['hermes'],
          matchedAt: (ms: number) => (ms > at(2) ? ['hermes'] : []),
        });
      }),
  ],
  [
    'the child of hermes is a service of another host',
    drill()
      .leavesAChild('hermes')
      .and((s) => {
        Object.assign(s.lives.at(-1) ?? {}, { services: ['sentinel'] });
      }),
  ],
  [
    'what was down before the trigger is up afterwards',
    drill()
      .and((s) => {
        watched(s);
        s.lives = s.lives.filter((one) => one !== baselineLife(s, 'horus'));
      })
      .respawns('horus', afterUndo(0.5), { untilMs: FOREVER }),
  ],
])('oracle: no pass where %s', (_, given) => {
  expect(missingFromProof(given.journal())).not.toEqual([]);
  expect(given.verdict().exitCode).not.toBe(0);
});

it.each<[name: string, Given]>([
  [
    'A1: a respawn beside an accepted orphan',
    drill()
      .leavesAChild('hermes')
      .respawns('hermes', at(2))
      .accepting({ code: 'orphaned-children', host: 'tesseract', service: 'hermes' }),
  ],
  [
    'A5: a survivor that never comes back',
    drill().stopsAt('horus', at(2)).accepting({ code: 'collateral-stop', host: 'knox', service: 'horus' }),
  ],
  [
    'A2: no final control beside an accepted respawn',
    drill()
      .respawns('hermes', at(3))
      .lacksFinalControl('tesseract')
      .accepting({ code: 'respawned', host: 'tesseract', service: 'hermes' }),
  ],
  [
    'A3: a store that nobody can read beside a broker that is slow',
    drill()
      .brokerSlowToReturn(at(8))
      .storeUnreadable(BACK, afterUndo(0))
      .accepting({ code: 'broker-down', host: 'knox', service: 'principal' }),
  ],
  [
    'a death at the deadline beside an accepted orphan',
    drill()
      .leavesAChild('hermes')
      .stopsAt('hermes', at(4.95))
      .accepting({ code: 'orphaned-children', host: 'tesseract', service: 'hermes' }),
  ],
])('oracle: an acceptance does not cover %s', (_, given) => {
  expect(given.verdict().verdict).not.toBe('pass');
});
