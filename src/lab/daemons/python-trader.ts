import { join } from 'node:path';
import { hostLayout } from '../layout.ts';
import { type DaemonArguments, pidFileOf } from './daemon.ts';

/** A service whose script Python runs, found by PATH. */
export const byPython = (script: string): readonly string[] => ['/usr/bin/env', 'python3', script];

/**
 * A trader in Python, for what Node cannot do: `onTerm` is what its main thread runs when SIGTERM comes, while another thread
 * trades. The signal is blocked in both and waited for, so that no handler of the interpreter is in the way.
 */
function pythonTrader(
  daemon: DaemonArguments,
  onTerm: readonly string[],
  before: readonly string[] = [],
): string {
  const config = hostLayout(daemon.root).daemonConfig;
  const pidFile = pidFileOf(daemon.root, daemon.service);
  return `import ctypes, http.client, json, os, platform, signal, threading, time
from urllib.parse import urlsplit
config = json.load(open(${JSON.stringify(config)}))
host = urlsplit(config['exchangeUrl']).netloc
headers = {'content-type': 'application/json', 'authorization': 'Bearer ' + config['exchangeToken']}
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL: no lab is left by one whom a look at its argv does not find
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])

def order(turn):
    assets = config['assets']
    kind = 'limit' if turn // len(assets) % 3 == 1 else 'market'
    side = 'buy' if turn // len(assets) % 2 == 0 else 'sell'
    body = {'asset': assets[turn % len(assets)], 'account': ${JSON.stringify(daemon.service)}, 'side': side, 'quantity': 1, 'type': kind}
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.request('POST', '/v1/orders', json.dumps(body), headers)
        return connection.getresponse().status == 201
    except OSError:
        return False
    finally:
        connection.close()

def trade():
    turn = 0
    opening = 2 * len(config['assets'])
    while True:
        if not order(turn) and turn < opening:
            time.sleep(0.02)
            continue
        turn += 1
        if turn == opening:
            with open(${JSON.stringify(pidFile)}, 'w') as file:
                file.write('%d\\n' % os.getpid())
        if turn >= opening:
            time.sleep(0.25)

${before.join('\n')}
threading.Thread(target=trade, daemon=True).start()
signal.sigwait([signal.SIGTERM])
${onTerm.join('\n')}
`;
}

/** The main thread ends by itself, exit(2) and not exit_group(2): the process is a zombie whose other thread works on. */
export function mainThreadExits(daemon: DaemonArguments): string {
  return pythonTrader(daemon, [
    "exit = {'x86_64': 60, 'aarch64': 93}[platform.machine()]",
    'libc.syscall(exit, 0)',
  ]);
}

/** The process becomes another program, execve(2): same pid, same start, other executable and argv. */
export function execsOnTerm(daemon: DaemonArguments, program: readonly string[]): string {
  return pythonTrader(daemon, [`program = ${JSON.stringify(program)}`, 'os.execv(program[0], program)']);
}

/** It ends, as it should. */
export function endsOnTerm(daemon: DaemonArguments): string {
  return pythonTrader(daemon, ['os._exit(0)']);
}

/**
 * It ends, as it should, and has a log shipper, in a session of its own, which may stay behind: that becomes another program as soon as
 * its parent is gone.
 */
export function helperThatTurns(daemon: DaemonArguments, program: readonly string[]): string {
  const shipper = join(hostLayout(daemon.root).root, 'opt/invictus/libexec/log-shipper');
  const text = [
    'import os, sys, time',
    'parent = int(sys.argv[1])',
    'while os.getppid() == parent: time.sleep(0.02)',
    `program = ${JSON.stringify(program)}`,
    'os.execv(program[0], program)',
  ].join('\n');
  return pythonTrader(
    daemon,
    ['os._exit(0)'],
    [
      'import subprocess',
      `os.makedirs(os.path.dirname(${JSON.stringify(shipper)}), exist_ok=True)`,
      `open(${JSON.stringify(shipper)}, 'w').write(${JSON.stringify(text)})`,
      `subprocess.Popen(['python3', ${JSON.stringify(shipper)}, str(os.getpid())], start_new_session=True, stdin=subprocess.DEVNULL)`,
    ],
  );
}
