import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { whenHalted } from '../daemons/other.ts';
import { holdMs } from '../variants/timing.ts';
import type { LabSite } from '../variants/variant.ts';
import { neighbour } from './neighbours.ts';

/** Somebody at a terminal, who looks at the fleet's programs while it is drilled: a reader of a script is not the service. */

const halted = ({ lab }: LabSite): Promise<number> => new Promise((done) => whenHalted(lab.root, done));

/** Has the scripts of one that must stop and of one that must not open in a pager all the time, and follows a third. */
export async function pagers({ lab }: LabSite): Promise<void> {
  const { knox, tesseract } = lab;
  neighbour(['tail', '-f', join(tesseract.services, 'hermes')], 'less');
  neighbour(['tail', '-n', '+1', '-f', join(knox.services, 'scribe')]);
}

/** Opens the script of hermes in the hold, wondering why it does not run. */
export async function wondering(site: LabSite): Promise<void> {
  await halted(site);
  await pause(holdMs / 4);
  neighbour(['tail', '-f', join(site.lab.tesseract.services, 'hermes')], 'vi');
}

/** Compares the scripts of every service with what was installed, over and over, from the halt on. */
export async function checking(site: LabSite): Promise<void> {
  await halted(site);
  const { knox, tesseract } = site.lab;
  const scripts = [join(tesseract.services, 'hermes'), join(knox.services, 'principal')];
  for (;;) {
    for (const script of scripts)
      await new Promise((resolve) => neighbour(['sha256sum', script]).once('exit', resolve));
    await pause(holdMs / 20);
  }
}

/** Looks at the scripts of the survivors for less than a second each, again and again, from the halt on. */
export async function glancing(site: LabSite): Promise<void> {
  await halted(site);
  for (let turn = 0; ; turn += 1) {
    const service = ['scribe', 'sentinel', 'archivist'][turn % 3] ?? '';
    const glance = neighbour(['tail', '-f', join(site.lab.knox.services, service)]);
    await pause(holdMs / 8);
    glance.kill('SIGKILL');
    await pause(holdMs / 8);
  }
}

/** Asks the broker's own program for its status, again and again, from the halt on. */
export async function asking(site: LabSite): Promise<void> {
  await halted(site);
  const command = [process.execPath, join(site.lab.knox.services, 'principal'), 'status'];
  for (;;) {
    await new Promise((resolve) => neighbour(command).once('exit', resolve));
    await pause(holdMs / 4);
  }
}

/** Runs, a few times a second, programs that leave a child to pid 1 and sessions of their own. */
export async function leavingOrphans(): Promise<void> {
  for (;;) {
    neighbour(['sh', '-c', '(sleep 0.3 &) ; setsid sh -c "sleep 0.2 & sleep 0.1"']);
    await pause(holdMs / 20);
  }
}
