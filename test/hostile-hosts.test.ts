import { beforeAll, expect, it } from 'vitest';
import { TURNS } from './hostile/hostile-host.ts';
import { requireFreshBuild } from './support/haltdrill.ts';
import { hostileDrill } from './support/hostile-drill.ts';

beforeAll(requireFreshBuild);

/** Those of hostile-host.test.ts. */
const THERE = ['spells', 'a-million'];

it.each(TURNS.filter((turn) => !THERE.includes(turn)))(
  'S6: a host that turns to "%s" leads to no pass, and the other is restored',
  async (turn) => {
    expect((await hostileDrill(turn)).verdict).not.toBe('pass');
  },
);
