import type { ProcessSeam, Variant } from './variant.ts';

/**
 * How a process of the lab is twisted at its seam. The table of variants has much of the broker behind it, and most processes
 * are not twisted: `variant` is null for those, and nothing is loaded.
 */
export async function twistAt<S extends ProcessSeam>(
  seam: S,
  variant: string | null,
): Promise<Variant[S] | undefined> {
  if (variant === null) return undefined;
  const { variantNamed } = await import('./variants.ts');
  return variantNamed(variant)[seam];
}
