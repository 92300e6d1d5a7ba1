import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { describeAll, describeDisabled, describeOne } from './describe.ts';
import type { Domain } from './domain.ts';

export interface ControlFiles {
  /** The FIFO on which commands come. */
  readonly control: string;
  /** The folder in which a client, named by a number, awaits its answer on the FIFO `launchctl.<number>`. */
  readonly run: string;
}

/**
 * Does one command and returns what it prints. A label that does not exist on this host is no error: nothing is done
 * and nothing is said.
 */
function perform({ jobs, ...domain }: Domain, verb: string, label: string): string {
  if (verb === 'list') {
    return describeAll(
      [...jobs.values()].map((job) => job.state()),
      signalNumber,
    );
  }
  if (verb === 'print-disabled') return describeDisabled(domain.disabled);
  if (verb === 'bootstrap') return domain.bootstrap(label);
  if (verb === 'enable') domain.enable(label);
  else if (verb === 'disable') domain.disable(label);
  const job = jobs.get(label);
  if (job === undefined) return '';
  if (verb === 'start') job.start();
  else if (verb === 'stop') job.stop();
  else if (verb === 'bootout') domain.bootout(label);
  else if (verb === 'print') return describeOne(job.state(), signalNumber);
  return '';
}

/**
 * Takes commands, lines of `client verb label`, from now on. The answer is what the command prints, each line with a `=`
 * before it, and a line `end`.
 */
export function serveControl(files: ControlFiles, domain: Domain): void {
  // Open for writing too, so that the last client to leave is not the end of it.
  const fd = openSync(files.control, constants.O_RDWR | constants.O_NONBLOCK);
  const commands = new Socket({ fd, readable: true, writable: false });
  let text = '';
  commands.setEncoding('utf8');
  commands.on('data', (part: string) => {
    const lines = (text + part).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) obey(files.run, domain, line);
  });
}

function obey(run: string, domain: Domain, line: string): void {
  const command = /^(\d+) ([a-z-]+) (\S+)$/.exec(line);
  if (command === null) return;
  const [, client = '', verb = '', label = ''] = command;
  const printed = perform(domain, verb, label).replace(/^(?=.)/gm, '=');
  try {
    const reply = openSync(join(run, `launchctl.${client}`), constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(reply, `${printed}end\n`);
    closeSync(reply);
  } catch {
    // The client did not wait for its answer.
  }
}

function signalNumber(name: string): number {
  return (os.signals as Record<string, number>)[name] ?? 0;
}
