import { present } from '../../../src/drill/model/reading.ts';
import { DEADLINE, FOREVER, life, neverStops, RESUME, T0 } from '../scenario.ts';
import { briefly, type Case, child, hermes, newcomer, refuse, replied } from './case.ts';
import { reboots } from './rebooting.ts';

export const stopping: readonly Case[] = [
  {
    code: 'successful-no-op',
    flags: (s) => neverStops(s, 'hermes'),
    spares: (s) => void briefly(s, DEADLINE - 500),
  },
  {
    code: 'partial-stop',
    about: 'not acknowledged',
    flags: (s) => {
      neverStops(s, 'hermes');
      refuse(s);
    },
    spares: (s) => neverStops(s, 'hermes'),
    spareNotClean: true,
  },
  {
    code: 'partial-stop',
    about: 'said to be still running',
    flags: (s) => {
      neverStops(s, 'hermes');
      s.reply = present({
        ...replied(s).value,
        stops: [{ service: 'hermes', host: 'tesseract', outcome: 'still running' }],
      });
    },
    spares: refuse,
  },
  {
    code: 'partial-stop',
    about: 'one of two instances',
    flags: (s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, instances: 2 } : one)),
      };
      s.lives.push(life('hermes', 'tesseract', 710, 0, FOREVER));
    },
    spares: (s) => {
      s.plan = {
        ...s.plan,
        services: s.plan.services.map((one) => (one.name === 'hermes' ? { ...one, instances: 2 } : one)),
      };
      s.lives.push(
        life('hermes', 'tesseract', 710, 0, T0 + 900),
        life('hermes', 'tesseract', 711, RESUME + 500, FOREVER),
      );
    },
  },
  {
    code: 'late-stop',
    flags: (s) => {
      hermes(s).toMs = DEADLINE + 700;
    },
    spares: (s) => void briefly(s, DEADLINE - 300),
  },
  {
    code: 'respawned',
    flags: (s) => void newcomer(s, T0 + 3000, RESUME + 100),
    spares: (s) => void newcomer(s, RESUME + 60, RESUME + 90),
  },
  {
    code: 'respawned',
    about: 'a child takes over',
    flags: (s) => Object.assign(child(s, T0 + 200, RESUME + 90), { services: ['hermes'] }),
    spares: (s) => Object.assign(child(s, T0 + 200, T0 + 500), { services: ['hermes'] }),
  },
  {
    code: 'boot-resurrection',
    flags: (s) => {
      reboots(s);
      newcomer(s, T0 + 4500, RESUME + 100);
    },
    spares: (s) => reboots(s),
    spareNotClean: true,
  },
  {
    code: 'boot-resurrection',
    about: 'what came back has gone again, or came back with the resume',
    flags: (s) => {
      newcomer(s, T0 + 4500, RESUME + 100);
      reboots(s);
    },
    spares: (s) => {
      reboots(s);
      newcomer(s, T0 + 5100, T0 + 7000);
    },
    spareNotClean: true,
  },
  {
    code: 'flapped',
    flags: (s) => void newcomer(s, T0 + 3000, T0 + 3600),
    spares: (s) => void newcomer(s, T0 + 150, T0 + 350),
  },
  {
    code: 'orphaned-children',
    flags: (s) => void child(s, 0, RESUME + 90),
    spares: (s) => void child(s, 0, T0 + 1500),
  },
  {
    code: 'orphaned-children',
    about: 'declared leaves',
    flags: (s) => void child(s, T0 + 100, RESUME + 90),
    spares: (s) => Object.assign(child(s, 0, FOREVER), { leftBy: ['hermes'] }),
  },
  {
    code: 'renamed-survivor',
    flags: (s) => {
      neverStops(s, 'hermes');
      hermes(s).matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
    },
    spares: (s) => {
      hermes(s).matchedAt = (ms) => (ms < T0 + 300 ? ['hermes'] : []);
    },
  },
  {
    code: 'frozen-not-stopped',
    flags: (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = (ms) => ({ state: ms < T0 + 100 ? 'S' : 'T' });
    },
    spares: (s) => {
      hermes(s).state = (ms) => ({ state: ms < T0 + 100 ? 'S' : 'T' });
    },
  },
  {
    code: 'successful-no-op',
    about: 'a zombie with living threads',
    flags: (s) => {
      neverStops(s, 'hermes');
      hermes(s).state = (ms) => (ms < T0 + 300 ? { state: 'S' } : { state: 'Z', liveThreads: 2 });
    },
    spares: (s) => {
      hermes(s).toMs = FOREVER;
      hermes(s).state = (ms) => (ms < T0 + 300 ? { state: 'S' } : { state: 'Z', liveThreads: 0 });
    },
  },
  {
    code: 'duplicate-instance',
    flags: (s) => void s.lives.push(life('hermes', 'knox', 720, 0, FOREVER)),
    spares: (s) => void s.lives.push({ ...life('hermes', 'knox', 720, T0 + 1000, T0 + 1500), ppid: 100 }),
  },
];
