// Speaks the probe's protocol on stdin and stdout in place of a probe, in the way that its first argument names: a host that is
// broken or hostile. It ends with its input, but for what it leaves behind, which is bounded and tells its pid on stderr.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const MIB = 1024 * 1024;
const [behaviour = 'calm', leftBytes = '0'] = process.argv.slice(2);
const BOOT = '49574faf-4801-4ba3-afec-e995f59c28d7';
const HELLO = `O Linux\nN knox\nA ${BOOT}\nS 5 5 pid:[4026531836]\nM ${'a'.repeat(32)}\nC 100\nY 0\nP proc rw\n`;
const FEW = 6;
const TAIL = '0 -1 4194304 1 1 0 0 1 1 0 0 20 0 1 0';

const range = (from, many) => Array.from({ length: many }, (_, index) => from + index);
const row = (pid, state = 'S') =>
  `${pid} (some-long-name) ${state} 1 ${pid} ${pid} ${TAIL} ${pid * 7} ${range(0, 30).join(' ')}\n`;
const list = (pids) => {
  const paths = pids.map((pid) => `/proc/${pid}`).join(' ');
  return `L ${paths.length} ${paths}\n`;
};
const table = (mode, pids, watch, state = 'S') => {
  const rows = (mode === 'full' ? pids : watch.filter((pid) => pids.includes(pid)))
    .map((pid) => row(pid, state))
    .join('');
  return mode === 'full'
    ? `W 10.00 10.01 -\nT 10.01 1\n${list(pids)}R\n${rows}${list(pids)}`
    : `T 10.01 1\n${list(pids)}R\n${rows}`;
};

let asked = 0;
/** What a sample answers, and how many processes it says that there are. */
const SAMPLES = {
  calm: (mode, watch) => [table(mode, range(1, FEW), watch), FEW],
  drip: (mode, watch) => [table(mode, range(1, 300), watch), 300],
  'too-many': (mode, watch) => [table(mode, range(1, 10_000), watch), 10_000],
  'a-million': (mode) => [
    `${mode === 'full' ? 'W 1.00 1.01 -\n' : ''}T 1.01 1\n${list(range(1, 1e6))}R\n`,
    1e6,
  ],
  'at-the-bound': (mode, watch) => [table(mode, range(1, 8_192), mode === 'full' ? [] : watch), 8_192],
  'endless-rows': () => [row(1).repeat(130_000), 1],
  'a-long-line': () => [`T ${' '.repeat(11 * MIB)}\n`, 1],
  'empty-lines': () => ['\n'.repeat(11 * MIB), 1],
  'a-long-record': () => [`T 1.01 1\nL 7 /proc/1\nR\n1 (a) S${' 1'.repeat(500_000)}\n`, 1],
  zombies: (mode, watch) => [table(mode, range(1, 4_096), watch, 'Z'), 4_096],
  churn: (mode, watch) => {
    asked += 1;
    return [table(mode, [1, ...range(asked * 4_000, 4_000)], mode === 'full' ? [] : watch), 4_001];
  },
  mute: () => null,
};

const watched = (words) => (words === '-' ? [] : words.split(',').map(Number));
const say = (nonce, body, count = 0) => process.stdout.write(`B ${nonce}\n${body}E ${nonce} ${count}\n`);

function answer(op, nonce, words) {
  if (op === 'I') return say(nonce, HELLO);
  if (op === 'T')
    return say(
      nonce,
      `R\n${watched(words[0])
        .map((pid) => `${row(pid, 'Z')}Z ${pid} 0 -\n`)
        .join('')}`,
    );
  if (op !== 'S') return say(nonce, '');
  const [mode, watch, detail] = words;
  const said = (SAMPLES[behaviour] ?? SAMPLES.calm)(mode, watched(watch));
  if (said !== null) say(nonce, said[0] + (detail === '-' ? '' : 'D\n'), said[1]);
  if (behaviour === 'complaints') process.stderr.write('x'.repeat(8 * MIB));
  if (behaviour === 'unasked') process.stdout.write('x'.repeat(8 * MIB));
}

process.stdout.on('error', () => process.exit(0));
process.stderr.on('error', () => {});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [op, nonce, ...words] = line.split(' ');
    answer(op, nonce, words);
  })
  .on('close', () => {
    if (Number(leftBytes) === 0) return;
    // In a session of its own, with this one's output: what is left when the probe has gone.
    const left = spawn('head', ['-c', leftBytes, '/dev/zero'], {
      detached: true,
      stdio: ['ignore', 'inherit', 'ignore'],
    });
    process.stderr.write(`left ${left.pid}\n`);
    left.unref();
  });
