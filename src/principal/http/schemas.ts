let loaded: Promise<typeof import('./bodies.ts')> | undefined;

/**
 * The schemas of the bodies. Loaded when the first is needed, so that listening does not wait for them, and once: an
 * import is looked up anew each time.
 */
export function schemas(): Promise<typeof import('./bodies.ts')> {
  loaded ??= import('./bodies.ts');
  return loaded;
}
