import type { IncidentRow } from '../../../../src/drill/model/broker-state.ts';
import { present } from '../../../../src/drill/model/reading.ts';
import { halted, RESUME, type Scenario, T0 } from '../../scenario.ts';
import { haltedFor, incidentRow, replied, saying } from '../case.ts';
import type { Row } from './row.ts';

/** What the broker tells of its state, or keeps, lacks this. */
const without = (s: Scenario, lacking: Partial<typeof halted>): void => {
  const { api, store } = s;
  s.api = (ms) => {
    const read = api(ms);
    return read.kind === 'present' && read.value.level > 0 ? present({ ...read.value, ...lacking }) : read;
  };
  s.store = (ms) => {
    const read = store(ms);
    if (read.kind !== 'present' || read.value.state.level === 0) return read;
    return present({ ...read.value, state: { ...read.value.state, ...lacking } });
  };
};

/** The store keeps these incidents, or none. */
const keeping = (s: Scenario, incidents: (ms: number) => IncidentRow[] | null): void => {
  const { store } = s;
  s.store = (ms) => {
    const read = store(ms);
    return read.kind === 'present' ? present({ ...read.value, incidents: incidents(ms) }) : read;
  };
};

export const others: readonly Row[] = [
  [
    'the store keeps no incidents, and the halt is ours by its reason',
    (s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, incidents: false } };
      keeping(s, () => null);
    },
  ],
  [
    'the store keeps no incidents, and the reply alone names the one of a broker that tells no reasons',
    (s) => {
      s.plan = { ...s.plan, sources: { ...s.plan.sources, incidents: false } };
      keeping(s, () => null);
      without(s, { reason: null });
    },
  ],
  [
    'nobody says whose the halt is: no reason, and a reply without a state',
    (s) => {
      without(s, { reason: null });
      keeping(s, (ms) =>
        ms < T0 + 50 ? [] : [{ ...incidentRow('i-1', null, ms < RESUME + 100 ? null : 'then') }],
      );
      s.reply = present({ ...replied(s).value, state: null });
    },
  ],
  [
    'a halt without a reason, under an incident that is not ours, stands in for ours in the hold',
    (s) => saying(s, haltedFor(T0 + 3000, T0 + 4500), { ...halted, incident: 'i-7', reason: null }),
  ],
  [
    'a halt without a reason and without an incident stands in for ours in the hold',
    (s) => saying(s, haltedFor(T0 + 3000, T0 + 4500), { ...halted, incident: null, reason: null }),
  ],
  [
    'somebody halts in the hold, under no incident',
    (s) => saying(s, haltedFor(T0 + 3000, T0 + 4500), { ...halted, incident: null, reason: 'a real one' }),
  ],
  [
    'somebody had halted before the trigger, and gave neither a reason nor an incident',
    (s) => saying(s, haltedFor(T0 - 800, T0 - 400), { ...halted, incident: null, reason: null }),
  ],
  [
    'an incident without a reason opens in the hold beside ours',
    (s) => {
      const { store } = s;
      keeping(s, (ms) => {
        const read = store(ms);
        const rows = read.kind === 'present' ? [...(read.value.incidents ?? [])] : [];
        return ms < T0 + 3000 ? rows : [...rows, incidentRow('i-7', null, ms < RESUME ? null : 'then')];
      });
    },
  ],
  [
    'the store has other names for incidents than the API, and no reasons',
    (s) =>
      keeping(s, (ms) => (ms < T0 + 50 ? [] : [incidentRow('42', null, ms < RESUME + 100 ? null : 'then')])),
  ],
  [
    'somebody else opens an incident in the hold, and closes it, without a word in the state',
    (s) => {
      const { store } = s;
      keeping(s, (ms) => {
        const read = store(ms);
        const rows = read.kind === 'present' ? [...(read.value.incidents ?? [])] : [];
        return ms < T0 + 3000 ? rows : [...rows, incidentRow('i-7', 'a real one', 'then')];
      });
    },
  ],
  [
    'nobody knows how the trigger ended, and the revision moves in the hold',
    (s) => {
      s.withOutcome = false;
      saying(s, haltedFor(T0 + 3000, RESUME), { ...halted, revision: 3 });
    },
  ],
];
