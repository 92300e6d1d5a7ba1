/**
 * Waits until `condition` holds, looking again every `everyMs` milliseconds.
 * @throws Error with the text of `complaint` when it does not hold within `limitMs` milliseconds.
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
  complaint: () => string,
  everyMs = 10,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
