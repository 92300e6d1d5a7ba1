// Loaded into a program before its own modules (node --import): writes to the file that HALTDRILL_BENCH names, when the program ends,
// how long its event loop was held, a tenth of a second at a time, and its peak resident memory.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const file = process.env.HALTDRILL_BENCH;
const EVERY_MS = 100;
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const holds = [];
  const note = () => {
    holds.push([performance.now(), delay.max / 1e6]);
    delay.reset();
  };
  setInterval(note, EVERY_MS).unref();
  process.once('exit', () => {
    note();
    writeFileSync(file, JSON.stringify({ holds, peakKib: process.resourceUsage().maxRSS }));
  });
}
