import type { GuardName } from '../guards.ts';
import { type PinDifference, unlikeWords } from '../pin.ts';
import { harmless, seconds } from '../wording.ts';
import { type Answered, answered, guardsListed, notReadAfter } from './guard-words.ts';
import type { FindingKind, Subject } from './kind.ts';
import { notRead } from './source-words.ts';

/** So many pids of many are named. */
const MOST_PIDS = 5;

interface Trouble {
  /** As it was recorded, in words that complete "On HOST …". */
  readonly reason: string;
}

const watchedTooShort = (
  { host }: Subject,
  { watchedMs, baselineMs }: { readonly watchedMs: number; readonly baselineMs: number },
): string =>
  `${host} was watched for ${seconds(watchedMs)} before the trigger, not for the ${seconds(baselineMs)} that the drill demands.`;

/** A process, and the service that it is known to be of. */
interface OnePid {
  readonly pid: number;
  readonly owner: string | null;
}

const common = { severity: 'inconclusive', group: 'could not tell', acceptable: false } as const;

/** Something could not be looked at, so nothing follows from it. */
export const doubtsFindings = {
  'vacuous-target': {
    ...common,
    title: 'There was nothing to stop',
    meaning:
      'A target was not alive, or an effect not visible, before the trigger: its absence afterwards proves nothing.',
    cause: 'The service was down, its match is wrong, or the market was quiet.',
    fix: 'Bring it up, or mend `match:` in the inventory.',
    says: {
      'heartbeat unchanged': ({ host, service }, { toShow }: { readonly toShow: 'return' | 'work' }) =>
        `The heartbeat of ${service} on ${host} did not change before the trigger, so it cannot show that ${service} ${toShow === 'return' ? 'came back at work' : 'went on'}.`,
      'not running': (
        { host, service },
        {
          role,
          ran,
          declared,
        }: { readonly role: 'target' | 'survivor'; readonly ran: number; readonly declared: number },
      ) =>
        `${service} ${ran === 0 ? 'was not running' : `ran ${ran} of ${declared} processes`} on ${host} before the trigger, so ${role === 'target' ? 'its absence afterwards proves nothing' : 'nothing can be said of its survival'}.`,
      'counted twice': (
        { host, service },
        { pids, other }: { readonly pids: readonly number[]; readonly other: string },
      ) =>
        `Pid ${pids.join(', ')} on ${host} counts for ${other} and for ${service}: of one of the two nothing is known.`,
      'halted before': ({ service }, { level }: { readonly level: number }) =>
        `The store of ${service} held level ${level} before the trigger already.`,
      'silence too short': (
        { asset },
        { silenceMs, expected }: { readonly silenceMs: number; readonly expected: number },
      ) =>
        `The silence for ${asset} says nothing: it lasted ${seconds(silenceMs)}, and at the rate seen before the trigger ${expected.toFixed(1)} orders were to be expected in that time.`,
      'no position': ({ asset }) =>
        `There was no position in ${asset} before the trigger, so that it is flat says nothing.`,
      'few orders': ({ asset }) =>
        `Too few orders for ${asset} were seen before the trigger to tell whether they went on.`,
      'deaf control': (_, { to, words }: { readonly to: string | null; readonly words: string }) =>
        `A message to ${to ?? 'another agent'}, which is not halted, did not get through either (${harmless(words, 200)}): that one to a halted agent was refused says nothing.`,
    },
  },
  'blind-probe': {
    ...common,
    title: 'The probe could not see what it has to see',
    meaning:
      'A control was not seen, or was still seen when it had to be gone, or the table could not be read in full, or a candidate could not be classified.',
    cause: 'hidepid, a container, missing privileges, or an overloaded host.',
    fix: 'Let the probe read the whole process table of that host.',
    says: {
      'answer unfit': ({ host }, { reason }: Trouble) => `On ${host} ${reason}.`,
      'unfit for long': ({ host }, { reason, forMs }: Trouble & { readonly forMs: number }) =>
        `For ${seconds(forMs)} on ${host} ${reason}.`,
      'control failed': ({ host }, { reason }: { readonly reason: string | null }) =>
        `A control on ${host} failed: ${reason ?? 'no reason given'}.`,
      'canary still listed': ({ host }, { graceMs }: { readonly graceMs: number }) =>
        `A canary on ${host} was still listed over ${graceMs / 1000} s after it had been killed.`,
      'canary never vanished': ({ host }) =>
        `A canary on ${host} was killed, and no sample shows that it vanished.`,
      'no canary': ({ host }) => `No living canary was seen on ${host} in a sample that had to show one.`,
      uncalibrated: ({ host }) =>
        `No canary was killed on ${host} before the trigger and seen to vanish, so the probe is not calibrated.`,
      'never looked at': ({ host }, { pids }: { readonly pids: readonly number[] }) =>
        `On ${host} ${pids.length === 1 ? 'a process was' : `${pids.length} processes were`} listed and never looked at (pid ${pids.slice(0, MOST_PIDS).join(', ')}), so it cannot be said what ran there.`,
      'pid overlooked': (
        { host },
        { pid, otherHost }: { readonly pid: number; readonly otherHost: string | null },
      ) =>
        `A sample of ${host} lacks pid ${pid}, which samples${otherHost === null ? '' : `, of ${otherHost},`} before and after it show.`,
      'end not seen': (
        { service },
        { pids, lastMs }: { readonly pids: readonly number[]; readonly lastMs: number },
      ) =>
        `Whether ${service} was gone by the deadline was not seen: pid ${pids.join(', ')} was there ${seconds(lastMs)} after T0, and no later sample says when it ended.`,
      'heartbeat unread': (
        { host, service },
        { when, reason }: { readonly when: 'before' | 'halted'; readonly reason: string | null },
      ) =>
        `The heartbeat of ${service} on ${host} could not be read ${when === 'before' ? 'before the trigger' : 'during the halt'}${reason === null ? '' : `: ${reason}`}.`,
      'missed by probe': ({ host }, seen: OnePid) =>
        `A second reader listed ${pidOf(seen)} on ${host}, which the probe did not see.`,
      'missed by reader': ({ host }, seen: OnePid) =>
        `The probe saw ${pidOf(seen)} on ${host}, which a second reader did not list.`,
      undecided: (
        { service },
        { pids, reason }: { readonly pids: readonly number[]; readonly reason: string },
      ) => `It could not be told whether pid ${pids.join(', ')} is ${service}: ${reason}.`,
      'no longer recognised': (
        { service },
        { pid, reason }: { readonly pid: number; readonly reason: string | undefined },
      ) => `It could not be told whether pid ${pid}, which came back as ${service}, still is it: ${reason}.`,
    },
  },
  'wrong-host-probe': {
    ...common,
    title: 'Another machine answered',
    meaning:
      'The identity of the host changed during the drill, is that of another declared host, or is not the one that was pinned.',
    cause: 'Address reuse, NAT, a machine that was replaced, or two inventory entries for one machine.',
    fix: 'Correct the address, declare `one-machine` in the inventory, or pin a machine that was replaced on purpose anew.',
    says: {
      'strange key': (_, { reason }: Trouble) => `${reason}.`,
      'not as pinned': ({ host }, { differences }: { readonly differences: readonly PinDifference[] }) =>
        `${host} is not the machine that was pinned: ${harmless(unlikeWords(differences), 400)}.`,
      'not one machine': ({ host }, { changed }: { readonly changed: 'scope' | 'machine' }) =>
        `${host} was not one machine throughout: its ${changed === 'scope' ? 'boot id or pid namespace' : 'machine id or host key'} changed during the drill.`,
      twins: ({ host }, { twins }: { readonly twins: readonly string[] }) =>
        `${host} and ${twins.join(', ')} answer from one machine, which the inventory does not say.`,
    },
  },
  'unreachable-host': {
    ...common,
    title: 'A host could not be observed',
    meaning: 'Samples of the host are missing where they are needed.',
    cause: 'A lost connection, or a host that is down.',
    fix: 'Restore the connection and run the drill again.',
    says: {
      'never observed': ({ host }, { reason }: { readonly reason: string | null }) =>
        `${host} could not be observed: ${reason ?? 'nothing of it is in the journal'}.`,
      'unread for long': ({ host }, { reason, forMs }: Trouble & { readonly forMs: number }) =>
        `${host} could not be read for ${seconds(forMs)}: ${reason}.`,
      'watched too short': watchedTooShort,
      rebooted: ({ host }, { forMs }: { readonly forMs: number }) =>
        `${host} was rebooted during the drill: for ${seconds(forMs)} nothing of it could be seen.`,
    },
  },
  'sampled-too-coarsely': {
    ...common,
    title: 'The samples are too far apart to tell',
    meaning: 'Two samples are further apart than max-gap, or a death straddles the deadline.',
    cause: 'An overloaded host or controller.',
    fix: 'Run on a quieter machine, or admit a larger max-gap in the drill.',
    says: {
      'watched too short': watchedTooShort,
      'two samples apart': (
        { host },
        { apartMs, maxGapMs }: { readonly apartMs: number; readonly maxGapMs: number },
      ) =>
        `Two samples of ${host} are ${seconds(apartMs)} apart; only ${seconds(maxGapMs)} counts as unbroken observation.`,
      'straddled deadline': (
        { service },
        { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
      ) =>
        `${service} died between ${seconds(fromMs)} and ${seconds(toMs)} after T0, and the deadline lies in between.`,
      'order around deadline': ({ asset }) =>
        `An order for ${asset} was accepted around the deadline; it cannot be told on which side of it.`,
    },
  },
  'unreadable-store': {
    ...common,
    title: "The broker's store or log could not be read",
    meaning: 'Its database, or the audit log in it, was unreadable where it had to be read.',
    cause: 'Wrong path or query, missing permission, or a locked or damaged database.',
    fix: 'Run the queries of the inventory by hand with sqlite3 -readonly.',
    says: {
      'not read': notRead,
      'after guard': (
        _,
        { source, guard }: { readonly source: 'store' | 'table of messages'; readonly guard: GuardName },
      ) => notReadAfter(source, guard),
      'log of refusals': (_, { guards }: { readonly guards: readonly GuardName[] }) =>
        `The audit log could not be read after these had been refused: ${guardsListed(guards)}.`,
      'not after deadline': (_, { level }: { readonly level: number }) =>
        `The store was not read after the deadline, and no reading before it shows level ${level}.`,
    },
  },
  'unreadable-broker': {
    ...common,
    title: 'The broker could not be asked',
    meaning: 'Its API gave no usable answer where one was needed, though its process was there.',
    cause: 'Wrong address, credentials or JSON Pointer, or a broker in trouble.',
    fix: 'Ask it by hand with curl; compare the answer with the pointers in the inventory.',
    says: {
      'not read': notRead,
      'after guard': (_, { guard }: { readonly guard: GuardName }) => notReadAfter('API', guard),
      'refusal unclear': (_, one: Answered) =>
        `${answered(one, 'unclear')}, so that it is not known whether it is refused.`,
      'answer unclear': (_, one: Answered) => `${answered(one, 'unclear')}.`,
    },
  },
  'unreadable-exchange': {
    ...common,
    title: 'The exchange could not be read',
    meaning: 'The independent system gave no usable answer where one was needed.',
    cause: 'Wrong address or JSON Pointer, or an exchange in trouble.',
    fix: 'Ask it by hand with curl; compare the answer with the pointers in the inventory.',
    says: {
      'not read': notRead,
      'began anew': () =>
        'The count of accepted orders fell during the drill, so the exchange began anew and its silence says nothing.',
      'not after deadline': ({ asset }) =>
        `The exchange was not looked at after the deadline, so it is not known whether ${asset} stayed flat.`,
    },
  },
  'clock-unreliable': {
    ...common,
    title: 'A clock jumped',
    meaning:
      "The monotonic and the wall clock of the controller, or the controller's clock and a host's uptime, parted by over 500 ms.",
    cause: 'Sleep, a paused virtual machine, or a stepped clock.',
    fix: 'Keep the machines awake and their clocks slewed; run the drill again.',
    says: {
      'no wall clock': () => 'A journal entry has no readable wall-clock time.',
      'controller clocks parted': (_, { byMs }: { readonly byMs: number }) =>
        `The controller's monotonic and wall clock parted by ${seconds(byMs)} during the drill.`,
      'uptime parted': ({ host }, { byMs }: { readonly byMs: number }) =>
        `During the drill the uptime of ${host} and the controller's clock parted by ${seconds(byMs)} or more.`,
      'wall clock parted': ({ host }, { byMs }: { readonly byMs: number }) =>
        `During the drill the uptime and the wall clock of ${host} parted by ${seconds(byMs)} or more.`,
    },
  },
  interlock: {
    ...common,
    title: 'An interlock refused the drill',
    meaning:
      'Another drill of this fleet was running, the crash would not have been survivable, or a token that the undo needs was not accepted. Nothing was triggered.',
    cause:
      'A drill that runs or has just ended, a broker without a restart policy, or a token that has expired.',
    fix: 'See what the finding says, put it right, and run the drill again.',
    says: {
      refused: (_, { why }: { readonly why: string }) => `${why}.`,
    },
  },
  'judge-failed': {
    ...common,
    title: 'A judge failed',
    meaning: 'A judge threw an error over the evidence; what it would have found is not known.',
    cause: 'An error in haltdrill.',
    fix: 'Report it with the journal.',
    says: {
      'nobody says why': ({ service }) =>
        `What the drill demands of ${service} is not proven, and no judge says why.`,
      threw: (_, { judge, reason }: { readonly judge: string; readonly reason: string }) =>
        `The judge of ${judge} failed: ${reason}.`,
    },
  },
} as const satisfies Record<string, FindingKind>;

function pidOf({ pid, owner }: OnePid): string {
  return owner === null ? `pid ${pid}` : `pid ${pid} (${owner})`;
}
