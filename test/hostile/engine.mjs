// Stands in for a container engine, whose one container is another machine by its ids: what is run in it runs here, with the real
// probe, in which the folder's bin is named box, until a file named `hostile` appears in the folder that is the first argument. From then on the probe's requests are answered
// in the way that the second names, and nothing is run any more.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { answerOf, SPELL } from './behaviours.mjs';

const [folder, behaviour, ...words] = process.argv.slice(2);
const command = words.at(-1);
const isHostile = () => existsSync(join(folder, 'hostile'));

process.stdout.on('error', () => process.exit(0));
process.stderr.on('error', () => {});
if (command.startsWith('echo in:')) process.stdout.write('in:42\n');
else if (command.includes('haltdrill-probe')) probe();
else if (isHostile()) process.stdout.write(`${SPELL}\n`);
else spawn('sh', ['-c', command], { stdio: 'inherit' }).once('exit', (code) => process.exit(code ?? 1));

function probe() {
  const here = command
    .replaceAll('/proc/sys/kernel/random/boot_id', join(folder, 'boot-id'))
    .replaceAll('/etc/machine-id', join(folder, 'machine-id'))
    .replaceAll('$(uname -n)', `$(cat ${join(folder, 'hostname')})`);
  const real = spawn('sh', ['-c', here], { stdio: ['pipe', 'pipe', 'inherit'] });
  real.stdin.on('error', () => {});
  createInterface({ input: real.stdout, encoding: 'latin1' }).on('line', fromThere(folder));
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const [op, nonce, ...rest] = line.split(' ');
      if (!isHostile() || op === 'I') return real.stdin.write(`${line}\n`);
      const { output, errors } = answerOf(behaviour, op, nonce, rest);
      // A byte at a time, as far as pipes allow.
      if (behaviour === 'drip') for (const byte of output) process.stdout.write(byte);
      else process.stdout.write(output);
      process.stderr.write(errors);
    })
    .on('close', () => real.stdin.end());
}

const HEX = /^(?: [0-9a-f]{2}){1,16}$/;

/** Passes on what the probe says line by line; in what it says of processes, as lines of od, `bin` of the folder is `box`. */
function fromThere(folder) {
  let hex = '';
  const [inner, outer] = ['bin', 'box'].map((name) => Buffer.from(`${folder}/${name}/`).toString('hex'));
  const flush = () => {
    const bytes = hex.replaceAll(inner, outer).replace(/../g, ' $&');
    process.stdout.write(bytes.replace(/.{1,48}/g, '$&\n'));
    hex = '';
  };
  return (line) => {
    if (HEX.test(line)) hex += line.replaceAll(' ', '');
    else {
      flush();
      process.stdout.write(`${line}\n`, 'latin1');
    }
  };
}
