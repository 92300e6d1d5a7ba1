/**
 * Pairs that are not judged, by the names of their faults, with the reason: the other fault is what the accepted one does, so that
 * it is covered with it. Everything else that is left out shows in the journals themselves (pairs.ts), and is counted aloud.
 */
export const leftOut: readonly {
  readonly accepted: RegExp;
  readonly other: RegExp;
  readonly why: string;
}[] = [
  {
    accepted: /^stopping: (successful-no-op|partial-stop, not acknowledged|frozen-not-stopped)$/,
    other: /^claims and effects: order-after-halt|^could not tell: sampled-too-coarsely, an order/,
    why: 'the orders are those of the target of which it is accepted that it runs on',
  },
];
