import type { LabSite } from '../variants/variant.ts';
import { variantNamed } from '../variants/variants.ts';

export interface BesideSettings extends LabSite {
  readonly variant: string;
}

/** The process of what a variant does beside the fleet. Ends when stdin closes or a signal comes, not before. */
export function runBeside({ variant, ...site }: BesideSettings): void {
  const end = (): void => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
  variantNamed(variant)
    .beside?.(site)
    .catch((error: unknown) => {
      process.stderr.write(`lab: beside the fleet: ${String(error)}\n`);
      process.exit(1);
    });
}
