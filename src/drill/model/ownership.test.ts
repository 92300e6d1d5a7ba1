import { describe, expect, it } from 'vitest';
import { type BrokerState, ofFile, type StoreSnapshot } from './broker-state.ts';
import { haltSeen } from './ownership.ts';
import { present, type Reading, type Timed, unreadable } from './reading.ts';

const halt: BrokerState = { level: 2, incident: 'i-1', reason: 'drill n0nce', revision: 4, asset: null };
const calm: BrokerState = { level: 0, incident: null, reason: null, revision: 3, asset: null };
const read = <T>(reading: Reading<T>): Timed<T> => ({ sentMs: 1, receivedMs: 2, reading });
const api = (state: BrokerState) => read(present(state));
const store = (state: BrokerState): Timed<StoreSnapshot> => read(present({ state, incidents: [], inode: 7 }));

describe('the halt that is seen', () => {
  it('is the API’s, else the store’s, else none', () => {
    expect(haltSeen(api(halt), store(calm))).toEqual(halt);
    expect(haltSeen(api(calm), store(halt))).toEqual(halt);
    expect(haltSeen(read(unreadable('HTTP 500')), store(halt))).toEqual(halt);
    expect(haltSeen(api(calm), store(calm))).toBeNull();
    expect(haltSeen(null, null)).toBeNull();
  });

  it('has the store’s reason where the API gives none for the same halt', () => {
    const silent = { ...halt, incident: null, reason: null };
    expect(haltSeen(api(silent), store({ ...halt, incident: null }))).toEqual({
      ...silent,
      reason: 'drill n0nce',
    });
  });

  it('has no reason where the store speaks of another halt', () => {
    const silent = { ...halt, incident: null, reason: null };
    expect(haltSeen(api(silent), store({ ...halt, revision: 5 }))?.reason).toBeNull();
    expect(haltSeen(api(silent), store({ ...halt, level: 3 }))?.reason).toBeNull();
    expect(haltSeen(api({ ...silent, reason: 'theirs' }), store(halt))?.reason).toBe('theirs');
  });
});

describe('a reading of another file', () => {
  const reading = present({ state: halt, incidents: [], inode: 7 });
  it('is unreadable', () => {
    expect(ofFile(reading, 8)).toMatchObject({ kind: 'unreadable' });
    expect(ofFile(reading, 7)).toBe(reading);
    expect(ofFile(reading, null)).toBe(reading);
  });
});
