// What a broken or hostile host answers to the requests of a probe, by the name of its behaviour.
const MIB = 1024 * 1024;
const BOOT = '49574faf-4801-4ba3-afec-e995f59c28d7';
const HELLO = `O Linux\nN knox\nA ${BOOT}\nS 5 5 pid:[4026531836]\nM ${'a'.repeat(32)}\nC 100\nY 0\nP proc rw\n`;
const FEW = 6;
const TAIL = '0 -1 4194304 1 1 0 0 1 1 0 0 20 0 1 0';

/** What means something to a terminal, a browser, a shell: each may be shown only as something harmless, and none of it run. */
export const SPELL =
  "\u001b]0;spelled\u0007\u001b[2J\u009b31m<script>spelled()</script>$(touch spelled)`touch spelled`';touch spelled;'";

const range = (from, many) => Array.from({ length: many }, (_, index) => from + index);
const row = (pid, state = 'S', name = 'some-long-name', ppid = 1) =>
  `${pid} (${name}) ${state} ${ppid} ${pid} ${pid} ${TAIL} ${pid * 7} ${range(0, 30).join(' ')}\n`;
const list = (pids) => {
  const paths = pids.map((pid) => `/proc/${pid}`).join(' ');
  return `L ${paths.length} ${paths}\n`;
};
const table = (mode, pids, watch, rowOf = row) => {
  const rows = (mode === 'full' ? pids : watch.filter((pid) => pids.includes(pid)))
    .map((pid) => rowOf(pid))
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
  // Each was started by the one that is listed after it.
  'a-chain': (mode, watch) => [
    table(mode, range(1, 8_192), mode === 'full' ? [] : watch, (pid) => row(pid, 'S', 'link', pid + 1)),
    8_192,
  ],
  'endless-rows': () => [row(1).repeat(130_000), 1],
  'a-long-line': () => [`T ${' '.repeat(11 * MIB)}\n`, 1],
  'empty-lines': () => ['\n'.repeat(11 * MIB), 1],
  'a-long-record': () => [`T 1.01 1\nL 7 /proc/1\nR\n1 (a) S${' 1'.repeat(500_000)}\n`, 1],
  zombies: (mode, watch) => [table(mode, range(1, 4_096), watch, (pid) => row(pid, 'Z')), 4_096],
  churn: (mode, watch) => {
    asked += 1;
    return [table(mode, [1, ...range(asked * 4_000, 4_000)], mode === 'full' ? [] : watch), 4_001];
  },
  spells: (mode, watch) => {
    asked += 1;
    return asked % 2 === 0
      ? [`${SPELL}\n`, 1]
      : [table(mode, range(1, FEW), watch, (pid) => row(pid, 'S', SPELL)), FEW];
  },
  mute: () => null,
};

const watched = (words) => (words === '-' ? [] : words.split(',').map(Number));
const framed = (nonce, body, count = 0) => `B ${nonce}\n${body}E ${nonce} ${count}\n`;

/** What a host answers to one request, on stdout and stderr. */
export function answerOf(behaviour, op, nonce, words) {
  if (op === 'I') return { output: framed(nonce, HELLO), errors: '' };
  if (op === 'T') {
    const ended = watched(words[0]).map((pid) => `${row(pid, 'Z')}Z ${pid} 0 -\n`);
    return { output: framed(nonce, `R\n${ended.join('')}`), errors: '' };
  }
  if (op !== 'S') return { output: framed(nonce, ''), errors: '' };
  const [mode, watch, detail] = words;
  const said = (SAMPLES[behaviour] ?? SAMPLES.calm)(mode, watched(watch));
  const body = said === null ? '' : framed(nonce, said[0] + (detail === '-' ? '' : 'D\n'), said[1]);
  return {
    output: behaviour === 'unasked' ? body + 'x'.repeat(8 * MIB) : body,
    errors: behaviour === 'complaints' ? 'x'.repeat(8 * MIB) : behaviour === 'spells' ? `${SPELL}\n` : '',
  };
}
