/**
 * Pairs that are not judged, by the names of their faults, with the reason: the other fault is what the accepted one does, so that
 * it is covered with it. Everything else that is left out shows in the journals themselves (pairs.ts), and is counted aloud.
 */
const RUNS_ON =
  /^stopping: (successful-no-op|partial-stop, not acknowledged)$|^claims and effects: false-claim: near miss$|^further, effects: one process of two of a target stopped, and no log says so$/;
const BROKER_STAYS = /^level 4: the broker (acknowledges and stays|stays without a reply)$/;

export const leftOut: readonly {
  readonly accepted: RegExp;
  readonly other: RegExp;
  readonly why: string;
}[] = [
  {
    accepted: RUNS_ON,
    other:
      /^claims and effects: order-after-halt|^could not tell: sampled-too-coarsely, an order|one that did not stop, with a look at the very deadline/,
    why: 'the orders are those of the target of which it is accepted that it runs on',
  },
  {
    accepted:
      /^stopping: (respawned|orphaned-children)$|^further, stopping: (a child of hermes|hermes came back twice)/,
    other: /^claims and effects: order-after-halt$|^could not tell: sampled-too-coarsely, an order/,
    why: 'the orders are placed while what is accepted is there',
  },
  {
    accepted: RUNS_ON,
    other: /^stopping: flapped$|lacks a short life of hermes$/,
    why: 'what is there for less than max-gap beside one that never went is a command that somebody ran',
  },
  {
    accepted: RUNS_ON,
    other: /^stopping: orphaned-children$|a child of hermes and a child that took its place run on$/,
    why: 'a child beside its parent is no orphan',
  },
  {
    accepted: BROKER_STAYS,
    other: /^level 4: it leaves a child behind$/,
    why: 'a child beside its parent is no orphan',
  },
  {
    accepted: RUNS_ON,
    other: /^claims and effects: unlogged-halt$/,
    why: 'a log rightly has nothing of what was not stopped',
  },
  {
    accepted: BROKER_STAYS,
    other: /^level 4: the log has nothing about the broker$/,
    why: 'a log rightly has nothing of what was not stopped',
  },
  { accepted: BROKER_STAYS, other: /^level 4: it goes too late$/, why: 'what stays does not go too late' },
  {
    accepted: RUNS_ON,
    other: /^undo: unrestored-service, with help$/,
    why: 'what never went does not come back, by whatever help',
  },
  {
    accepted: /^stopping: partial-stop, not acknowledged$|^claims and effects: false-claim: near miss$/,
    other: /^claims and effects: wrong-host-stop$|a survivor that the reply says was stopped was not$/,
    why: 'a reply that refuses claims no stop',
  },
  {
    accepted: /^surviving: survivor-restarted$/,
    other: /a survivor that the reply says was stopped was not$/,
    why: 'it was stopped, and came back: the claim is true',
  },
  {
    accepted: /^surviving: survivor-restarted$|a second horus came while halted$/,
    other: /a bystander ends, and does not come back$/,
    why: 'a bystander that is back is as it must be',
  },
  {
    accepted: /^surviving: collateral-halt$|^claims and effects: position-not-flat$/,
    other:
      /^claims and effects: order-after-halt|^could not tell: sampled-too-coarsely, an order|a slow market, and an order on its way$/,
    why: 'the drill of the accepted fault demands no silence',
  },
  {
    accepted: /^stopping: respawned$/,
    other: /hermes came back twice, and one stayed$/,
    why: 'the one that stays and the one that goes again are one process of the table',
  },
  {
    accepted: /one process of two of a target stopped, and no log says so$/,
    other: /two of hermes must run, one does, and one comes back$/,
    why: 'two must run, and two do',
  },
  {
    accepted: /two of hermes run, and one comes back$/,
    other:
      /^could not tell: vacuous-target, a target that was down$|hermes could no longer be told just before the trigger$/,
    why: 'one must run, and one is known that does; the other is gone in time, whatever it was',
  },
  {
    accepted: /a child of hermes runs until the last sample of the halt, another for some time$/,
    other: /^stopping: late-stop$|^could not tell: sampled-too-coarsely, a death around the deadline$/,
    why: 'that hermes is late is accepted as well',
  },
  {
    accepted: /a child of hermes runs until the last sample of the halt, another for some time$/,
    other: /nobody asks for a canary any more that was killed$/,
    why: 'one sample fewer, and another one reads the whole table, in which the canary is missing',
  },
  {
    accepted: /the broker ends by itself before it is asked, and comes back without the halt$/,
    other: /the crash cannot be seen to have been done$/,
    why: 'the drill of the accepted fault demands no crash',
  },
  {
    accepted: /^state: missing-incident$|not even the reply names the incident, and the API is silent$/,
    other: /the API does not name the incident in the hold, and has named it before$/,
    why: 'that no incident is open in the hold is what is accepted',
  },
  {
    accepted: /one process of two of a survivor was stopped, as the reply says$/,
    other: /a second horus came while halted$/,
    why: 'a second horus is what is accepted',
  },
  {
    accepted: /^state: unpersisted-halt$/,
    other:
      /the store has nothing once the broker is back$|the store has the halt just after the deadline$|the API disagrees three times in a second and more$|the API does not name the incident in the hold/,
    why: 'a store that never holds the halt can neither lose it, nor be late, nor differ about more than its level',
  },
  {
    accepted: /^level 4: the store does not change$/,
    other: /^level 4: API and store disagree while the broker still lives$/,
    why: 'the store disagrees for it does not change',
  },
  {
    accepted: /^state: broker-down$/,
    other: /^could not tell: unreadable-broker$/,
    why: 'a broker that is not there answers nothing',
  },
  {
    accepted: /^state: broker-down$/,
    other: /^surviving: survivor-restarted, the broker, a second time$/,
    why: 'its second life is the only one that comes back',
  },
  {
    accepted: /^state: (missing|duplicate)-incident$/,
    other: /^state: (missing|duplicate)-incident$/,
    why: 'one opens none and one opens one more: together they open one',
  },
  {
    accepted: /^state: missing-incident$/,
    other: /^undo: incident-rewritten$/,
    why: 'an incident that was never there cannot be rewritten',
  },
  {
    accepted: /^switch alone: it refuses, and nothing stops$/,
    other: /nothing stops, and nothing is undone$/,
    why: 'what was refused and stopped nothing has nothing to be undone',
  },
];
