/** Why a drill must not begin, and what to do about it. */
export interface Refusal {
  readonly what: string;
  readonly why: string;
  readonly wayOut: string;
}

/** `what; why; way out`, on one line. */
export function inOneLine({ what, why, wayOut }: Refusal): string {
  return [what, why, wayOut].join('; ');
}
