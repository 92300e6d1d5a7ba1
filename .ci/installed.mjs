// In a folder where the packed haltdrill was installed: the version, --plan, and the lab from start to Ctrl-C.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const bin = join(folder, 'node_modules', '.bin', 'haltdrill');
const inside = join(folder, 'node_modules', 'haltdrill');
const must = (what, holds, seen) => {
  console.log(`${holds ? 'ok' : 'NOT OK'}  ${what}`);
  if (holds) return;
  console.log(seen);
  process.exitCode = 1;
};

const { version } = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8'));
const said = execFileSync(bin, ['--version'], { cwd: folder, encoding: 'utf8' });
must(`--version says ${version}`, said.trim() === version, said);

const plan = execFileSync(
  bin,
  ['drill', '--level', '3', '--plan', '--inventory', join(inside, 'inventory.yaml')],
  { cwd: folder, encoding: 'utf8' },
);
must(
  '--plan names hosts and services',
  /knox/.test(plan) && /tesseract/.test(plan) && /hermes/.test(plan),
  plan,
);

const lab = spawn(bin, ['lab'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
let output = '';
const ended = once(lab, 'close');
const ready = new Promise((resolve) => {
  lab.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
    if (/hermes/.test(output) && /curl/.test(output)) resolve(true);
  });
});
const up = await Promise.race([ready, ended.then(() => false), within(60_000)]);
must('lab starts and says how to look at it', up === true, output);
lab.kill('SIGINT');
const [code, signal] = await ended;
must(
  'Ctrl-C ends it',
  code === 0 || signal === 'SIGINT' || code === 130,
  `exit code ${code}, signal ${signal}`,
);

function within(ms) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref();
  });
}
