// A lab that outlives its runners, drilled as the live fleet that an inventory without `provider` describes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SERVICES =
  'principal sentinel horus scribe courier archivist cartographer foresight shiva hermes leverage'.split(' ');

/** Starts a lab with a name of its own, since canaries of one fleet keep another drill of it from starting. */
export async function startFleet(own, name) {
  const folder = join(own, name);
  mkdirSync(folder, { recursive: true });
  const text = readFileSync('inventory.yaml', 'utf8')
    .replace(/^provider:.*\n/m, '')
    .replace(/^fleet: .*$/m, `fleet: ${name}`);
  writeFileSync(join(folder, 'inventory.yaml'), text);
  cpSync('drills', join(folder, 'drills'), { recursive: true });
  const lab = spawn(process.execPath, ['dist/lab/main.js'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: own },
    detached: true,
  });
  lab.stdout.setEncoding('utf8');
  let line = '';
  while (!line.includes('\n')) line += (await once(lab.stdout, 'data'))[0];
  const ready = JSON.parse(line);
  if (ready.ready !== true) throw new Error(`the lab did not start: ${ready.error}`);
  return {
    name,
    folder,
    env: { ...process.env, ...ready.env, TMPDIR: own },
    /** What is wrong with the fleet, seen without the runner: nothing, where all are up once and nothing is halted. */
    trouble: () => trouble(ready),
    stop: async () => {
      lab.stdin.end();
      if (lab.exitCode === null) await once(lab, 'exit');
    },
  };
}

async function trouble({ root, env }) {
  const found = [];
  for (const service of SERVICES) {
    const host = ['foresight', 'shiva', 'hermes', 'leverage'].includes(service) ? 'tesseract' : 'knox';
    const up = processes().filter((argv) => argv[1] === join(root, host, 'opt/invictus/bin', service)).length;
    if (up !== 1) found.push(`${up} processes of ${service}`);
  }
  const response = await fetch(`${env.PRINCIPAL_URL}/v1/status`, {
    headers: { authorization: `Bearer ${env.PRINCIPAL_TOKEN}` },
  });
  const { level, incident } = await response.json();
  if (level !== 0 || incident !== null)
    found.push(`halted at level ${level}, incident ${incident?.id ?? 'none'}`);
  return found;
}

function processes() {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')];
      } catch {
        return [];
      }
    });
}

/** Runs the command line against a fleet; resolves with how it ended and its last words. */
export async function haltdrill(fleet, argv, { entry = 'dist/main.js', env = {}, started = () => {} } = {}) {
  const child = spawn(process.execPath, [join(process.cwd(), entry), ...argv], {
    cwd: fleet.folder,
    env: { ...fleet.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (part) => {
      text[stream] += part;
      started(child, text);
    });
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...text };
}

export function drillArgv(level, out) {
  return [
    'drill',
    '--drill',
    `drills/selftest/level-${level}.yaml`,
    '--out',
    out,
    '--json',
    '--skip-gate',
    'a sweep drills each level by itself',
  ];
}

/** The only drill folder below a reports folder. */
export function drillFolder(out) {
  const folders = readdirSync(out, { withFileTypes: true }).filter((one) => one.isDirectory());
  if (folders.length !== 1) throw new Error(`${out} holds ${folders.length} drills, not 1`);
  return join(out, folders[0].name);
}
