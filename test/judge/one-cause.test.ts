import { describe, expect, it } from 'vitest';
import { type CaseFile, openCase } from '../../src/drill/09-judge/evidence/case-file.ts';
import { finding } from '../../src/drill/09-judge/finding.ts';
import { causesAmong, hangConsequences } from '../../src/drill/09-judge/verdict/causes.ts';
import { FINDINGS, type FindingCode } from '../../src/drill/model/findings.ts';
import { present } from '../../src/drill/model/reading.ts';
import type { Finding } from '../../src/drill/model/verdict.ts';
import {
  asFoundLevel2,
  calm,
  cleanLevel2,
  cleanLevel4,
  journalOf,
  RESUME,
  type Scenario,
} from './scenario.ts';
import { acknowledging, refusing } from './scenarios/level-4.ts';

/** Which finding hangs on which: what is accepted with its cause must be its consequence, and no more. */

type About = readonly [code: FindingCode, about?: string];

const HOSTS: Readonly<Record<string, string>> = {
  principal: 'knox',
  sentinel: 'knox',
  horus: 'knox',
  'hermes on knox': 'knox',
};

/** `hermes`, `hermes on knox`, `knox`, `principal DOGE-USD`; about nothing where it is left out. */
function made([code, about = '']: About): Finding {
  if (about === '') return finding(code, {}, code);
  if (about === 'knox' || about === 'tesseract') return finding(code, { host: about }, code);
  const [service = '', asset] = about.replace(' on knox', '').split(' ');
  const host = HOSTS[about] ?? HOSTS[service] ?? 'tesseract';
  return finding(code, { host, service, ...(asset === undefined ? {} : { asset }) }, code);
}

function opened(change: (s: Scenario) => void = () => undefined, scenario = cleanLevel2): CaseFile {
  const s = scenario();
  change(s);
  return openCase(journalOf(s));
}

const clean = opened();
const replying = (reply: object) => (s: Scenario) => {
  if (s.reply?.kind === 'present') s.reply = present({ ...s.reply.value, ...reply });
};
const refused = opened(replying({ acknowledged: false, state: null, stops: null }));
const unrecorded = opened(replying({ recorded: false }));
const never = (s: Scenario): void => {
  s.triggered = false;
  s.crash = null;
  s.resumeAt = null;
};
const untriggered = opened(never);
/** Nobody but the reply ever spoke of a halt. */
const unheard = (acknowledged: boolean): CaseFile =>
  opened((s) => {
    s.api = () => present(calm);
    s.store = () => present({ state: calm, incidents: [], inode: 7 });
    replying({ acknowledged })(s);
  });
const startedHermes = opened((s) =>
  s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME + 50 }),
);
const manual = opened(undefined, cleanLevel4);
const manualUntriggered = opened(never, cleanLevel4);
const manualRefused = opened(refusing, cleanLevel4);
const manualAcknowledged = opened(acknowledging, cleanLevel4);
/** Nothing was held: the targets were there when the halt ended. */
const neverHeld = opened(undefined, asFoundLevel2);
const interrupted = opened((s) => {
  s.interruptedAt = 8000;
});
const broken = openCase(journalOf(cleanLevel2()).filter(({ kind }) => kind !== 'closed'));
/** What is traded in DOGE-USD, by whom, at all times. */
const trading = (...accounts: readonly string[]): CaseFile =>
  opened((s) => {
    s.exchange = (ms) =>
      present({
        positions: {},
        open: {},
        accepted: accounts.map((account) => ({ asset: 'DOGE-USD', account, count: Math.floor(ms / 100) })),
      });
  });

const hung = (c: CaseFile, faults: readonly Finding[]) => hangConsequences(faults, causesAmong(c, faults));
const causeIn = (c: CaseFile, f: About, ...others: readonly About[]): string | null =>
  hung(c, [f, ...others].map(made))[0]?.consequenceOf ?? null;

describe('a finding hangs on its cause', () => {
  it.each<[About, About, CaseFile?]>([
    [
      ['unreachable-host', 'knox'],
      ['wrong-host-probe', 'knox'],
    ],
    [
      ['blind-probe', 'knox'],
      ['unreachable-host', 'knox'],
    ],
    [
      ['sampled-too-coarsely', 'knox'],
      ['blind-probe', 'knox'],
    ],
    [['sampled-too-coarsely', 'principal DOGE-USD'], ['late-stop', 'hermes'], trading('hermes')],
    [
      ['successful-no-op', 'hermes'],
      ['false-success', 'tesseract'],
    ],
    [
      ['false-claim', 'hermes on knox'],
      ['respawned', 'hermes'],
    ],
    [
      ['wrong-host-stop', 'hermes on knox'],
      ['successful-no-op', 'hermes'],
    ],
    [
      ['hold-too-short', 'hermes'],
      ['late-stop', 'hermes'],
    ],
    [['order-after-halt', 'principal DOGE-USD'], ['partial-stop', 'hermes'], trading('hermes')],
    [
      ['position-not-flat', 'principal DOGE-USD'],
      ['order-after-halt', 'principal DOGE-USD'],
    ],
    [['collateral-halt', 'principal DOGE-USD'], ['collateral-stop', 'horus'], trading('horus')],
    [
      ['respawned', 'hermes'],
      ['silent-downgrade', 'principal'],
    ],
    [
      ['flapped', 'hermes'],
      ['silent-downgrade', 'principal'],
    ],
    [
      ['collateral-stop', 'horus'],
      ['foreign-halt', 'principal'],
    ],
    [
      ['incident-rewritten', 'principal'],
      ['foreign-halt', 'principal'],
    ],
    [
      ['unlogged-refusal', 'principal'],
      ['audit-tampered', 'principal'],
    ],
    [
      ['incident-left-open', 'principal'],
      ['foreign-halt', 'principal'],
    ],
    [
      ['incident-left-open', 'principal'],
      ['duplicate-incident', 'principal'],
    ],
    [
      ['incident-left-open', 'principal'],
      ['broker-down', 'principal'],
    ],
    [
      ['unlogged-halt', 'hermes'],
      ['audit-tampered', 'principal'],
    ],
    [['unlogged-halt', 'hermes'], ['audit-tampered', 'principal'], unrecorded],
    [['unlogged-halt', 'hermes'], ['unpersisted-halt', 'principal'], unrecorded],
    [['unlogged-halt', 'hermes'], ['audit-tampered', 'principal'], untriggered],
    [
      ['unpersisted-halt', 'principal'],
      ['amnesia-restart', 'principal'],
    ],
    [['unpersisted-halt', 'principal'], ['successful-no-op', 'hermes'], unheard(true)],
    [['unpersisted-halt', 'principal'], ['partial-stop', 'hermes'], manualRefused],
    [
      ['silent-downgrade', 'principal'],
      ['amnesia-restart', 'principal'],
    ],
    [
      ['silent-downgrade', 'principal'],
      ['unpersisted-halt', 'principal'],
    ],
    [['silent-downgrade', 'principal'], ['partial-stop', 'hermes'], refused],
    [['silent-downgrade', 'principal'], ['partial-stop', 'hermes'], untriggered],
    [
      ['missing-incident', 'principal'],
      ['amnesia-restart', 'principal'],
    ],
    [
      ['split-state', 'principal'],
      ['silent-downgrade', 'principal'],
    ],
    [
      ['split-state', 'principal'],
      ['partial-amnesia', 'principal'],
    ],
    [['split-state', 'principal'], ['partial-stop', 'principal'], manual],
    [
      ['partial-amnesia', 'principal'],
      ['duplicate-incident', 'principal'],
    ],
    [
      ['broker-down', 'principal'],
      ['self-halt', 'principal'],
    ],
    [
      ['broker-down', 'principal'],
      ['guard-side-effect', 'principal'],
    ],
    [
      ['self-halt', 'principal'],
      ['guard-side-effect', 'principal'],
    ],
    [
      ['survivor-restarted', 'principal'],
      ['guard-side-effect', 'principal'],
    ],
    [
      ['survivor-restarted', 'principal'],
      ['broker-down', 'principal'],
    ],
    [
      ['unreadable-broker', 'principal'],
      ['broker-down', 'principal'],
    ],
    [
      ['unreadable-store', 'principal'],
      ['broker-down', 'principal'],
    ],
    [
      ['interlock', 'principal'],
      ['unreadable-broker', 'principal'],
    ],
    [
      ['unrestored-service', 'hermes'],
      ['foreign-halt', 'principal'],
    ],
    [
      ['unrestored-service', 'horus'],
      ['collateral-stop', 'horus'],
    ],
    [['unrestored-service', 'hermes'], ['amnesia-restart', 'principal'], startedHermes],
    [
      ['unrestored-service', 'hermes'],
      ['amnesia-restart', 'principal'],
    ],
    [
      ['restored-differently', 'hermes'],
      ['renamed-survivor', 'hermes'],
    ],
    [
      ['unrestored-service', 'principal DOGE-USD'],
      ['collateral-halt', 'principal DOGE-USD'],
    ],
    [
      ['unrestored-service', 'principal DOGE-USD'],
      ['broker-down', 'principal'],
    ],
    [
      ['unrestored-service', 'principal DOGE-USD'],
      ['amnesia-restart', 'principal'],
    ],
    [['unrestored-service', 'principal DOGE-USD'], ['unpersisted-halt', 'principal'], manual],
    [
      ['undo-unseen', 'principal DOGE-USD'],
      ['foreign-halt', 'principal'],
    ],
    [
      ['undo-unseen', 'principal DOGE-USD'],
      ['broker-down', 'principal'],
    ],
    [
      ['undo-unseen', 'principal DOGE-USD'],
      ['incident-left-open', 'principal'],
    ],
    [
      ['undo-unseen', 'principal DOGE-USD'],
      ['unrestored-service', 'hermes'],
    ],
    [['hold-short'], ['self-halt', 'principal']],
    [['hold-short'], ['unreachable-host', 'knox']],
    [['hold-short'], ['partial-stop', 'hermes'], neverHeld],
    [['hold-short'], ['foreign-halt', 'principal'], neverHeld],
  ])('%j on %j', (f, cause, c = clean) => {
    const { code, host, service, asset } = made(cause);
    const key = `${code} ${host ?? '-'}/${service ?? '-'}`;
    expect(causeIn(c, f, cause)).toBe(asset === undefined ? key : `${key}/${asset}`);
  });
});

describe('what a runner does not go on after', () => {
  it.each<FindingCode>([
    'successful-no-op',
    'partial-stop',
    'frozen-not-stopped',
    'renamed-survivor',
    'orphaned-children',
    'respawned',
    'flapped',
    'late-stop',
    'foreign-halt',
    'self-halt',
    'broker-down',
    'amnesia-restart',
    'partial-amnesia',
    'unpersisted-halt',
    'silent-downgrade',
    'missing-incident',
    'duplicate-incident',
    'leaked-command',
    'unguarded-resume',
    'guard-side-effect',
    'split-state',
    'unreadable-broker',
    'unreadable-store',
    'wrong-host-probe',
    'unreachable-host',
    'blind-probe',
    'sampled-too-coarsely',
  ])('cuts the drill short: %s', (code) => {
    expect(causeIn(neverHeld, ['hold-short'], [code, 'principal'])).toBe(`${code} knox/principal`);
  });
});

describe('a finding stands beside one that is not its cause', () => {
  it.each<[About, About, CaseFile?]>([
    [
      ['unreachable-host', 'knox'],
      ['wrong-host-probe', 'tesseract'],
    ],
    [
      ['unreachable-host', 'knox'],
      ['blind-probe', 'knox'],
    ],
    [
      ['blind-probe', 'knox'],
      ['sampled-too-coarsely', 'knox'],
    ],
    [
      ['sampled-too-coarsely', 'knox'],
      ['blind-probe', 'sentinel'],
    ],
    [
      ['sampled-too-coarsely', 'sentinel'],
      ['blind-probe', 'knox'],
    ],
    [['sampled-too-coarsely', 'principal DOGE-USD'], ['late-stop', 'shiva'], trading('hermes')],
    [['sampled-too-coarsely', 'principal DOGE-USD'], ['late-stop', 'hermes'], trading('hermes', 'nobody')],
    [['sampled-too-coarsely', 'principal DOGE-USD'], ['late-stop', 'hermes'], trading()],
    [
      ['successful-no-op', 'hermes'],
      ['false-success', 'knox'],
    ],
    [
      ['false-claim', 'hermes'],
      ['successful-no-op', 'shiva'],
    ],
    [
      ['wrong-host-stop', 'hermes'],
      ['successful-no-op', 'shiva'],
    ],
    [
      ['hold-too-short', 'hermes'],
      ['late-stop', 'shiva'],
    ],
    [
      ['hold-too-short', 'hermes'],
      ['late-stop', 'hermes on knox'],
    ],
    [
      ['position-not-flat', 'principal DOGE-USD'],
      ['order-after-halt', 'principal BTC-USD'],
    ],
    [['collateral-halt', 'principal DOGE-USD'], ['collateral-stop', 'sentinel'], trading('horus')],
    [['collateral-halt', 'principal BTC-USD'], ['collateral-stop', 'horus'], trading('horus')],
    [
      ['unlogged-halt', 'hermes'],
      ['amnesia-restart', 'principal'],
    ],
    [['unpersisted-halt', 'principal'], ['partial-stop', 'hermes'], refused],
    [['unpersisted-halt', 'principal'], ['partial-stop', 'hermes'], manualAcknowledged],
    [['unpersisted-halt', 'principal'], ['partial-stop', 'hermes'], manual],
    [['unpersisted-halt', 'principal'], ['partial-stop', 'hermes'], untriggered],
    [['unpersisted-halt', 'principal'], ['successful-no-op', 'hermes'], unheard(false)],
    [
      ['unpersisted-halt', 'principal'],
      ['successful-no-op', 'hermes'],
    ],
    [
      ['silent-downgrade', 'principal'],
      ['partial-stop', 'hermes'],
    ],
    [['unpersisted-halt', 'principal'], ['partial-stop', 'hermes'], manualUntriggered],
    [
      ['missing-incident', 'principal'],
      ['silent-downgrade', 'principal'],
    ],
    [
      ['split-state', 'principal'],
      ['partial-stop', 'principal'],
    ],
    [['split-state', 'principal'], ['partial-stop', 'hermes'], manual],
    [
      ['self-halt', 'principal'],
      ['guard-side-effect', 'horus'],
    ],
    [
      ['survivor-restarted', 'horus'],
      ['guard-side-effect', 'principal'],
    ],
    [
      ['survivor-restarted', 'horus'],
      ['broker-down', 'principal'],
    ],
    [
      ['interlock', 'horus'],
      ['unreadable-broker', 'principal'],
    ],
    [
      ['unrestored-service', 'horus'],
      ['collateral-stop', 'sentinel'],
    ],
    [['unrestored-service', 'hermes'], ['broker-down', 'principal'], startedHermes],
    [['unrestored-service', 'hermes'], ['unpersisted-halt', 'principal'], startedHermes],
    [
      ['unrestored-service', 'principal DOGE-USD'],
      ['collateral-halt', 'principal BTC-USD'],
    ],
    [
      ['unrestored-service', 'principal DOGE-USD'],
      ['unpersisted-halt', 'principal'],
    ],
    [
      ['undo-unseen', 'principal DOGE-USD'],
      ['late-stop', 'hermes'],
    ],
    [['hold-short'], ['late-stop', 'hermes']],
    [['hold-short'], ['self-halt', 'principal'], interrupted],
    [['hold-short'], ['self-halt', 'principal'], broken],
    [
      ['audit-tampered', 'principal'],
      ['foreign-halt', 'principal'],
    ],
  ])('%j beside %j', (f, other, c = clean) => {
    expect(causeIn(c, f, other)).toBeNull();
  });

  it.each([clean, manual, neverHeld, manualRefused])('and on none of its own kind', (c) => {
    for (const code of Object.keys(FINDINGS) as FindingCode[])
      for (const about of ['', 'knox', 'principal', 'principal DOGE-USD'])
        expect(causeIn(c, [code, about], [code, about])).toBeNull();
  });
});

describe('of several causes', () => {
  it('the first in order is taken', () => {
    const later: About = ['self-halt', 'principal'];
    expect(causeIn(clean, ['hold-short'], later, ['foreign-halt', 'principal'])).toBe(
      'foreign-halt knox/principal',
    );
  });

  it('the one at the root is taken, whatever hangs between', () => {
    const all: About[] = [
      ['false-claim', 'hermes'],
      ['respawned', 'hermes'],
      ['silent-downgrade', 'principal'],
      ['unpersisted-halt', 'principal'],
      ['amnesia-restart', 'principal'],
    ];
    const causes = hung(clean, all.map(made)).map((f) => f.consequenceOf);
    expect(causes).toEqual([...all.slice(1).map(() => 'amnesia-restart knox/principal'), null]);
  });
});
