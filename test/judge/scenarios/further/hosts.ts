import type { CanaryEvent, CrossCheck } from '../../../../src/drill/model/journal.ts';
import { absent, present, type Reading, unreadable } from '../../../../src/drill/model/reading.ts';
import type { HostIdentity, Sample, SeenTable } from '../../../../src/drill/model/sample.ts';
import {
  baselineLife,
  DEADLINE,
  END,
  FOREVER,
  identityOf,
  life,
  livesOf,
  RESUME,
  type Scenario,
  T0,
} from '../../scenario.ts';
import { briefly, type Change, child, hermes, newcomer } from '../case.ts';
import type { Row } from './row.ts';

type Canary = Scenario['canaries'][number];
type Fate = ReturnType<Scenario['sampling']>;

/** The last instant at which the fleet has to be halted: the record of the intent to resume. */
const HALT_END = RESUME - 3;

const canary = (s: Scenario, tag: string): Canary => {
  const found = s.canaries.find((one) => one.tag === tag);
  if (found === undefined) throw new Error(`no canary ${tag}`);
  return found;
};
/** Has samples of a host sent from one time to before another end otherwise than well. */
const sampled = (s: Scenario, host: string, fate: Fate, fromMs: number, toMs: number): void => {
  const { sampling } = s;
  s.sampling = (name, ms) => (name === host && ms >= fromMs && ms < toMs ? fate : sampling(name, ms));
};
const timing = (s: Scenario, some: Partial<Scenario['plan']['timing']>): void => {
  s.plan = { ...s.plan, timing: { ...s.plan.timing, ...some } };
};
const untriggered: Change = (s) => {
  s.triggered = false;
  s.crash = null;
  s.resumeAt = null;
  s.endMs = T0;
};
const ofTesseract = identityOf('tesseract', { bootId: 'boot-t', pidNamespace: 'ns-t' });
/** The host is connected to once more, and somebody answers. */
const connected = (
  s: Scenario,
  host: string,
  atMs: number,
  identity: Reading<HostIdentity>,
  strangeKey?: string,
): void =>
  void s.also.push({
    atMs,
    body: { kind: 'host', host, identity, ...(strangeKey === undefined ? {} : { strangeKey }) },
  });
const control = (s: Scenario, some: Partial<CanaryEvent> & { receivedMs: number }): void =>
  void s.also.push({
    atMs: some.receivedMs,
    body: {
      kind: 'canary',
      host: 'tesseract',
      event: 'failed',
      purpose: 'rotation',
      tag: 'further',
      pid: null,
      start: null,
      sentMs: some.receivedMs - 20,
      ...some,
    },
  });
const sample = (
  s: Scenario,
  host: string,
  sentMs: number,
  receivedMs: number,
  seen: Reading<SeenTable>,
): void => {
  const whole: Sample = { host, n: 0, nonce: 'n', mode: 'list', sentMs, receivedMs, seen };
  s.also.push({ atMs: receivedMs, body: { kind: 'sample', sample: whole } });
};
const takenOver = (s: Scenario, atMs: number): void =>
  void s.also.push({ atMs, body: { kind: 'taken-over', epoch: 1, runner: '0.1.0' } });
const checks = (s: Scenario, ...all: [atMs: number, asked: number[], listed: number[], host?: string][]) => {
  for (const [atMs, asked, listed, host = 'tesseract'] of all)
    s.crossChecks.push({ host, atMs, asked, listed });
};
const check = (s: Scenario, some: Omit<CrossCheck, 'kind'>): void =>
  void s.also.push({ atMs: some.at.toMs, body: { kind: 'cross-check', ...some } });
/** Nobody knows when the canary began, so that nothing but its tag tells it from another. */
const startless = (one: Canary): void => {
  one.told = { pid: one.pid, start: null };
};
/** Two hosts of the inventory that are one machine, and are said to be. */
const oneMachine = (s: Scenario): void => {
  s.scopes.tesseract = s.scopes.knox ?? { bootId: '', pidNamespace: '' };
  s.plan = { ...s.plan, oneMachine: [['knox', 'tesseract']] };
  for (const one of s.lives) if (one.pid > 50) one.hosts = ['knox', 'tesseract'];
  s.lives = s.lives.filter((one) => one.pid > 50);
  for (const one of s.canaries) {
    one.shownOn = ['knox', 'tesseract'];
    if (one.host === 'tesseract') one.pid += 20;
  }
};

/** A process that is seen from 7.0 s to 7.82 s, and never looked at. */
const briefStranger = (s: Scenario, maxGapMs: number): void => {
  timing(s, { maxGapMs });
  s.lives.push({ ...life('', 'tesseract', 751, 7000, 7900), services: [], ppid: 50, unexamined: true });
};

const observation: readonly Row[] = [
  [
    'nothing was triggered, and no host was ever sampled; one did not say who it is',
    (s) => {
      untriggered(s);
      s.canaries = [];
      s.sampling = () => 'lost';
      connected(s, 'knox', 960, unreadable('no route to host'));
    },
  ],
  [
    'nothing was triggered, and every sample of knox failed',
    (s) => {
      untriggered(s);
      sampled(s, 'knox', 'failed', 0, FOREVER);
    },
  ],
  [
    'nothing was triggered, and samples of knox were lost',
    (s) => {
      untriggered(s);
      sampled(s, 'knox', 'lost', 3200, 4800);
    },
  ],
  [
    'no sample came before the one that was asked for just when the halt ended',
    (s) => {
      s.resumeAt = 14_403;
      sampled(s, 'tesseract', 'lost', 13_400, 14_400);
    },
  ],
  ['every probe of tesseract is blind', (s) => sampled(s, 'tesseract', 'blind', 0, FOREVER)],
  ['no sample of knox is in the journal', (s) => sampled(s, 'knox', 'lost', 0, FOREVER)],
  [
    'tesseract failed a sample, and then nothing came',
    (s) => {
      sampled(s, 'tesseract', 'lost', 0, FOREVER);
      sample(s, 'tesseract', 4000, 4020, unreadable('the connection was lost'));
    },
  ],
  [
    'knox was watched for just as long as it must be before the trigger, tesseract for less, and failed before',
    (s) => {
      sampled(s, 'knox', 'lost', 0, 3000);
      sampled(s, 'tesseract', 'failed', 0, 3200);
    },
  ],
  ['knox was watched for too short before the trigger', (s) => sampled(s, 'knox', 'lost', 0, 3200)],
  [
    'tesseract was first read after the trigger, and the traders then stopped in time',
    (s) => sampled(s, 'tesseract', 'failed', 0, T0 + 200),
  ],
  [
    'tesseract was first read after the trigger, and hermes was there until after the deadline',
    (s) => {
      sampled(s, 'tesseract', 'failed', 0, T0 + 200);
      briefly(s, DEADLINE + 195);
    },
  ],
  [
    'tesseract was first read after the trigger, and then hermes came and went',
    (s) => {
      sampled(s, 'tesseract', 'failed', 0, T0 + 200);
      newcomer(s, T0 + 350, T0 + 900);
    },
  ],
  [
    'the baseline is shorter than the longest gap, and knox was first read just after the trigger',
    (s) => {
      timing(s, { baselineMs: 700 });
      sampled(s, 'knox', 'failed', 0, T0 + 200);
    },
  ],
  [
    'two samples are just as far apart as they may be',
    (s) => {
      timing(s, { maxGapMs: 1020 });
      sampled(s, 'tesseract', 'lost', 9000, 9800);
    },
  ],
  [
    'two samples are one millisecond too far apart, twice',
    (s) => {
      timing(s, { maxGapMs: 1019 });
      sampled(s, 'tesseract', 'lost', 9000, 9800);
      sampled(s, 'tesseract', 'lost', 12_000, 12_800);
    },
  ],
  [
    'samples failed, but not while none came',
    (s) => {
      sampled(s, 'tesseract', 'failed', 7000, 7200);
      sampled(s, 'tesseract', 'lost', 9000, 10_200);
      sampled(s, 'tesseract', 'failed', 12_000, 12_200);
    },
  ],
  [
    'samples failed, and then were blind',
    (s) => {
      sampled(s, 'tesseract', 'failed', 9000, 9600);
      sampled(s, 'tesseract', 'blind', 9600, 10_400);
    },
  ],
  [
    'the last samples before the undo are lost',
    (s) => sampled(s, 'tesseract', 'lost', RESUME - 1100, RESUME + 500),
  ],
  [
    'a probe without rights sees pid 1 and not the processes of others',
    (s) => {
      s.visibility = { uid: 1000, pid1: true, hidepid: 'invisible' };
    },
  ],
  [
    'a probe answers that there is no table, one fails late, and one is of a host that nobody planned',
    (s) => {
      sampled(s, 'tesseract', 'lost', 9000, 10_400);
      sample(s, 'tesseract', 9100, 9900, absent);
      sample(s, 'tesseract', 9300, 9320, unreadable('the connection was lost'));
      sample(s, 'nobody', 9300, 9320, unreadable('the connection was lost'));
    },
  ],
  [
    'a process was never looked at, and ended before the trigger',
    (s) => {
      s.lives.push({
        ...life('', 'tesseract', 751, 0, T0 - 300),
        services: [],
        ppid: 50,
        unexamined: true,
      });
    },
  ],
  [
    'a process was never looked at, and was there for as long as the longest gap',
    (s) => briefStranger(s, 820),
  ],
  [
    'a process was never looked at, and was there for longer than the longest gap',
    (s) => briefStranger(s, 819),
  ],
  [
    'nothing was triggered, and a process was never looked at',
    (s) => {
      untriggered(s);
      s.lives.push({ ...life('', 'tesseract', 751, 0, FOREVER), services: [], ppid: 50, unexamined: true });
    },
  ],
  [
    'two processes were never looked at, one of them only after the undo',
    (s) => {
      const stranger = {
        ...life('', 'tesseract', 751, 0, FOREVER),
        services: [],
        ppid: 50,
        unexamined: true,
      };
      s.lives.push(stranger, { ...stranger, pid: 752, start: 7 });
      s.lives.push({ ...stranger, pid: 753, start: 8, fromMs: RESUME + 200 });
    },
  ],
];

/** A third host of the inventory, which is the machine of the first. */
const third = (s: Scenario): void => {
  s.plan = { ...s.plan, hosts: [...s.plan.hosts, { name: 'third', reachedBy: 'local', manager: 'launchd' }] };
  s.scopes.third = s.scopes.knox ?? { bootId: '', pidNamespace: '' };
};

const identity: readonly Row[] = [
  [
    'three hosts are one machine',
    (s) => {
      third(s);
      s.scopes.tesseract = s.scopes.knox ?? { bootId: '', pidNamespace: '' };
    },
  ],
  [
    'three hosts are one machine, and only of two of them it is said',
    (s) => {
      oneMachine(s);
      third(s);
    },
  ],
  [
    'nobody can say who tesseract is, and its samples do',
    (s) => {
      s.identify = (host, own) => (host === 'tesseract' ? unreadable('no /etc/machine-id') : present(own));
    },
  ],
  [
    'tesseract is pinned, and could not be connected to for an instant',
    (s) => {
      const pin = { machineId: 'm-tesseract', hostname: 'tesseract', hostKey: null };
      const hosts = s.plan.hosts.map((host) => (host.name === 'tesseract' ? { ...host, pin } : host));
      s.plan = { ...s.plan, hosts };
      connected(s, 'tesseract', 8000, unreadable('no route to host'));
    },
  ],
  [
    'tesseract answers with another host key than is on file',
    (s) =>
      connected(
        s,
        'tesseract',
        8000,
        unreadable('tesseract answered with the host key SHA256:x, and SHA256:y is on file'),
        'SHA256:x',
      ),
  ],
  [
    'tesseract is connected to again, and has booted since',
    (s) => connected(s, 'tesseract', 8000, present({ ...ofTesseract, bootId: 'boot-u' })),
  ],
  [
    'tesseract is connected to again, and has another machine id',
    (s) => connected(s, 'tesseract', 8000, present({ ...ofTesseract, machineId: 'm-else' })),
  ],
  [
    'tesseract is connected to again, and it is the same machine',
    (s) => connected(s, 'tesseract', 8000, present(ofTesseract)),
  ],
  [
    'samples of tesseract come from another machine than was connected to',
    (s) => {
      s.scopeAt = (host, ms) => {
        const own = s.scopes[host] ?? { bootId: '', pidNamespace: '' };
        return host === 'tesseract' && ms > 9000 ? { ...own, pidNamespace: 'ns-u' } : own;
      };
    },
  ],
  [
    'two hosts are one machine by what they answer, and one of them was never read',
    (s) => {
      s.scopes.tesseract = s.scopes.knox ?? { bootId: '', pidNamespace: '' };
      sampled(s, 'tesseract', 'failed', 0, FOREVER);
    },
  ],
  [
    'nobody says who the hosts are, and no sample does',
    (s) => {
      s.identify = () => null;
      s.sampling = () => 'failed';
    },
  ],
  [
    'nobody says who the hosts are, and the samples do',
    (s) => {
      s.identify = () => null;
    },
  ],
];

const controls: readonly Row[] = [
  [
    'nothing was triggered, and no canary planted',
    (s) => {
      untriggered(s);
      s.canaries = [];
    },
  ],
  [
    'no canary at all',
    (s) => {
      s.canaries = [];
    },
  ],
  [
    'nothing was triggered, and no canary killed',
    (s) => {
      untriggered(s);
      for (const one of s.canaries) one.killedMs = null;
      for (const one of s.canaries) one.goneMs = FOREVER;
    },
  ],
  [
    'nothing was triggered, and a control failed',
    (s) => {
      untriggered(s);
      control(s, { receivedMs: 4000, reason: 'fork: EAGAIN' });
    },
  ],
  [
    'a control fails just as the halt ends',
    (s) => control(s, { receivedMs: HALT_END + 20, sentMs: HALT_END, reason: 'fork: EAGAIN' }),
  ],
  [
    'a control fails just after the halt ends',
    (s) => control(s, { receivedMs: HALT_END + 21, sentMs: HALT_END + 1 }),
  ],
  ['a control fails, nobody knows why', (s) => control(s, { host: 'knox', receivedMs: 9000 })],
  [
    'a canary is listed after it was killed',
    (s) => {
      canary(s, 'cal-tesseract').goneMs = 3230;
    },
  ],
  [
    'a canary of unknown start is listed for more than two seconds after it was killed',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      startless(one);
      one.goneMs = 5300;
    },
  ],
  [
    'a canary of unknown start is listed for just two seconds after it was killed',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      startless(one);
      one.killedMs = 2790;
      one.goneMs = 4830;
    },
  ],
  [
    'two hosts are one machine, and a killed canary of the second goes on being listed',
    (s) => {
      oneMachine(s);
      const one = canary(s, 'cal-tesseract');
      startless(one);
      one.goneMs = 6100;
    },
  ],
  [
    'two hosts are one machine, and each shows the canaries of both',
    (s) => {
      oneMachine(s);
      sampled(s, 'tesseract', 'failed', 3000, 3400);
    },
  ],
  [
    'nobody asks for a canary any more that was killed',
    (s) => {
      const one = canary(s, 'rot-tesseract');
      one.unwatchedFromMs = RESUME - 280;
      for (let ms = 14_800; ms < END; ms += 2000) sampled(s, 'tesseract', 'failed', ms, ms + 200);
    },
  ],
  [
    'nobody asks for a canary any more that was killed two seconds before the last sample',
    (s) => {
      const one = canary(s, 'rot-tesseract');
      one.killedMs = END - 400 - 2010;
      one.goneMs = END - 400 - 1990;
      one.unwatchedFromMs = END - 400 - 2000;
      for (let ms = 16_800; ms < END; ms += 2000) sampled(s, 'tesseract', 'failed', ms, ms + 200);
    },
  ],
  [
    'a canary that was killed is only ever seen as a zombie',
    (s) => {
      canary(s, 'cal-tesseract').zombieFromMs = 0;
    },
  ],
  [
    'the one canary that is killed before the trigger was not planted for calibration',
    (s) => {
      canary(s, 'cal-tesseract').purpose = 'rotation';
    },
  ],
  [
    'the canary for calibration is killed just at the trigger',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      one.killedMs = T0 + 10;
      one.goneMs = T0 + 15;
    },
  ],
  [
    'the canary for calibration is killed just before the trigger',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      one.killedMs = T0 + 9;
      one.goneMs = T0 + 15;
    },
  ],
  [
    'the canary for calibration is never seen',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      one.told = { pid: null, start: null };
      one.shownOn = [];
    },
  ],
  [
    'the final canary is killed just at the trigger',
    (s) => {
      const one = canary(s, 'rot-tesseract');
      one.killedMs = T0 + 10;
      one.goneMs = T0 + 15;
    },
  ],
  [
    'a final canary is killed that nobody planted',
    (s) => {
      canary(s, 'rot-tesseract').purpose = 'rotation';
      s.lives.push({ ...life('', 'tesseract', 930, 2000, 13_500), services: [], canary: 'further' });
      control(s, { event: 'killed', purpose: 'final', receivedMs: 13_510, pid: 930, start: 11_300 });
    },
  ],
  [
    'a canary is planted and killed in the instant in which a sample is asked for',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      one.fromMs = 1595;
      one.killedMs = 2990;
      one.goneMs = 3015;
      canary(s, 'rot-tesseract').fromMs = 1800 + 15;
      control(s, { event: 'planted', receivedMs: 1800, pid: 901, tag: 'rot-tesseract' });
    },
  ],
  [
    'a canary is planted and not shown until it is killed',
    (s) => {
      control(s, { event: 'planted', pid: 905, receivedMs: 9000 });
      control(s, { event: 'killed', pid: 905, receivedMs: 9500 });
      connected(
        s,
        'knox',
        9050,
        present(identityOf('knox', s.scopes.knox ?? { bootId: '', pidNamespace: '' })),
      );
    },
  ],
  [
    'a canary is planted, and not shown until tesseract is connected to again',
    (s) => {
      control(s, { event: 'planted', pid: 905, receivedMs: 9000 });
      connected(s, 'tesseract', 9250, present(ofTesseract));
    },
  ],
  [
    'a canary is planted, and lost with the connection before any sample',
    (s) => {
      control(s, { event: 'planted', pid: 905, receivedMs: 9000 });
      connected(s, 'tesseract', 9100, present(ofTesseract));
    },
  ],
  [
    'no canary was killed, and none was seen for a while',
    (s) => {
      for (const one of s.canaries) if (one.host === 'tesseract') one.killedMs = null;
      canary(s, 'cal-tesseract').goneMs = 8000;
      const late = { ...canary(s, 'rot-tesseract'), tag: 'late', pid: 902, fromMs: 8700, goneMs: FOREVER };
      canary(s, 'rot-tesseract').goneMs = 8100;
      s.canaries.push({ ...late, purpose: 'rotation' });
    },
  ],
  [
    'the last canary was gone before it was killed, as the sample shows that came just then',
    (s) => {
      const one = canary(s, 'rot-tesseract');
      one.goneMs = 13_700;
      one.killedMs = 13_830;
    },
  ],
  [
    'the last canary was gone before it was killed, as a sample shows that came just after',
    (s) => {
      const one = canary(s, 'rot-tesseract');
      one.goneMs = 13_700;
      one.killedMs = 13_829;
    },
  ],
  [
    'for a while nothing but a killed canary is listed',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      startless(one);
      one.goneMs = 3500;
      canary(s, 'rot-tesseract').fromMs = 3700;
    },
  ],
  [
    'a sample shows nothing but a canary that was killed just as it was asked for',
    (s) => {
      const one = canary(s, 'cal-tesseract');
      startless(one);
      one.killedMs = 3190;
      one.goneMs = 3230;
      canary(s, 'rot-tesseract').fromMs = 3305;
    },
  ],
  [
    'the canary ends with the runner, and another takes over and plants its own',
    (s) => {
      succeeded(s);
      takenOver(s, 7950);
    },
  ],
  [
    'the canary ends with the runner, and another takes over just as a sample is asked for',
    (s) => {
      succeeded(s);
      takenOver(s, 8000);
    },
  ],
  [
    'the canary ends with the runner, and another takes over a sample too late',
    (s) => {
      succeeded(s);
      takenOver(s, 8001);
    },
  ],
  ['the canary ends, nobody takes over, and another is planted', (s) => succeeded(s)],
];

/** The canary of tesseract ends with its runner, and another is planted later. */
function succeeded(s: Scenario): void {
  const one = canary(s, 'rot-tesseract');
  one.purpose = 'rotation';
  one.killedMs = null;
  one.goneMs = 7900;
  s.canaries.push({
    host: 'tesseract',
    tag: 'next',
    pid: 903,
    fromMs: 8500,
    killedMs: RESUME - 300,
    goneMs: RESUME - 260,
    purpose: 'final',
  });
}

const clocks: readonly Row[] = [
  [
    'a record has no time that can be read',
    (s) => {
      s.wallDrift = (ms) => (ms > 8000 ? Number.NaN : 0);
    },
  ],
  [
    'the clock of the controller is put back by more than half a second',
    (s) => {
      s.wallDrift = (ms) => (ms > 8000 ? -501 : 0);
    },
  ],
  [
    'the clock of the controller is put back by half a second',
    (s) => {
      s.wallDrift = (ms) => (ms > 8000 ? -500 : 0);
    },
  ],
  [
    'the wall clock of tesseract is put forward by half a second more than can be measured',
    (s) => {
      s.hostWallDrift = (host, ms) => (host === 'tesseract' && ms > 8000 ? 541 : 0);
    },
  ],
  [
    'the wall clock of tesseract is put forward by half a second',
    (s) => {
      s.hostWallDrift = (host, ms) => (host === 'tesseract' && ms > 8000 ? 540 : 0);
    },
  ],
  [
    'the wall clock of tesseract is put back by more than half a second',
    (s) => {
      s.hostWallDrift = (host, ms) => (host === 'tesseract' && ms > 8000 ? -541 : 0);
    },
  ],
];

/** Pids: hermes and leverage before the trigger, the canary of either host, the broker that comes back. */
const [HERMES, LEVERAGE, CANARY, BROKER] = [202, 203, 901, 101];

const crossChecks: readonly Row[] = [
  [
    'the second reader goes on listing two traders, one after the other',
    (s) => {
      child(s, 0, T0 + 400);
      checks(s, [8000, [HERMES], [HERMES]], [8100, [HERMES], [HERMES]]);
      checks(s, [13_000, [LEVERAGE], [LEVERAGE]]);
    },
  ],
  [
    'the second reader lists a trader, and no longer does, asked again as late as it may be',
    (s) => checks(s, [9000, [HERMES], [HERMES]], [14_030, [HERMES], []]),
  ],
  [
    'the second reader lists a trader, and no longer does, asked again too late',
    (s) => checks(s, [9000, [HERMES], [HERMES]], [14_031, [HERMES], []]),
  ],
  [
    'the second reader does not list a trader, and then does',
    (s) => checks(s, [7000, [HERMES], []], [9000, [HERMES], [HERMES]]),
  ],
  [
    'the second reader lists a trader, and no longer does, asked again at once',
    (s) => checks(s, [9000, [HERMES], [HERMES]], [9030, [HERMES], []]),
  ],
  [
    'the second reader lists a trader, and no longer does, asked again before it had answered',
    (s) => checks(s, [9000, [HERMES], [HERMES]], [9029, [HERMES], []]),
  ],
  [
    'the second reader does not list a canary that the probe sees, and on another host it does',
    (s) => checks(s, [9000, [CANARY], []], [9100, [CANARY], [CANARY], 'knox']),
  ],
  [
    'the second reader does not list the broker that came back',
    (s) => checks(s, [9000, [BROKER], [], 'knox']),
  ],
  [
    'the second reader lists a trader, and cannot be read or is not asked about it again',
    (s) => {
      checks(s, [9000, [HERMES], [HERMES]], [9200, [LEVERAGE], []]);
      check(s, {
        host: 'tesseract',
        at: { fromMs: 9100, toMs: 9130 },
        asked: [HERMES],
        listed: unreadable('ps: killed'),
      });
      check(s, {
        host: 'nobody',
        at: { fromMs: 9100, toMs: 9130 },
        asked: [HERMES],
        listed: present([HERMES]),
      });
    },
  ],
  [
    'the second reader was asked when the probe had not yet read anything',
    (s) => checks(s, [1000, [HERMES], []]),
  ],
  [
    'the second reader does not list a canary, and the last sample before it came a second before it',
    (s) => {
      sampled(s, 'tesseract', 'lost', 8200, 9050);
      checks(s, [9020, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the last sample before it came more than a second before it',
    (s) => {
      sampled(s, 'tesseract', 'lost', 8200, 9060);
      checks(s, [9021, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the next sample was asked for a second later',
    (s) => {
      sampled(s, 'tesseract', 'lost', 9000, 10_000);
      checks(s, [8970, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the next sample was asked for more than a second later',
    (s) => {
      sampled(s, 'tesseract', 'lost', 9000, 10_000);
      checks(s, [8969, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the one sample before it came just when it was asked',
    (s) => {
      sampled(s, 'tesseract', 'lost', 7800, 9000);
      checks(s, [9020, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the one sample before it came just after it was asked',
    (s) => {
      sampled(s, 'tesseract', 'lost', 7800, 9000);
      checks(s, [9019, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the one sample after it was asked for just when it had answered',
    (s) => {
      sampled(s, 'tesseract', 'lost', 9200, 10_400);
      checks(s, [8970, [CANARY], []]);
    },
  ],
  [
    'the second reader does not list a canary, and the one sample after it was asked for just before it had answered',
    (s) => {
      sampled(s, 'tesseract', 'lost', 9200, 10_400);
      checks(s, [8971, [CANARY], []]);
    },
  ],
];

const stages: readonly Row[] = [
  [
    'the drill is interrupted twice, and its journal breaks off',
    (s) => {
      s.interruptedAt = RESUME + 3000;
      s.also.push({ atMs: RESUME + 3100, body: { kind: 'interrupted', cause: 'SIGTERM' } });
      s.unclosed = true;
    },
  ],
  [
    'the journal breaks off',
    (s) => {
      s.unclosed = true;
    },
  ],
  ['the hold is just as long as it must be', (s) => timing(s, { holdMs: 7138 })],
  ['the hold is one millisecond too short', (s) => timing(s, { holdMs: 7139 })],
  [
    'the broker outlives its crash',
    (s) => {
      s.lives = s.lives.filter(({ pid }) => pid !== 101);
      for (const one of livesOf(s, 'principal')) one.toMs = FOREVER;
    },
  ],
  [
    'the broker is not heard again once it is asked to resume',
    (s) => {
      const { api } = s;
      s.api = (ms) => (ms < RESUME ? api(ms) : unreadable('connection refused'));
      s.resumeReply = unreadable('connection refused');
    },
  ],
  [
    'the service that is crashed is not of the fleet',
    (s) => {
      s.plan = { ...s.plan, crash: 'nobody' };
    },
  ],
  [
    'a survivor is overlooked once, and so is a trader on the other host',
    (s) => {
      baselineLife(s, 'horus').missedAt = (ms) => ms > 7000 && ms < 7100;
      hermes(s).missedAt = (ms) => ms > 4000 && ms < 4100;
    },
  ],
];

export const hosts: readonly Row[] = [
  ...observation,
  ...identity,
  ...controls,
  ...clocks,
  ...crossChecks,
  ...stages,
];
