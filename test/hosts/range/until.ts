/** Asks until the answer is yes; rejects with what was last said after `limitMs`, which is a limit and no expectation. */
export async function until(what: string, limitMs: number, ask: () => Promise<true | string>): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer === true) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms; ${answer}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
