// Speaks the probe's protocol on stdin and stdout in place of a probe, in the way that its first argument names: a host that is
// broken or hostile. It ends with its input, but for what it leaves behind, which is bounded and tells its pid on stderr.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { answerOf } from './behaviours.mjs';

const [behaviour = 'calm', leftBytes = '0'] = process.argv.slice(2);

process.stdout.on('error', () => process.exit(0));
process.stderr.on('error', () => {});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [op, nonce, ...words] = line.split(' ');
    const { output, errors } = answerOf(behaviour, op, nonce, words);
    process.stdout.write(output);
    process.stderr.write(errors);
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
