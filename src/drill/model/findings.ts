/**
 * The catalogue of findings. Codes are stable: known issues and other people's scripts refer to them.
 * The compiler holds every judge to it, and docs/findings.md is generated from it.
 */
export interface FindingKind {
  readonly title: string;
  /** `fail`: something is wrong. `inconclusive`: it could not be told. */
  readonly severity: 'fail' | 'inconclusive';
  readonly group:
    | 'stopping'
    | 'surviving'
    | 'state'
    | 'claims'
    | 'effects'
    | 'guards'
    | 'undo'
    | 'could not tell'
    | 'missing proofs';
  readonly meaning: string;
  readonly cause: string;
  readonly fix: string;
  /** Whether a known issue may accept it. */
  readonly acceptable: boolean;
  /** What a finding of this kind names besides host and service, and a known issue has to name too. */
  readonly names?: 'asset' | 'field';
}

const stopping = { severity: 'fail', group: 'stopping', acceptable: true } as const;
const surviving = { severity: 'fail', group: 'surviving', acceptable: true } as const;
const state = { severity: 'fail', group: 'state', acceptable: true } as const;
const claims = { severity: 'fail', group: 'claims', acceptable: true } as const;
const effects = { severity: 'fail', group: 'effects', acceptable: true } as const;
const guards = { severity: 'fail', group: 'guards', acceptable: false } as const;
const undo = { severity: 'fail', group: 'undo', acceptable: false } as const;
const doubt = { severity: 'inconclusive', group: 'could not tell', acceptable: false } as const;
const missing = { severity: 'inconclusive', group: 'missing proofs', acceptable: false } as const;

export const FINDINGS = {
  'successful-no-op': {
    ...stopping,
    title: 'The broker acknowledged the stop; the same process still runs',
    meaning:
      'The halt was acknowledged, and after the deadline a life of the service that was there before the trigger is still there.',
    cause:
      'The stop command ran on another host, or for a label that the service manager there does not know, and returned success.',
    fix: 'Send the stop to the host where the service lives, and let the broker look for the process before it reports success.',
  },
  'wrong-host-stop': {
    ...stopping,
    title: 'The broker says it stopped the service on a host where it does not live',
    meaning: 'The reply or the audit log names another host than the inventory does.',
    cause: 'The list of daemons and the list of hosts in the broker have drifted apart.',
    fix: 'Give every daemon in the broker its host, and reach it there.',
  },
  'partial-stop': {
    ...stopping,
    title: 'Part of what had to stop still runs',
    meaning:
      'The halt was not acknowledged for this service, or some of its processes stopped and others did not.',
    cause: 'A failed stop that was not retried, or a service with more processes than the broker knows.',
    fix: 'Retry until every process is seen gone; report what is not.',
  },
  'late-stop': {
    ...stopping,
    title: 'It stopped, but after the deadline',
    meaning: 'The last process of the service died wholly after T0 + within.',
    cause: 'Stops that run one after another, a long grace period, or a queue before the stopper.',
    fix: 'Stop hosts in parallel, shorten the grace period, or admit a longer deadline in the drill.',
  },
  respawned: {
    ...stopping,
    title: 'It stopped and came back while halted',
    meaning:
      'After its processes were gone, a new life of the service appeared before the resume and stayed.',
    cause: 'KeepAlive, Restart=always, a timer, a socket or a sibling that starts it again.',
    fix: 'Disable the service in its manager for as long as the halt lasts, do not just kill it.',
  },
  'boot-resurrection': {
    ...stopping,
    title: 'Its host was rebooted while halted, and it came back with it',
    meaning:
      'The host was booted again between the trigger and the resume, and a life of the service appeared under the new boot and stayed.',
    cause:
      'The service is enabled at boot, or its supervisor is, and what starts it there asks nobody whether the fleet is halted.',
    fix: 'Have the halt disable the service at boot too (systemctl disable, launchctl disable), or have the service ask for the halt before it begins to work.',
  },
  flapped: {
    ...stopping,
    title: 'It came back while halted, and went again',
    meaning: 'A new life of the service was seen during the halt and had ended before the halt did.',
    cause: 'A manager that restarts it and a broker that stops it again, taking turns.',
    fix: 'Disable the service in its manager for as long as the halt lasts.',
  },
  'orphaned-children': {
    ...stopping,
    title: 'The service stopped, its children did not',
    meaning:
      'Every root process is gone, and a process that descends from one still runs after the deadline.',
    cause: 'The stop signals one pid instead of the process group, session or cgroup.',
    fix: 'Stop the whole group, or declare legitimate helpers in `leaves:`.',
  },
  'renamed-survivor': {
    ...stopping,
    title: 'The process still runs under another name',
    meaning:
      'A baseline life is still there after the deadline, and its argv or executable no longer matches the service.',
    cause: 'A process that rewrites its title or calls exec on SIGTERM.',
    fix: 'Find processes by pid and start time, not by name.',
  },
  'frozen-not-stopped': {
    ...stopping,
    title: 'The process is frozen, not stopped',
    meaning: 'A baseline life is in state T: SIGCONT brings it back with everything it had in hand.',
    cause: 'SIGSTOP used as a halt, or a debugger attached.',
    fix: 'Terminate the process.',
  },
  'duplicate-instance': {
    ...stopping,
    title: 'The service also runs somewhere else',
    meaning:
      'A process that matches the service was seen that is neither one of its baseline lives nor one of their descendants.',
    cause: 'A second copy on another host, or one started by hand.',
    fix: 'Stop it, or declare it in the inventory.',
  },
  'hold-too-short': {
    ...stopping,
    severity: 'inconclusive',
    title: 'The hold is shorter than the time after which something revives the service',
    meaning:
      'A known restart delay, throttle or timer outlasts the hold, so that staying down for that long proves nothing.',
    cause: 'A long RestartSec, ThrottleInterval or timer.',
    fix: 'Lengthen `hold`, or disable the reviver during a halt.',
  },
  'collateral-stop': {
    ...surviving,
    title: 'A service that must survive was stopped',
    meaning: 'A life of a survivor ended during the halt and none took its place.',
    cause: 'A stop list that is too long, or a dependency that takes the service down with another.',
    fix: 'Take the service off the list of that level.',
  },
  'survivor-restarted': {
    ...surviving,
    title: 'A service that must survive was restarted',
    meaning: 'Its baseline life ended during the halt and another took its place.',
    cause: 'It was on the stop list and its manager brought it back.',
    fix: 'Take the service off the list of that level.',
  },
  'survivor-stale': {
    ...surviving,
    title: 'A survivor is alive but no longer at work',
    meaning: 'Its heartbeat stopped changing during the halt.',
    cause: 'It waits for something that was stopped.',
    fix: 'Make watchers independent of what they watch.',
  },
  'collateral-halt': {
    ...surviving,
    names: 'asset',
    title: 'Assets that the halt must not reach stopped trading',
    meaning:
      'Orders that went on before the trigger did not go on after it for an asset that must stay active.',
    cause: 'A halt of one asset that stops the trader of all.',
    fix: 'Block the asset, not the process.',
  },
  'amnesia-restart': {
    ...state,
    title: 'The broker restarted and forgot the halt',
    meaning:
      'A new life of the broker reports no halt, where the one before it was halted and nobody resumed.',
    cause: 'Halt state is kept in memory.',
    fix: 'Write level, incident and reason to durable storage before the first stop, and read them at start.',
  },
  'partial-amnesia': {
    ...state,
    names: 'field',
    title: 'The broker restarted and forgot part of the halt',
    meaning:
      'A new life of the broker is halted, but its level, incident, reason or asset differ from before.',
    cause: 'Only part of the halt state is persisted.',
    fix: 'Persist level, incident, reason and asset in one transaction.',
  },
  'unpersisted-halt': {
    ...state,
    title: 'The halt is not in the store',
    meaning:
      "The API says halted; the broker's database, read without it, did not change with the halt, or later than the reply said that it had.",
    cause: 'Halt state is kept in memory, or written later.',
    fix: 'Write the halt before replying.',
  },
  'wrong-asset': {
    ...state,
    title: 'The broker halted another asset than it was asked to',
    meaning:
      'While halted, API, store or reply name an asset that is not the one the drill asked for, or name one where everything had to halt.',
    cause: 'A default for the asset, a mapping of symbols, or a request that was merged with an older one.',
    fix: 'Take the asset from the request as it is, and refuse one that is not known.',
    acceptable: false,
  },
  'split-state': {
    ...state,
    names: 'field',
    title: 'API and store disagree',
    meaning: 'What the API says of level, incident or reason differs from the store, and stays so.',
    cause: 'A cached status, or a store that another process writes.',
    fix: 'Answer status from the store.',
  },
  'self-halt': {
    ...state,
    title: 'The broker stopped itself',
    meaning:
      'The life of the broker that took the trigger ended before the drill crashed or resumed anything.',
    cause: 'The broker is in the list of daemons that it stops.',
    fix: 'Take the broker off its own list.',
  },
  'broker-down': {
    ...state,
    title: 'The broker does not answer while halted',
    meaning:
      'It must stay up at this level, and no process of it, or no answer, was there at the end of the hold.',
    cause: 'It was stopped or crashed, and nothing brought it back.',
    fix: 'Give the broker a restart policy, and take it off its own list.',
  },
  'silent-downgrade': {
    ...state,
    title: 'The level changed during the halt though nobody resumed',
    meaning:
      'The broker reported another level than the drill demands, within one life of it, before the resume.',
    cause: 'A timeout that lifts the halt, or a lower request that lowers it.',
    fix: 'Lift a halt only by an explicit, conditional resume.',
  },
  'missing-incident': {
    ...state,
    title: 'There is no open incident for the halt',
    meaning:
      'The broker is halted, and neither API nor store has an open incident for it: there never was one, or it was resolved with the halt still in force.',
    cause: 'The halt and the incident are written in separate steps.',
    fix: 'Open the incident in the transaction that records the halt, and resolve it in the one that ends it.',
  },
  'duplicate-incident': {
    ...state,
    title: 'One trigger opened more than one incident',
    meaning: 'More than one incident opened after the intent, without a second trigger.',
    cause: 'Retries that are not idempotent.',
    fix: 'Make the halt idempotent on its level and holder.',
  },
  'false-claim': {
    ...claims,
    title: 'The broker claims a stop that did not happen',
    meaning:
      'Its reply or audit log says that the service was stopped; after the deadline the service was still there.',
    cause: 'The log records what was asked for, not what was seen.',
    fix: 'Log an outcome only after looking.',
  },
  'unlogged-halt': {
    ...claims,
    title: 'The broker stopped something that its audit log does not have',
    meaning: 'The service was stopped after the trigger, and no audit entry says so.',
    cause: 'Outcomes are not logged per service, or the log was lost in a restart.',
    fix: 'Append one entry for each service and outcome.',
  },
  'unlogged-refusal': {
    ...claims,
    title: 'A refused request is not in the audit log',
    meaning: 'A request that tried to halt or resume was refused, and no entry of the audit log says so.',
    cause: 'Refusals are answered before the log is reached.',
    fix: 'Append an entry for each refused halt or resume, whoever sent it.',
  },
  'audit-tampered': {
    ...claims,
    acceptable: false,
    title: 'Audit entries were changed or removed',
    meaning: 'An entry that was there at one reading is different or missing at a later one.',
    cause: 'A log that can be rewritten, or rotated without being kept.',
    fix: 'Make the log append-only.',
  },
  'false-success': {
    ...claims,
    title: 'The broker said done while a host could not be reached',
    meaning: 'It claimed completion, though a host with targets was unreachable at that time.',
    cause: 'Errors of the transport are swallowed.',
    fix: 'Report the halt as incomplete and keep trying.',
  },
  'position-grew': {
    ...effects,
    names: 'asset',
    title: 'A position grew while the halt stood',
    meaning:
      'At the exchange the position in an asset that had to fall silent was larger, or on the other side, at a later look than at an earlier one, while the halt stood and no new order was accepted. Differences of less than 1e-9, or of a billionth of the position, are rounding.',
    cause: 'Orders that rested at the exchange before the halt were not cancelled by it, and were filled.',
    fix: 'Have the level cancel what rests at the exchange, conditional and queued orders too, before it reports success.',
  },
  'position-not-flat': {
    ...effects,
    names: 'asset',
    title: 'The position is not flat',
    meaning:
      'After the deadline the exchange still shows a position, or open orders, for an asset that had to be flattened.',
    cause: 'Orders are blocked before the position is closed, or rounding leaves a rest.',
    fix: 'Close the position, look at it, and only then report success.',
  },
  'order-after-halt': {
    ...effects,
    acceptable: false,
    title: 'An order was accepted after the halt',
    meaning: 'The count of accepted orders grew after the deadline.',
    cause: 'A queue that is still being drained, or a trader that still runs.',
    fix: 'Block at the exchange, not only at the trader.',
  },
  'leaked-command': {
    ...effects,
    acceptable: false,
    title: 'A message reached a halted agent',
    meaning: 'The broker routed a message to an agent after it was halted.',
    cause: 'Routing does not ask for the halt state.',
    fix: 'Gate routing by the halt state, in the same transaction.',
  },
  'unauthenticated-trigger': {
    ...guards,
    title: 'A halt without a valid token was carried out',
    meaning:
      'A halt was sent without a token, or with one that nobody was given, and the broker accepted it, or refused it and halted all the same.',
    cause: 'A route without authentication, or a check whose result is not waited for.',
    fix: 'Check the token before anything else, and end the request there.',
  },
  'unguarded-trigger': {
    ...guards,
    title: 'A halt that needs its phrase was carried out with a wrong one',
    meaning:
      'A halt with a wrong confirmation phrase, or with the phrase of another level, was accepted, or was refused and halted all the same.',
    cause: 'A phrase that is compared loosely, or only looked for.',
    fix: 'Compare the phrase to the letter, for the level that asks for it, and refuse it at any other.',
  },
  'unguarded-resume': {
    ...guards,
    title: 'A halt was lifted by a resume that does not name its incident',
    meaning:
      'While halted, a resume without an incident, or of another one, was accepted, or was refused and lifted the halt all the same.',
    cause: 'Resume lifts whatever is in force.',
    fix: 'Make the resume conditional on incident, level and revision.',
  },
  'guard-side-effect': {
    ...guards,
    title: 'A request that had to do nothing did something',
    meaning:
      'After a request that had to be refused, or to change nothing, a process was no longer the same one, the state was different, or the broker no longer answered to a valid token.',
    cause: 'An error on the way of a refusal that ends the process, or a lock that shuts out everybody.',
    fix: 'Let a refusal touch nothing but the audit log.',
  },
  'foreign-halt': {
    ...undo,
    title: 'A halt that is not this drill’s',
    meaning:
      'The broker is halted by an incident that does not carry the nonce of this drill, or somebody else joined. The runner touched nothing more.',
    cause: 'A real incident, or another drill.',
    fix: 'Deal with the incident; the drill can be run another day.',
  },
  'unrestored-service': {
    ...undo,
    title: 'A service did not come back after the resume',
    meaning:
      'After the resume was acknowledged, the service was not up in time, or did not stay up, without help from the runner.',
    cause: 'The start goes to the wrong host, or the service needs something that is still stopped.',
    fix: 'Start it where it lives and look for the process.',
  },
  'restored-differently': {
    ...undo,
    title: 'A service came back as something else',
    meaning: 'After the resume its argv, executable or number of processes differ from the baseline.',
    cause: 'The resume starts it by another command than its manager does.',
    fix: 'Start services through their manager only.',
  },
  'manual-resume-failed': {
    ...undo,
    title: 'A step of the manual resume failed',
    meaning:
      'A command of `manual-resume:` ended with another exit code than 0, or it is not known how it ended: the documented way back does not work as written.',
    cause:
      'A procedure that was never rehearsed, a command that is not on that host, or one that has to be run as somebody else.',
    fix: 'Run the step by hand on its host, and correct it in the inventory and in the runbook.',
  },
  'incident-left-open': {
    ...undo,
    title: 'The incident is still open after the resume',
    meaning: 'The resume was acknowledged; the broker or its store still shows a halt or an open incident.',
    cause: 'Resume lowers the level and forgets the incident.',
    fix: 'Resolve the incident in the transaction that lowers the level.',
  },
  'incident-rewritten': {
    ...undo,
    title: 'The history of the incident was changed',
    meaning:
      'After the resume, the reason or level of the incident differ from what they were while halted, or it is gone.',
    cause: 'Resume overwrites the row.',
    fix: 'Only ever add to an incident.',
  },
  'vacuous-target': {
    ...doubt,
    title: 'There was nothing to stop',
    meaning:
      'A target was not alive, or an effect not visible, before the trigger: its absence afterwards proves nothing.',
    cause: 'The service was down, its match is wrong, or the market was quiet.',
    fix: 'Bring it up, or mend `match:` in the inventory.',
  },
  'blind-probe': {
    ...doubt,
    title: 'The probe could not see what it has to see',
    meaning:
      'A control was not seen, or was still seen when it had to be gone, or the table could not be read in full, or a candidate could not be classified.',
    cause: 'hidepid, a container, missing privileges, or an overloaded host.',
    fix: 'Let the probe read the whole process table of that host.',
  },
  'wrong-host-probe': {
    ...doubt,
    title: 'Another machine answered',
    meaning:
      'The identity of the host changed during the drill, is that of another declared host, or is not the one that was pinned.',
    cause: 'Address reuse, NAT, a machine that was replaced, or two inventory entries for one machine.',
    fix: 'Correct the address, declare `one-machine` in the inventory, or pin a machine that was replaced on purpose anew.',
  },
  'unreachable-host': {
    ...doubt,
    title: 'A host could not be observed',
    meaning: 'Samples of the host are missing where they are needed.',
    cause: 'A lost connection, or a host that is down.',
    fix: 'Restore the connection and run the drill again.',
  },
  'sampled-too-coarsely': {
    ...doubt,
    title: 'The samples are too far apart to tell',
    meaning: 'Two samples are further apart than max-gap, or a death straddles the deadline.',
    cause: 'An overloaded host or controller.',
    fix: 'Run on a quieter machine, or admit a larger max-gap in the drill.',
  },
  'unreadable-store': {
    ...doubt,
    title: "The broker's store or log could not be read",
    meaning: 'Its database, or the audit log in it, was unreadable where it had to be read.',
    cause: 'Wrong path or query, missing permission, or a locked or damaged database.',
    fix: 'Run the queries of the inventory by hand with sqlite3 -readonly.',
  },
  'unreadable-broker': {
    ...doubt,
    title: 'The broker could not be asked',
    meaning: 'Its API gave no usable answer where one was needed, though its process was there.',
    cause: 'Wrong address, credentials or JSON Pointer, or a broker in trouble.',
    fix: 'Ask it by hand with curl; compare the answer with the pointers in the inventory.',
  },
  'unreadable-exchange': {
    ...doubt,
    title: 'The exchange could not be read',
    meaning: 'The independent system gave no usable answer where one was needed.',
    cause: 'Wrong address or JSON Pointer, or an exchange in trouble.',
    fix: 'Ask it by hand with curl; compare the answer with the pointers in the inventory.',
  },
  'clock-unreliable': {
    ...doubt,
    title: 'A clock jumped',
    meaning:
      "The monotonic and the wall clock of the controller, or the controller's clock and a host's uptime, parted by over 500 ms.",
    cause: 'Sleep, a paused virtual machine, or a stepped clock.',
    fix: 'Keep the machines awake and their clocks slewed; run the drill again.',
  },
  interlock: {
    ...doubt,
    title: 'An interlock refused the drill',
    meaning:
      'Another drill of this fleet was running, the crash would not have been survivable, or a token that the undo needs was not accepted. Nothing was triggered.',
    cause:
      'A drill that runs or has just ended, a broker without a restart policy, or a token that has expired.',
    fix: 'See what the finding says, put it right, and run the drill again.',
  },
  'judge-failed': {
    ...doubt,
    title: 'A judge failed',
    meaning: 'A judge threw an error over the evidence; what it would have found is not known.',
    cause: 'An error in haltdrill.',
    fix: 'Report it with the journal.',
  },
  'state-unseen': {
    ...missing,
    title: 'The halt was never seen where its state lives',
    meaning:
      'Neither at the deadline nor until the undo did the store, or where there is none the API, show the level that the drill asked for.',
    cause: 'A halt that is kept in memory, or that never came about.',
    fix: 'See the other findings, then run the drill again.',
  },
  'hold-short': {
    ...missing,
    title: 'The halt was not observed for the whole hold',
    meaning:
      'From the last death, the state verified and the broker back to the last sample before the undo it was less than `hold`.',
    cause: 'An interruption, a target that did not stop, or a halt that ended by itself.',
    fix: 'See the other findings, then run the drill again.',
  },
  'crash-missing': {
    ...missing,
    title: 'The broker was not crashed while halted',
    meaning: 'The drill demands a crash, and no sample shows that the process of the broker ended by it.',
    cause: 'A broker that was not there, or not halted, when it was to be killed.',
    fix: 'See the other findings, then run the drill again.',
  },
  'control-missing': {
    ...missing,
    title: 'No control vanished at the end of the hold',
    meaning:
      'On this host no canary was killed after the halt had been observed and seen to vanish, so nothing shows that the probe would have noticed.',
    cause: 'A drill that ended early, or a probe that went blind.',
    fix: 'See the other findings, then run the drill again.',
  },
  'guard-untried': {
    ...missing,
    title: 'A request that must be refused was not sent',
    meaning:
      'A guard of the drill was not tried, so it is not known whether the broker would have refused it.',
    cause: 'A halt that was not as the drill had made it, or an earlier guard that failed.',
    fix: 'See the other findings, then run the drill again.',
  },
  'undo-unseen': {
    ...missing,
    title: 'The undo was not seen to its end',
    meaning: 'It is not known whether everything is back as it was, and stays so.',
    cause: 'A broker that was not heard again, an asset that is rarely traded, or a drill that ended early.',
    fix: 'Look at what the finding names; where the fleet is halted, use haltdrill recover.',
  },
  'journal-broken': {
    ...missing,
    title: 'The journal breaks off',
    meaning:
      'It lacks its last record: what was done and seen after it is not known, and nothing is proven by it.',
    cause: 'A full disk, or a runner that was killed.',
    fix: 'Look whether the fleet is halted, use haltdrill recover, and run the drill again.',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof FINDINGS;

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text);
}
