import { type CliError, usage } from './cli-error.ts';

/** Options whose loss would change what a drill does; npm has no settings of these names. */
const OURS = [
  'level',
  'drill',
  'lab',
  'inventory',
  'known-issues',
  'out',
  'strict',
  'scheduled',
  'skip-gate',
  'slice',
  'jobs',
] as const;

export const DASHES = 'put `--` before the options: npm run drill -- --level 3';

/** To npm, `--plan` is four of its own one-letter options run together: -p -l -a -n; these are the ones that it exports. */
const PLAN = ['parseable', 'long', 'all'] as const;

/**
 * npm takes every option that stands before `--` for itself and passes on what is left, so that
 * `npm run drill --plan -- --level 3` would run a drill that was only to be printed. It leaves what it took in
 * the environment as `npm_config_<name>` (npm docs, "config: environment variables"): refuse on seeing it.
 */
export function swallowedByNpm(env: (name: string) => string | undefined): CliError | null {
  if (env('npm_lifecycle_event') === undefined) return null;
  const has = (name: string): boolean => (env(`npm_config_${name.replaceAll('-', '_')}`) ?? '') !== '';
  const taken: string[] = OURS.filter(has);
  if (PLAN.every(has)) taken.push('plan');
  if (taken.length === 0) return null;
  const list = taken.map((name) => `--${name}`).join(', ');
  return usage(`npm kept ${list} for itself`, 'it passes on only what follows `--`', DASHES);
}
