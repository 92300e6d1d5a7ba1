export function countsOf(path: string): {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly lines: readonly string[];
};
