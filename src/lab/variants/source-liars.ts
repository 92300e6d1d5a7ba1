import {
  afterCrash,
  alter,
  backUp,
  brokerDatabase,
  copyBytes,
  lockOutReaders,
  putInPlace,
  whenMade,
  writeGarbage,
} from '../beside/broker-database.ts';
import { faultyForLoneRequests, faultyFromHaltOn, faultyOnceWoken } from '../broker/faulty-api.ts';
import { reveals } from './reveals.ts';
import type { LabSite, Variant } from './variant.ts';

/** Stores and APIs that cannot be read, or not be believed. */
export const sourceLiars: Readonly<Record<string, Variant>> = {
  'status-500-after-halt': {
    about: 'from the halt on, its API answers 500 to every question for its status',
    expect: reveals('unreadable-broker'),
    broker: faultyFromHaltOn('error', 'status'),
  },
  'status-garbage-after-halt': {
    about: 'from the halt on, its API answers every question for its status with a page of HTML',
    expect: reveals('unreadable-broker'),
    broker: faultyFromHaltOn('garbage', 'status'),
  },
  'status-hangs-after-halt': {
    about: 'from the halt on, its API never answers a question for its status',
    expect: reveals('unreadable-broker'),
    broker: faultyFromHaltOn('nothing', 'status'),
  },
  'api-500-after-halt': {
    about: 'from the halt on, its API answers 500 to everything: nobody can resume',
    expect: reveals('unreadable-broker'),
    broker: faultyFromHaltOn('error', 'everything'),
  },
  'api-hangs-after-halt': {
    about: 'from the halt on, its API answers nothing: nobody can resume',
    expect: reveals('unreadable-broker'),
    broker: faultyFromHaltOn('nothing', 'everything'),
  },
  'forgets-tokens': {
    about: 'comes back from the crash, halted, and no longer knows any token',
    expect: reveals('unreadable-broker'),
    broker: faultyOnceWoken('unauthorized'),
  },
  'api-500': {
    about: 'its API answers 500 to every lone request, from the start',
    expect: reveals('unreadable-broker', { also: ['interlock'], verdict: 'not-run' }),
    broker: { http: faultyForLoneRequests('error') },
  },
  'api-garbage': {
    about: 'its API answers every lone request with a page of HTML, from the start',
    expect: reveals('unreadable-broker', { also: ['interlock'], verdict: 'not-run' }),
    broker: { http: faultyForLoneRequests('garbage') },
  },
  'api-hangs': {
    about: 'its API never answers a lone request, from the start',
    expect: reveals('unreadable-broker', { also: ['interlock'], verdict: 'not-run' }),
    broker: { http: faultyForLoneRequests('nothing') },
  },
  'locked-database': {
    about: 'somebody locks readers out of the broker’s database in the hold',
    expect: reveals('unreadable-store'),
    beside: async (site) => {
      await afterCrash(site);
      lockOutReaders(brokerDatabase(site));
    },
  },
  'locked-database-from-start': {
    about: 'somebody locks readers out of the broker’s database before the drill begins',
    expect: reveals('unreadable-store', { verdict: 'not-run' }),
    beside: async (site) => {
      await whenMade(brokerDatabase(site));
      lockOutReaders(brokerDatabase(site));
    },
  },
  'corrupt-database': {
    about: 'garbage is put in the place of the broker’s database in the hold',
    expect: reveals('unreadable-store'),
    beside: replacedInHold((copy) => writeGarbage(copy)),
  },
  'database-without-table': {
    about: 'a database that lacks its table is put in the place of the broker’s in the hold',
    expect: reveals('unreadable-store'),
    beside: replacedInHold((copy) => alter(copy, 'pragma foreign_keys = off; drop table halt_state')),
  },
  'old-database': {
    about: 'a copy from before the halt is put in the place of the broker’s database in the hold',
    expect: reveals('unreadable-store'),
    beside: replacedInHold(() => undefined),
  },
  'torn-database': {
    about:
      'in the hold the broker’s database is replaced by an older copy of its main file and a newer one of its log',
    expect: reveals('unreadable-store'),
    beside: async (site) => {
      const file = brokerDatabase(site);
      await whenMade(file);
      copyBytes(file, `${file}.old`);
      await afterCrash(site);
      copyBytes(`${file}-wal`, `${file}.old-wal`);
      putInPlace(`${file}.old-wal`, `${file}-wal`);
      putInPlace(`${file}.old`, file);
    },
  },
};

/** Takes a copy of the broker's database before the drill begins, and puts it, changed, in its place after the crash. */
function replacedInHold(change: (copy: string) => void): (site: LabSite) => Promise<void> {
  return async (site) => {
    const file = brokerDatabase(site);
    const copy = `${file}.copy`;
    await whenMade(file);
    backUp(file, copy);
    change(copy);
    await afterCrash(site);
    putInPlace(copy, file);
  };
}
