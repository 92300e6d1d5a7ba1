import type { Drill } from '../model/drill.ts';
import { GUARDS_SKIPPED, type GuardName, guardKind } from '../model/guards.ts';

/**
 * Guards ask for the drill's own halt with one thing wrong. Where that halt destroys (it needs a phrase that somebody types),
 * a guard that gets through does so too: they are tried only in a lab, which this process started, or where the drill is manned.
 */
export function triableGuards(
  { guards, phrase }: Drill,
  { environment, manned }: { readonly environment: string; readonly manned: boolean },
): { readonly tried: readonly GuardName[]; readonly skipped: readonly string[] } {
  if (phrase === 'none' || manned || environment.startsWith('lab:') || guards.length === 0)
    return { tried: guards, skipped: [] };
  const whats = guards.map((guard) => guardKind(guard).what).join('; ');
  return {
    tried: [],
    skipped: [
      `${GUARDS_SKIPPED} (${whats}): they are tried only in a lab, or where somebody is present, since one that got through would destroy.`,
    ],
  };
}
