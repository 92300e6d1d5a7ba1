import type { IncidentRow } from '../../../../src/drill/model/broker-state.ts';
import { absent, present, unreadable } from '../../../../src/drill/model/reading.ts';
import {
  baselineLife,
  calm,
  END,
  FOREVER,
  halted,
  life,
  livesOf,
  NONCE,
  neverStops,
  RESUME,
  type Scenario,
  T0,
} from '../../scenario.ts';
import { hermes, holding, incidentRow, refuse, replied, saying } from '../case.ts';
import { leftHalted } from '../stops.ts';
import type { Row } from './row.ts';

/** From here on every life is one that came back. */
const after = (s: Scenario, name: string) => livesOf(s, name).filter((one) => one.fromMs >= RESUME);
const timing = (s: Scenario, but: Partial<Scenario['plan']['timing']>): void => {
  s.plan = { ...s.plan, timing: { ...s.plan.timing, ...but } };
};
const staysDown = (s: Scenario, name: string): void => {
  s.lives = s.lives.filter((one) => !after(s, name).includes(one));
};
const allStayDown = (s: Scenario): void => {
  s.lives = s.lives.filter((one) => one.services.length === 0 || one.fromMs < RESUME);
};
/** From then on the broker cannot be asked. */
const silentApi = (s: Scenario, fromMs: number): void => {
  const { api } = s;
  s.api = (ms) => (ms >= fromMs ? unreadable('connection refused') : api(ms));
};
const lockedStore = (s: Scenario, fromMs: number): void => {
  const { store } = s;
  s.store = (ms) => (ms >= fromMs ? unreadable('locked') : store(ms));
};
/** The resume reaches nobody, and nothing comes back. */
const unheard = (s: Scenario): void => {
  allStayDown(s);
  silentApi(s, RESUME - 50);
  holding(s, (ms) => ms >= RESUME, halted);
  s.resumeReply = unreadable('connection refused');
};
/** No target ever stops, and the broker never says that it was halted. */
const nothingHappens = (s: Scenario): void => {
  for (const { name, role } of s.plan.services) if (role === 'target') neverStops(s, name);
  s.lives = s.lives.filter((one) => one.pid !== 101);
  for (const one of livesOf(s, 'principal')) one.toMs = FOREVER;
  s.crash = null;
  s.api = () => present(calm);
  s.store = () => present({ state: calm, incidents: [], inode: 7 });
  const { exchange } = s;
  s.exchange = (ms) => {
    const read = exchange(0);
    if (read.kind !== 'present') return read;
    const accepted = read.value.accepted.map((line) => ({ ...line, count: Math.floor(ms / 200) }));
    return present({ ...read.value, accepted });
  };
};
const incidents = (s: Scenario, of: (row: IncidentRow, ms: number) => IncidentRow[] | null): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    if (read.kind !== 'present') return read;
    const rows = (read.value.incidents ?? []).map((row) => of(row, ms));
    return present({
      ...read.value,
      incidents: rows.includes(null) ? null : rows.flatMap((some) => some ?? []),
    });
  };
};
const resumedAgain = (s: Scenario, atMs: number, acknowledged: boolean): void => {
  const act = { act: 'resume', incident: 'i-1', level: 0, revision: 3, reason: `undo ${NONCE}` } as const;
  const reply = {
    status: acknowledged ? 200 : 409,
    acknowledged,
    state: null,
    stops: null,
    recorded: null,
    body: '',
  };
  s.also.push(
    { atMs, body: { kind: 'intent', act, undo: 'none' } },
    {
      atMs: atMs + 20,
      body: {
        kind: 'outcome',
        intent: '@resume',
        act,
        startedMs: atMs,
        endedMs: atMs + 20,
        reply: present(reply),
        command: null,
      },
    },
  );
};
const twins = (s: Scenario, before: number, now: number): void => {
  for (let n = 1; n < before; n += 1) s.lives.push(life('hermes', 'tesseract', 710 + n, 0, T0 + 400));
  for (let n = 1; n < now; n += 1) s.lives.push(life('hermes', 'tesseract', 720 + n, RESUME + 500, FOREVER));
  if (now === 0) staysDown(s, 'hermes');
};
const instances = (s: Scenario, count: number): void => {
  const services = s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, instances: count } : one));
  s.plan = { ...s.plan, services };
};

export const undo: readonly Row[] = [
  // What counts as the end of the undo.
  [
    'a service is started by hand that was up, so late that its host is not looked at again',
    (s) => void s.starts.push({ service: 'hermes', host: 'tesseract', atMs: 18_770 }),
  ],
  [
    'a service is started by hand that was up, and its host is looked at once more',
    (s) => void s.starts.push({ service: 'hermes', host: 'tesseract', atMs: 18_769 }),
  ],
  [
    'the API says halted again in the first look after the last start',
    (s) => {
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: 18_726 });
      saying(s, (ms) => ms > 18_756, halted);
    },
  ],
  [
    'the store holds the halt again in the first look after the last start',
    (s) => {
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: 18_733 });
      holding(s, (ms) => ms > 18_760, halted);
    },
  ],
  ['the resume is repeated at the very end', (s) => resumedAgain(s, 18_780, true)],
  // Nobody hears of the broker after the undo was asked for.
  ['the resume reaches nobody, and nothing comes back', unheard],
  [
    'the resume reaches nobody, nothing comes back, and the exchange is quiet',
    (s) => {
      unheard(s);
      const { exchange } = s;
      s.exchange = (ms) => exchange(Math.min(ms, RESUME));
    },
  ],
  [
    'the resume is acknowledged, then the broker is silent and nothing comes back',
    (s) => {
      const { resumeReply } = s;
      unheard(s);
      s.resumeReply = resumeReply;
    },
  ],
  [
    'the resume is refused, then the broker is silent and nothing comes back',
    (s) => {
      const { resumeReply } = s;
      unheard(s);
      if (resumeReply?.kind !== 'present') throw new Error('no reply');
      s.resumeReply = present({ ...resumeReply.value, status: 409, acknowledged: false });
    },
  ],
  [
    'the resume reaches nobody, since the broker has ended, and nothing comes back',
    (s) => {
      unheard(s);
      for (const one of s.lives) if (one.pid === 101) one.toMs = RESUME - 100;
    },
  ],
  [
    'the broker answers once more in the instant of the resume, and nothing comes back',
    (s) => {
      unheard(s);
      s.resumeAt = 14_509;
      const { api } = s;
      s.api = (ms) => (ms > 14_500 && ms < 14_510 ? present(halted) : api(ms));
    },
  ],
  [
    'the broker is silent, hermes is started instead, and only hermes comes back',
    (s) => {
      const kept = after(s, 'hermes');
      unheard(s);
      s.lives.push(...kept);
      s.resumeAt = null;
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME });
    },
  ],
  [
    'the broker is silent, and nobody asks for anything back',
    (s) => {
      unheard(s);
      s.resumeAt = null;
      s.interruptedAt = RESUME;
    },
  ],
  [
    'the resume reaches nobody, and everything comes back all the same',
    (s) => {
      silentApi(s, RESUME - 50);
      s.resumeReply = unreadable('connection refused');
    },
  ],
  // What was not watched.
  [
    'a host first answers when all that it bears has stopped',
    (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms < T0 + 600 ? 'failed' : 'kept');
    },
  ],
  [
    'a host answers until the undo',
    (s) => {
      s.sampling = (host, ms) => (host === 'tesseract' && ms > RESUME ? 'failed' : 'kept');
    },
  ],
  // How many have to be back.
  ['two of hermes run, and one comes back', (s) => twins(s, 2, 1)],
  [
    'two of hermes must run and do, and one comes back',
    (s) => {
      twins(s, 2, 1);
      instances(s, 2);
    },
  ],
  [
    'two of hermes must run and do, and both come back',
    (s) => {
      twins(s, 2, 2);
      instances(s, 2);
    },
  ],
  [
    'two of hermes must run, one does, and none comes back',
    (s) => {
      twins(s, 1, 0);
      instances(s, 2);
    },
  ],
  ['two of hermes must run, one does, and one comes back', (s) => instances(s, 2)],
  ['one of hermes runs, and two come back', (s) => twins(s, 1, 2)],
  [
    'hermes comes back in the hold, and again after the resume',
    (s) => void s.lives.push(life('hermes', 'tesseract', 730, T0 + 3000, FOREVER)),
  ],
  [
    'hermes comes back in the hold, and only then',
    (s) => {
      staysDown(s, 'hermes');
      s.lives.push(life('hermes', 'tesseract', 730, T0 + 3000, FOREVER));
    },
  ],
  // How long they have to stay, and when they have to be there.
  ['what came back is watched just long enough', (s) => timing(s, { settleMs: 4220 })],
  ['what came back is watched a millisecond too short', (s) => timing(s, { settleMs: 4221 })],
  [
    'hermes comes back at the last moment that is allowed',
    (s) => {
      for (const one of after(s, 'hermes')) one.fromMs = RESUME + 1500;
      timing(s, { restoreWithinMs: 380 });
    },
  ],
  [
    'hermes comes back a millisecond too late',
    (s) => {
      for (const one of after(s, 'hermes')) one.fromMs = RESUME + 1500;
      timing(s, { restoreWithinMs: 379 });
    },
  ],
  [
    'nobody resumes, hermes is started, and the others come back by themselves',
    (s) => {
      s.resumeAt = null;
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME });
    },
  ],
  [
    'hermes changes its name once it is back',
    (s) => {
      for (const one of after(s, 'hermes')) one.matchedAt = (ms) => (ms < RESUME + 1500 ? ['hermes'] : []);
    },
  ],
  [
    'a bystander ends, and does not come back',
    (s) => {
      const watched = s.plan.services.map((one) =>
        one.name === 'horus' ? { ...one, role: 'bystander' as const } : one,
      );
      s.plan = { ...s.plan, services: watched };
      baselineLife(s, 'horus').toMs = T0 + 2000;
    },
  ],
  [
    'a survivor ends after the resume',
    (s) => {
      baselineLife(s, 'horus').toMs = RESUME + 2000;
    },
  ],
  // Trading.
  [
    'an asset is quiet after the undo, and not watched for long',
    (s) => {
      const { exchange } = s;
      s.exchange = (ms) => exchange(Math.min(ms, RESUME));
      s.endMs = RESUME + 1800;
      s.auditAt = [T0 - 100, RESUME - 100, s.endMs - 100];
      timing(s, { settleMs: 1000 });
    },
  ],
  [
    'an asset is traded between the resume and the return of the last service only',
    (s) => {
      const { exchange } = s;
      s.exchange = (ms) => {
        const read = exchange(Math.min(ms, RESUME));
        if (read.kind !== 'present' || ms < RESUME + 400) return read;
        const accepted = read.value.accepted.map((line) => ({ ...line, count: line.count + 3 }));
        return present({ ...read.value, accepted });
      };
    },
  ],
  // The incident.
  [
    'the API names the incident after the undo',
    (s) => saying(s, (ms) => ms >= RESUME + 100, { ...calm, incident: 'i-1' }),
  ],
  [
    'the API names another incident after the undo',
    (s) => saying(s, (ms) => ms >= RESUME + 100, { ...calm, incident: 'i-0' }),
  ],
  [
    'the API and the store name the incident after the undo',
    (s) => {
      saying(s, (ms) => ms >= RESUME + 100, { ...calm, incident: 'i-1' });
      holding(s, (ms) => ms >= RESUME + 100, { ...calm, incident: 'i-1' });
    },
  ],
  ['the API says the halt is on after the undo', (s) => saying(s, (ms) => ms >= RESUME + 100, halted)],
  ['the store holds the halt after the undo', (s) => holding(s, (ms) => ms >= RESUME + 100, halted)],
  [
    'an older incident is open all the time',
    (s) => {
      const { store } = s;
      s.store = (ms) => {
        const read = store(ms);
        const older = incidentRow('i-0', 'long ago', null);
        return read.kind === 'present'
          ? present({ ...read.value, incidents: [older, ...(read.value.incidents ?? [])] })
          : read;
      };
    },
  ],
  [
    'the store shows no incidents after the undo',
    (s) => incidents(s, (row, ms) => (ms > RESUME + 200 ? null : [row])),
  ],
  [
    'the row of the incident is gone after the undo',
    (s) => incidents(s, (row, ms) => (ms > RESUME + 200 ? [] : [row])),
  ],
  [
    'the resolution of the incident is changed',
    (s) =>
      incidents(s, (row, ms) => [ms > RESUME + 1000 ? { ...row, resolvedAt: '2026-11-22T10:00:16Z' } : row]),
  ],
  [
    'the incident is resolved, and opened again',
    (s) => incidents(s, (row, ms) => [ms > RESUME + 1000 ? { ...row, resolvedAt: null } : row]),
  ],
  [
    'level and opening of the incident are changed, but not its reason',
    (s) =>
      incidents(s, (row, ms) => [
        ms > T0 + 3000 ? { ...row, level: 3, openedAt: '2026-11-22T10:00:07Z' } : row,
      ]),
  ],
  // What shows that the fleet is as it was.
  ['the API is silent after the undo', (s) => silentApi(s, RESUME + 130)],
  ['the store cannot be read after the undo', (s) => lockedStore(s, RESUME + 130)],
  [
    'neither API nor store can be read after the undo',
    (s) => {
      silentApi(s, RESUME + 130);
      lockedStore(s, RESUME + 130);
    },
  ],
  [
    'neither API nor store can be read from a moment before the undo on',
    (s) => {
      silentApi(s, RESUME);
      lockedStore(s, RESUME);
    },
  ],
  [
    'the API is silent and the store calm after the undo, and all comes back',
    (s) => silentApi(s, RESUME - 10),
  ],
  // Where nothing is undone.
  [
    'the halt is refused, nothing stops, and nothing has to be undone',
    (s) => {
      nothingHappens(s);
      refuse(s);
      s.resumeAt = null;
    },
  ],
  [
    'the halt is refused, nothing stops, and the drill ends before the deadline',
    (s) => {
      nothingHappens(s);
      refuse(s);
      s.resumeAt = null;
      timing(s, { withinMs: 20_000 });
    },
  ],
  [
    'the halt is refused, hermes is restarted, and the drill ends before the deadline',
    (s) => {
      nothingHappens(s);
      refuse(s);
      hermes(s).toMs = T0 + 400;
      s.lives.push(life('hermes', 'tesseract', 740, T0 + 900, FOREVER));
      s.resumeAt = null;
      timing(s, { withinMs: 20_000 });
    },
  ],
  [
    'the halt is acknowledged, nothing stops, and the drill ends before the deadline',
    (s) => {
      nothingHappens(s);
      s.resumeAt = null;
      timing(s, { withinMs: 20_000 });
    },
  ],
  [
    'nothing stops, nothing is undone, and the drill ends at the deadline',
    (s) => {
      nothingHappens(s);
      s.resumeAt = null;
      timing(s, { withinMs: 13_820 });
    },
  ],
  [
    'nothing stops, nothing is undone, and the drill ends a millisecond before the deadline',
    (s) => {
      nothingHappens(s);
      s.resumeAt = null;
      timing(s, { withinMs: 13_821 });
    },
  ],
  ['the halt is undone before its deadline', (s) => timing(s, { withinMs: 20_000 })],
  [
    'the runner starts what it finds down before the deadline of the halt',
    (s) => {
      timing(s, { withinMs: 20_000 });
      s.resumeAt = null;
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME });
    },
  ],
  [
    'the drill leaves the fleet halted before anything stops',
    (s) => {
      nothingHappens(s);
      leftHalted(s, T0 + 500);
    },
  ],
  [
    'the drill leaves a fleet that refused the halt, and is as it was',
    (s) => {
      nothingHappens(s);
      refuse(s);
      leftHalted(s, T0 + 500);
    },
  ],
  [
    'the drill leaves a fleet halted whose broker has forgotten it, and whose store cannot be read',
    (s) => {
      nothingHappens(s);
      leftHalted(s, T0 + 6500);
      lockedStore(s, T0 - 10);
    },
  ],
  [
    'the drill is interrupted, and nothing is undone',
    (s) => {
      s.resumeAt = null;
      s.endMs = RESUME - 100;
      s.interruptedAt = RESUME - 300;
    },
  ],
  [
    'the drill is interrupted, nothing is undone, and the broker has forgotten the halt',
    (s) => {
      s.resumeAt = null;
      s.endMs = RESUME - 100;
      s.interruptedAt = RESUME - 300;
      saying(s, (ms) => ms > RESUME - 1200, calm);
      holding(s, (ms) => ms > RESUME - 1200, calm);
    },
  ],
  // What is said of it all.
  [
    'the reply claims the stop of a service that the inventory does not have, and of hermes on a host where it is not',
    (s) => {
      const { value } = replied(s);
      s.reply = present({
        ...value,
        stops: [
          ...(value.stops ?? []).filter(({ service }) => service !== 'hermes'),
          { service: 'zeus', host: null, outcome: 'stopped' },
          { service: 'hermes', host: 'knox', outcome: 'stopped' },
        ],
      });
    },
  ],
  [
    'the broker acknowledges, and says neither level nor what it stopped, but that it recorded nothing',
    (s) => {
      s.reply = present({ ...replied(s).value, state: null, stops: null, recorded: false });
    },
  ],
  [
    'the halt is answered by nothing',
    (s) => {
      s.reply = { kind: 'absent' };
    },
  ],
  [
    'the store is missing, and the API says nothing, before the trigger',
    (s) => {
      const { api, store } = s;
      s.store = (ms) => (ms < T0 ? { kind: 'absent' } : store(ms));
      s.api = (ms) => (ms < T0 ? { kind: 'absent' } : api(ms));
    },
  ],
  [
    'hermes ends too late, and is seen in one sample after the deadline',
    (s) => {
      hermes(s).toMs = T0 + 5300;
    },
  ],
  [
    'the deadline is the moment of the last sample that shows hermes',
    (s) => {
      hermes(s).toMs = T0 + 5300;
      timing(s, { withinMs: 5200 });
    },
  ],
  [
    'two of a survivor must run, and one of them ends',
    (s) => {
      const services = s.plan.services.map((one) => (one.name === 'horus' ? { ...one, instances: 2 } : one));
      s.plan = { ...s.plan, services };
      s.lives.push(life('horus', 'knox', 750, 0, T0 + 3000));
    },
  ],
  [
    'a survivor runs on where nobody looks after the trigger',
    (s) => {
      s.sampling = (host, ms) => (host === 'knox' && ms > T0 ? 'failed' : 'kept');
    },
  ],
  [
    'the API says nothing between trigger and crash, and the reply says all',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms > T0 && ms < T0 + 1500 ? unreadable('503') : api(ms));
    },
  ],
  [
    'the broker ends by itself before it is asked, and comes back without the halt',
    (s) => {
      s.crash = null;
      s.plan = { ...s.plan, crash: null };
      for (const one of s.lives) if (one.pid === 100) one.toMs = T0 + 200;
      for (const one of s.lives) if (one.pid === 101) one.fromMs = T0 + 600;
      s.api = (ms) => (ms > T0 && ms < T0 + 800 ? unreadable('connection refused') : present(calm));
    },
  ],
  [
    'nothing is triggered, since an interlock refuses, and everything runs on',
    (s) => {
      nothingHappens(s);
      s.triggered = false;
      s.resumeAt = null;
      s.endMs = T0;
      s.also.push({
        atMs: T0 - 100,
        body: {
          kind: 'interlock',
          interlock: 'token',
          host: null,
          service: null,
          why: 'the token is refused',
        },
      });
    },
  ],
  [
    'a rule leaves the fleet halted, and a person starts hermes later',
    (s) => {
      const { endMs } = s;
      leftHalted(s, T0 + 6500);
      s.endMs = endMs;
      s.starts.push({ service: 'hermes', host: 'tesseract', atMs: RESUME });
    },
  ],
  [
    'two of hermes must run, and one of them came back as something else',
    (s) => {
      twins(s, 2, 2);
      instances(s, 2);
      for (const one of s.lives) if (one.pid === 721) one.fingerprint = 'another';
    },
  ],
  [
    'a service comes back, falls, and comes back for good, while another is watched too short',
    (s) => {
      for (const one of after(s, 'hermes')) one.toMs = RESUME + 900;
      s.lives.push(life('hermes', 'tesseract', 760, RESUME + 1100, FOREVER));
      for (const one of after(s, 'shiva')) one.fromMs = RESUME + 3000;
    },
  ],
  [
    'the plan is of a version that knew no stop conditions',
    (s) => {
      const { stopWhen: _, ...older } = s.plan;
      s.plan = older as Scenario['plan'];
    },
  ],
  [
    'two stop conditions are planned, and one of them is met',
    (s) => {
      const resuming = { when: 'survivor-dies', action: 'resume' } as const;
      const holds = { ...resuming, action: 'hold' } as const;
      s.plan = { ...s.plan, stopWhen: [holds, resuming, ...s.plan.stopWhen] };
      const evidence = 'horus on knox (pid 120) has ended';
      s.also.push({
        atMs: RESUME - 100,
        body: { kind: 'stop-condition', condition: resuming, action: 'resume', evidence },
      });
      s.interruptedAt = RESUME - 99;
    },
  ],
  [
    'the store is empty from a second after the resume to the end',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms > RESUME + 1000 ? absent : store(ms));
    },
  ],
  [
    'the store is empty for a second after the resume',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms > RESUME + 200 && ms < RESUME + 1200 ? absent : store(ms));
    },
  ],
  [
    'the store was empty before the trigger, and is again after the resume',
    (s) => {
      const { store } = s;
      s.store = (ms) => (ms < T0 || ms > RESUME + 100 ? absent : store(ms));
    },
  ],
  [
    'the API is silent from a second after the resume to the end',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms > RESUME + 1000 ? unreadable('no answer') : api(ms));
    },
  ],
  [
    'hermes comes back, and cannot be recognised any more',
    (s) => {
      for (const one of livesOf(s, 'hermes').filter(({ fromMs }) => fromMs > T0))
        Object.assign(one, { undecided: ['hermes'], undecidedFromMs: RESUME + 1500 });
    },
  ],
  [
    'hermes comes back, and cannot be recognised in the very last look',
    (s) => {
      for (const one of livesOf(s, 'hermes').filter(({ fromMs }) => fromMs > T0))
        Object.assign(one, { undecided: ['hermes'], undecidedFromMs: END - 300 });
    },
  ],
  [
    'the resume has no outcome, and the API is silent from a second after it to the end',
    (s) => {
      const { api } = s;
      s.resumeReply = null;
      s.api = (ms) => (ms > RESUME + 1000 ? unreadable('no answer') : api(ms));
    },
  ],
  [
    'nothing is resumed, the runner starts what fell, and the store is empty from then on',
    (s) => {
      const { store } = s;
      s.resumeAt = null;
      s.starts = ['foresight', 'shiva', 'hermes', 'leverage'].map((service) => ({
        service,
        host: 'tesseract',
        atMs: RESUME + 20,
      }));
      s.store = (ms) => (ms > RESUME + 1500 ? absent : store(ms));
    },
  ],
];
