import type { HostIdentity, Visibility } from '../../drill/model/sample.ts';
import { Answer, natural } from './answer.ts';

export interface ParsedIdentity {
  readonly identity: Omit<HostIdentity, 'hostKey'>;
  readonly visibility: Pick<Visibility, 'uid' | 'hidepid'>;
}

const MACOS = Buffer.from('O Darwin\n');
/** The longest name of a host that POSIX knows is 255 bytes (_POSIX_HOST_NAME_MAX, limits.h). */
const LONGEST_NAME = 255;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether this answer to an `I` request is that of a host whose processes are read by the ps probe. */
export function isOfMacos(body: Buffer): boolean {
  return body.subarray(0, MACOS.length).equals(MACOS);
}

/** Answer to an `I` request. Throws a one-line Error where the host cannot be probed or identified. */
export function parseIdentity(body: Buffer | string): ParsedIdentity {
  const answer = new Answer(body);
  const os = printable(answer.take('O'));
  const hostname = printable(answer.take('N'));
  if (answer.has('X'))
    throw new Error(
      `${hostname || 'the host'} (${os || 'unknown system'}) has no /proc; hosts other than Linux and macOS are not supported`,
    );
  const bootId = answer.take('A');
  if (!UUID.test(bootId)) throw new Error('its boot id could not be read');
  const [seenAs, own, namespace] = answer.take('S').split(' ');
  if (seenAs !== own)
    throw new Error(
      'its /proc belongs to another pid namespace than the probe; it would show other processes',
    );
  const isOfPs = namespace === 'ps';
  if (!isOfPs && !/^pid:\[\d+\]$/.test(namespace ?? ''))
    throw new Error('its pid namespace could not be read');
  const machineId = answer.take('M');
  const ticks = answer.take('C');
  if (!/^[1-9]\d{0,5}$/.test(ticks)) throw new Error('getconf CLK_TCK gave no number; install getconf there');
  const uid = natural(answer.take('Y'));
  // macOS hides no process from ps, which is setuid root there.
  const hidepid = isOfPs ? 'off' : parseHidepid(answer);
  answer.end();
  return {
    identity: {
      bootId,
      pidNamespace: namespace as string,
      hostname,
      machineId: /^[0-9a-f]{32}$/.test(machineId) ? machineId : null,
      os,
      ticksPerSecond: Number(ticks),
    },
    visibility: { uid, hidepid },
  };
}

/** The last mount on /proc is the one in force. One that is not a proc file system vouches for nothing. */
function parseHidepid(answer: Answer): string {
  let hidepid = 'unknown';
  while (answer.has('P')) {
    const [type, options] = answer.take('P').split(' ');
    const option = (options ?? '').split(',').find((word) => word.startsWith('hidepid='));
    hidepid = type === 'proc' ? (option?.slice('hidepid='.length) ?? '0') : 'unknown';
  }
  return hidepid;
}

function printable(latin1: string): string {
  if (latin1.length > LONGEST_NAME)
    throw new Error(`its name or that of its system is longer than ${LONGEST_NAME} bytes`);
  return Buffer.from(latin1, 'latin1')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '?')
    .trim();
}
