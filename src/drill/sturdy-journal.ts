import type { Journal, World } from './ports/world.ts';

/**
 * A journal that cannot be written ends the drill, but must not keep the undo from happening: appending never throws, `sync`
 * does, and the loss works like being told to stop. Before the trigger, `sync` failing is what keeps it from being fired.
 */
export function withSturdyJournal(world: World): World {
  const lost = new AbortController();
  const journal: Journal = {
    append(body) {
      try {
        return world.journal.append(body);
      } catch (error) {
        lost.abort(`the journal cannot be written (${String(error)})`);
        return 'e-lost';
      }
    },
    async sync() {
      if (lost.signal.aborted) throw new Error(String(lost.signal.reason));
      await world.journal.sync();
    },
  };
  return { ...world, journal, stop: AbortSignal.any([world.stop, lost.signal]) };
}
