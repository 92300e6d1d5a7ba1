import { seconds } from '../wording.ts';
import type { Role } from '../plan.ts';
import type { FindingKind } from './kind.ts';

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
      'heartbeat unchanged': ({ host, service }, { role }: { readonly role: Role }) =>
        `The heartbeat of ${service} on ${host} did not change before the trigger, so it cannot show that ${service} ${role === 'target' ? 'came back at work' : 'went on'}.`,
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
      'heartbeat unread': ({ host, service }, { when }: { readonly when: 'before' | 'halted' }) =>
        `The heartbeat of ${service} on ${host} could not be read ${when === 'before' ? 'before the trigger' : 'during the halt'}.`,
    },
  },
  'wrong-host-probe': {
    ...common,
    title: 'Another machine answered',
    meaning:
      'The identity of the host changed during the drill, is that of another declared host, or is not the one that was pinned.',
    cause: 'Address reuse, NAT, a machine that was replaced, or two inventory entries for one machine.',
    fix: 'Correct the address, declare `one-machine` in the inventory, or pin a machine that was replaced on purpose anew.',
  },
  'unreachable-host': {
    ...common,
    title: 'A host could not be observed',
    meaning: 'Samples of the host are missing where they are needed.',
    cause: 'A lost connection, or a host that is down.',
    fix: 'Restore the connection and run the drill again.',
  },
  'sampled-too-coarsely': {
    ...common,
    title: 'The samples are too far apart to tell',
    meaning: 'Two samples are further apart than max-gap, or a death straddles the deadline.',
    cause: 'An overloaded host or controller.',
    fix: 'Run on a quieter machine, or admit a larger max-gap in the drill.',
    says: {
      'straddled deadline': (
        { service },
        { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
      ) =>
        `${service} died between ${seconds(fromMs)} and ${seconds(toMs)} after T0, and the deadline lies in between.`,
    },
  },
  'unreadable-store': {
    ...common,
    title: "The broker's store or log could not be read",
    meaning: 'Its database, or the audit log in it, was unreadable where it had to be read.',
    cause: 'Wrong path or query, missing permission, or a locked or damaged database.',
    fix: 'Run the queries of the inventory by hand with sqlite3 -readonly.',
  },
  'unreadable-broker': {
    ...common,
    title: 'The broker could not be asked',
    meaning: 'Its API gave no usable answer where one was needed, though its process was there.',
    cause: 'Wrong address, credentials or JSON Pointer, or a broker in trouble.',
    fix: 'Ask it by hand with curl; compare the answer with the pointers in the inventory.',
  },
  'unreadable-exchange': {
    ...common,
    title: 'The exchange could not be read',
    meaning: 'The independent system gave no usable answer where one was needed.',
    cause: 'Wrong address or JSON Pointer, or an exchange in trouble.',
    fix: 'Ask it by hand with curl; compare the answer with the pointers in the inventory.',
  },
  'clock-unreliable': {
    ...common,
    title: 'A clock jumped',
    meaning:
      "The monotonic and the wall clock of the controller, or the controller's clock and a host's uptime, parted by over 500 ms.",
    cause: 'Sleep, a paused virtual machine, or a stepped clock.',
    fix: 'Keep the machines awake and their clocks slewed; run the drill again.',
  },
  interlock: {
    ...common,
    title: 'An interlock refused the drill',
    meaning:
      'Another drill of this fleet was running, the crash would not have been survivable, or a token that the undo needs was not accepted. Nothing was triggered.',
    cause:
      'A drill that runs or has just ended, a broker without a restart policy, or a token that has expired.',
    fix: 'See what the finding says, put it right, and run the drill again.',
  },
  'judge-failed': {
    ...common,
    title: 'A judge failed',
    meaning: 'A judge threw an error over the evidence; what it would have found is not known.',
    cause: 'An error in haltdrill.',
    fix: 'Report it with the journal.',
  },
} as const satisfies Record<string, FindingKind>;
