import { allFaults } from '../test/judge/pairs/faults.ts';
import { nameOf, PairJudge, pairsOf } from '../test/judge/pairs/pairs.ts';

/**
 * For every pair of faults in one drill, the first accepted: does the second still keep the exit code from being 0?
 * `--turn N`: another one of the faults that are alike. `--all`: every one of them. `--left-out`: names those, too.
 * The last line is `N pairs, M that hide`; the exit code is 1 where M is not 0.
 */
const args = process.argv.slice(2);
const turn = args.includes('--turn') ? Number(args[args.indexOf('--turn') + 1]) : 0;
if (!Number.isInteger(turn) || turn < 0) throw new Error('--turn needs a number from 0 on');

const pairs = pairsOf(args.includes('--all') ? 'all' : { turn }, allFaults());
const judge = new PairJudge();
const leftOut = new Map<string, number>();
let hiding = 0;
for (const pair of pairs) {
  const outcome = judge.outcomeOf(pair);
  if (outcome.kind === 'said') continue;
  if (outcome.kind === 'hides') {
    hiding += 1;
    console.log(nameOf(pair));
    continue;
  }
  const kind = outcome.why.replace(/\d+ %/, 'a part');
  leftOut.set(kind, (leftOut.get(kind) ?? 0) + 1);
  if (args.includes('--left-out')) console.log(`left out: ${nameOf(pair)}: ${outcome.why}`);
}
for (const [why, count] of leftOut) console.log(`${count} left out: ${why}`);
console.log(`${pairs.length} pairs, ${hiding} that hide`);
process.exitCode = hiding === 0 ? 0 : 1;
