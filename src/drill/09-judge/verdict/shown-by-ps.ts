import type { CaseFile } from '../evidence/index.ts';

/** What a probe by ps alone cannot tell, in words for the report: of every host that was looked at that way. */
export function shownByPs(c: CaseFile): string[] {
  const hosts = [...c.hosts.values()].filter(({ identities }) =>
    identities.some(({ identity }) => identity.kind === 'present' && identity.value.os === 'Darwin'),
  );
  return hosts.map(
    ({ name }) =>
      `What ps of macOS does not show of ${name}: fractions of the second in which a process began, where one argument ends and the next begins, executables, and a clock that only grows.`,
  );
}
