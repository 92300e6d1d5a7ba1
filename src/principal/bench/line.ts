/** One promise of the broker: target and figure, and whether it was met. */
export interface Line {
  readonly what: string;
  readonly target: string;
  readonly figure: string;
  readonly met: boolean;
}
