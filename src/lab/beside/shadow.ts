import { join } from 'node:path';
import { whenHalted } from '../daemons/other.ts';
import { installScript } from '../entry.ts';
import { startProgram } from '../start-program.ts';
import { holdMs } from '../variants/timing.ts';
import type { LabSite } from '../variants/variant.ts';

/**
 * An interpreter that has been there all the time, as a stranger, becomes hermes by exec half a hold after that has gone down: same
 * pid, and the same command name, since the same interpreter runs hermes.
 */
export async function turningInto({ lab }: LabSite): Promise<void> {
  // prctl(2) PR_SET_PDEATHSIG, SIGKILL, which exec keeps: it goes with this process, whatever it has become.
  const words = [
    'import ctypes, os, signal, sys',
    'ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)',
    'signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])',
    'signal.sigwait([signal.SIGUSR1])',
    'os.execv(sys.executable, sys.argv[1:])',
  ];
  const becomes = ['python3', join(lab.tesseract.services, 'hermes')];
  const stranger = startProgram('python3', ['-c', words.join('; '), ...becomes], {
    detached: true,
    stdio: 'ignore',
  });
  whenHalted(lab.root, () => setTimeout(() => stranger.kill('SIGUSR1'), 0.5 * holdMs));
}

/** Trades for hermes, by a program of another name from another path, from when hermes is down until the lab ends. */
export async function shadowing({ lab }: LabSite): Promise<void> {
  const settings = { service: 'hermes', root: lab.tesseract.root };
  const entry = { module: 'daemons/offspring.js', call: 'runHelper', settings };
  const script = installScript(join(lab.tesseract.root, 'srv/mercury/run'), entry);
  whenHalted(
    lab.root,
    () => void startProgram(process.execPath, [script], { detached: true, stdio: 'ignore' }),
  );
}
