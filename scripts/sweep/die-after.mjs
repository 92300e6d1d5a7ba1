// The command line, whose process is killed with SIGKILL at one record of its journal. The program itself has no failpoint: its
// journal is wrapped here, at the seam through which every record passes.
// usage: DIE_AT='intent 3' | 'under-way 3' | 'outcome 3' | 'record 120' node scripts/sweep/die-after.mjs drill …

import { runCli } from '../../dist/cli/run-cli.js';
import { createEffects } from '../../dist/effects.js';

const [at, number] = (process.env.DIE_AT ?? '').split(' ');
const wanted = Number(number);
/** Long enough for a request to have left, and for no reply to have come. */
const UNDER_WAY_MS = 15;
const seen = { intent: 0, outcome: 0, record: 0 };
const die = () => process.kill(process.pid, 'SIGKILL');

function dying(journal) {
  return {
    ...journal,
    append: (body) => {
      const id = journal.append(body);
      seen.record += 1;
      if (body.kind in seen) seen[body.kind] += 1;
      if (at === 'under-way' && body.kind === 'intent' && seen.intent === wanted)
        setTimeout(die, UNDER_WAY_MS);
      else if ((at === 'record' || at === body.kind) && seen[at] === wanted) die();
      return id;
    },
  };
}

const { effects } = createEffects();
process.exitCode = await runCli(process.argv.slice(2), {
  ...effects,
  openWorld: async (request) => {
    const open = await effects.openWorld(request);
    return { ...open, world: { ...open.world, journal: dying(open.world.journal) } };
  },
});
