import { present } from '../../../../src/drill/model/reading.ts';
import { FOREVER, life, neverStops, RESUME, type Scenario, T0, TRADERS } from '../../scenario.ts';
import { reboots } from '../rebooting.ts';
import type { Row } from './row.ts';

/** Hermes is there from some time after the host went down until after the resume. */
const withHermes = (s: Scenario, fromMs = T0 + 4500): void =>
  void s.lives.push(life('hermes', 'tesseract', 701, fromMs, RESUME + 100));

export const rebooting: readonly Row[] = [
  ['tesseract is rebooted in the hold, and nothing comes back before the resume', (s) => reboots(s)],
  [
    'tesseract is rebooted in the hold, and hermes comes back with it',
    (s) => {
      reboots(s);
      withHermes(s);
    },
  ],
  [
    'tesseract is rebooted in the hold, and hermes comes back with it and goes',
    (s) => {
      reboots(s);
      s.lives.push(life('hermes', 'tesseract', 701, T0 + 4500, T0 + 7000));
    },
  ],
  ['tesseract is rebooted between two samples', (s) => reboots(s, { fromMs: T0 + 3010, backMs: T0 + 3100 })],
  [
    'tesseract is rebooted twice in the hold, and hermes comes back with the second boot',
    (s) => {
      reboots(s, { fromMs: T0 + 2500, backMs: T0 + 3500 });
      reboots(s, { fromMs: T0 + 4500, backMs: T0 + 5500, boot: 'boot-v' });
      withHermes(s, T0 + 5000);
    },
  ],
  [
    'hermes never stopped, tesseract is rebooted before the deadline, and hermes comes back with it',
    (s) => {
      neverStops(s, 'hermes');
      reboots(s);
      withHermes(s);
    },
  ],
  [
    'hermes is back before tesseract is rebooted, and comes back with it',
    (s) => {
      s.lives.push(life('hermes', 'tesseract', 702, T0 + 1000, FOREVER));
      reboots(s);
      withHermes(s);
    },
  ],
  [
    'tesseract is rebooted before the trigger',
    (s) => {
      reboots(s, { fromMs: 3500, backMs: 3900 });
      for (const [index, name] of TRADERS.entries())
        s.lives.push(life(name, 'tesseract', 720 + index, 3600, T0 + 400));
    },
  ],
  [
    'tesseract is rebooted after the resume',
    (s) => {
      reboots(s, { fromMs: RESUME + 1500, backMs: RESUME + 2500 });
      for (const [index, name] of TRADERS.entries())
        s.lives.push(life(name, 'tesseract', 720 + index, RESUME + 2000, FOREVER));
    },
  ],
  [
    'what answers as tesseract says that it was booted, and has been up all along',
    (s) => {
      reboots(s, { initMs: 0 });
      withHermes(s);
    },
  ],
  [
    'what answers as tesseract says that it was booted, and does not show its pid 1',
    (s) => {
      reboots(s, { initMs: null });
      withHermes(s);
    },
  ],
  [
    'what answers as tesseract was booted, and has another machine id',
    (s) => {
      reboots(s, { unlike: { machineId: 'm-else' } });
      withHermes(s);
    },
  ],
  [
    'what answers as tesseract was booted, and has another host key',
    (s) => {
      reboots(s, { unlike: { hostKey: 'SHA256:x' } });
      withHermes(s);
    },
  ],
  [
    'tesseract has no machine id and no host key, and was booted',
    (s) => {
      s.identify = (host, own) => present(host === 'tesseract' ? { ...own, machineId: null } : own);
      reboots(s, { unlike: { machineId: null } });
      withHermes(s);
    },
  ],
  [
    'knox, with the broker and its watchers, is rebooted in the hold',
    (s) => {
      reboots(s, { host: 'knox' });
      s.lives.push(life('sentinel', 'knox', 710, T0 + 4000, FOREVER));
      s.lives.push(life('horus', 'knox', 711, T0 + 4000, FOREVER));
      s.lives.push(life('principal', 'knox', 712, T0 + 4000, FOREVER));
    },
  ],
];
