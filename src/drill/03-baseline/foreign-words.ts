import type { ForeignCanary } from '../ports/observer.ts';
import type { HostLink, World } from '../ports/world.ts';

/** So many are named; each costs its host a command. */
const MOST_NAMED = 4;
/** Portable user names and those of directories (useradd(8): `a-z_`, digits, `-`, a `$` at the end); anything else is not shown. */
const NAME = /^[A-Za-z0-9_.@\\+-]{1,64}[$]?$/;

/**
 * What there is of other drills, each with process and user, `a canary on knox (pid 7, uid 1001, owner mallory)`. Asks the hosts for
 * the users' names, at most a minute; where one does not say, the uid stands alone. `remark` is added to each. Never rejects.
 */
export async function inWords(
  found: readonly ForeignCanary[],
  { hosts }: Pick<World, 'hosts'>,
  remark: (one: ForeignCanary) => string | null = () => null,
): Promise<string[]> {
  const words = await Promise.all(
    found.slice(0, MOST_NAMED).map(async (one) => {
      const link = hosts.get(one.host);
      const owner = link === undefined || one.uid === null ? null : await ownerOn(link, one.uid);
      const said = remark(one);
      const words = `a ${one.kind} on ${one.host} (${processOf(one)}, owner ${owner ?? 'unknown'})`;
      return said === null ? words : `${words}: ${said}`;
    }),
  );
  const more = found.length - words.length;
  return more > 0 ? [...words, `${more} more`] : words;
}

/** `pid 7, uid 1001`. */
export function processOf({ pid, uid }: ForeignCanary): string {
  return `pid ${pid}, uid ${uid ?? 'unknown'}`;
}

/** getent(1) asks whichever directory a Linux host uses; macOS has none, and its id(1) takes a uid. */
async function ownerOn(link: HostLink, uid: number): Promise<string | null> {
  for (const argv of [
    ['getent', 'passwd', String(uid)],
    ['id', '-un', String(uid)],
  ]) {
    const ran = await link.run(argv);
    const name = ran.kind === 'present' && ran.value.exitCode === 0 ? firstField(ran.value.output) : '';
    if (NAME.test(name)) return name;
  }
  return null;
}

function firstField(output: string): string {
  return /^[^:\r\n]*/.exec(output)?.[0] ?? '';
}
