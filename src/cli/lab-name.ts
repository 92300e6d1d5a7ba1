import { usage } from './cli-error.ts';

/** A lab's name as it can be asked for; whether there is such a lab only the lab knows. */
export function labName(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw usage(
      `\`${name}\` is no name of a lab`,
      'names are lower-case words with dashes',
      'try --lab reference or --lab as-found',
    );
  }
  return name;
}
