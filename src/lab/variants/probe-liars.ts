import { setTimeout as delay } from 'node:timers/promises';
import { afterHalt, markingHalt, sinceHaltMs } from '../broker/halt-marks.ts';
import { idleStoppers } from '../broker/idle-stopper.ts';
import { type Lie, lyingTo, type ProbeAnswer, printed } from '../ssh/probe-answer.ts';
import { argvHolds, replayed, withoutProcesses, withUptime, withWall } from '../ssh/probe-lies.ts';
import { holdMs, lateMs, maxGapMs, withinMs } from './timing.ts';
import type { Variant, WireTwist } from './variant.ts';

/** What the runner has on the host itself. */
const OWN = ['haltdrill-probe', 'haltdrill-canary'];
/** From when the stops are done: the targets are gone, and the halt is not lifted yet. */
const IN_HOLD = holdMs / 2;

/** Hosts and links that do not let the runner see what is there. */
export const probeLiars: Readonly<Record<string, Variant>> = {
  'empty-table': {
    about: 'from the halt on, tesseract lists no process at all',
    expect: { kind: 'liar', level: 2, primary: 'blind-probe', on: 'tesseract' },
    ...fromHalt(() => (sample) => ({
      ...sample,
      body: sample.body.replace(/^(L) \d+ .*$/gm, '$1 0 ').replace(/^\d+ \(.*\n/gm, ''),
      count: 0,
    })),
  },
  'cut-sample': {
    about: 'a sample of tesseract ends in the middle, and the rest of it never comes',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'unreachable-host',
      on: 'tesseract',
      also: ['blind-probe'],
    },
    ...once(IN_HOLD, (sample) => printed(sample).slice(0, sample.body.length / 2)),
  },
  'stale-table': {
    about: 'from the halt on, tesseract repeats its table of before, with fresh nonces and clocks',
    expect: { kind: 'liar', level: 2, primary: 'blind-probe', on: 'tesseract' },
    ...stale(),
  },
  'old-sample': {
    about: 'one sample in the hold is a copy of one from before the halt, with a fresh nonce and clock',
    expect: { kind: 'liar', level: 2, primary: 'blind-probe', on: 'tesseract' },
    ...replayOnce(),
  },
  'own-only': {
    about: 'from the halt on, tesseract shows nothing but what the runner itself started there',
    expect: { kind: 'liar', level: 2, primary: 'blind-probe', on: 'tesseract' },
    ...fromHalt(() => {
      const own = argvHolds(OWN);
      return (sample) => withoutProcesses(sample, (pid) => !own(pid));
    }),
  },
  hidepid: {
    about: 'the login on tesseract is an ordinary one, and /proc is mounted with hidepid=2',
    expect: { kind: 'liar', level: 2, primary: 'blind-probe', on: 'tesseract', verdict: 'not-run' },
    wire: {
      output: lyingTo(() => {
        const own = argvHolds(OWN);
        return (answer) => {
          if (answer.sample === null) {
            const body = answer.body
              .replace(/^Y \d+$/m, 'Y 1000')
              .replace(/^P proc (.*)$/gm, 'P proc $1,hidepid=2');
            return { ...answer, body };
          }
          const unread = { ...answer, body: answer.body.replace(/^(T \S+) 1$/m, '$1 0') };
          return withoutProcesses(unread, (pid) => !own(pid));
        };
      }),
    },
  },
  rootkit: {
    about: 'the broker does not act, and tesseract hides the traders, which go on trading',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'successful-no-op',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt', 'blind-probe'],
    },
    ...fromHalt((root) => {
      const target = argvHolds([`${root}/opt/invictus/bin/`]);
      return (sample) => withoutProcesses(sample, target);
    }),
    broker: { around: markingHalt, parts: idleStoppers },
  },
  'garbled-lines': {
    about: 'from the halt on, some lines of every sample of tesseract are garbled',
    expect: { kind: 'liar', level: 2, primary: 'blind-probe', on: 'tesseract' },
    ...fromHalt(() => (sample) => ({
      ...sample,
      body: sample.body.replace(/^(\d+) \((.*) (\d+) (\d+)$/gm, (_line, pid, name, a, b) =>
        Number(pid) % 3 === 0 ? `${name}\x00(${a}${pid}` : `${pid} (${name} ${a} ${b}`,
      ),
    })),
  },
  'delayed-samples': {
    about:
      'in the middle of the hold the answers of tesseract come late by three quarters of the longest gap',
    expect: { kind: 'liar', level: 2, primary: 'sampled-too-coarsely', on: 'tesseract' },
    broker: { around: markingHalt },
    wire: {
      output: lyingTo((root) => async (answer) => {
        const since = sinceHaltMs(root, 'done');
        if (since > IN_HOLD && since < IN_HOLD + maxGapMs) await delay(0.75 * maxGapMs);
        return answer;
      }),
    },
  },
  'clock-jump': {
    about: 'the wall clock of tesseract jumps ten minutes ahead during the halt',
    expect: { kind: 'liar', level: 2, primary: 'clock-unreliable', on: 'tesseract' },
    ...fromHalt(() => (sample) => withWall(sample, 600)),
  },
  'uptime-backwards': {
    about: 'the uptime of tesseract runs backwards during the halt',
    expect: { kind: 'liar', level: 2, primary: 'clock-unreliable', on: 'tesseract' },
    ...fromHalt(() => {
      let first = 0;
      return (sample) =>
        withUptime(sample, (up) => {
          first ||= up;
          return first - (up - first);
        });
    }),
  },
  'uptime-jump': {
    about: 'the uptime of tesseract jumps ahead by ten minutes during the halt',
    expect: { kind: 'liar', level: 2, primary: 'clock-unreliable', on: 'tesseract' },
    ...fromHalt(() => (sample) => withUptime(sample, (up) => up + 600)),
  },
  'strange-host-key': {
    about: 'who answers at the address of tesseract has another host key than the one on file',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'wrong-host-probe',
      on: 'tesseract',
      also: ['unreachable-host'],
      verdict: 'not-run',
    },
    wire: { strangeKey: true },
  },
  'other-host': {
    about: 'the connection to tesseract breaks during the halt, and another machine answers from then on',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'wrong-host-probe',
      on: 'tesseract',
      also: ['unreachable-host', 'blind-probe'],
    },
    broker: { around: markingHalt },
    wire: {
      cable: async (line, { root }) => {
        await afterHalt(root, 'done', IN_HOLD);
        line.cut();
        line.mend();
      },
      output: lyingTo((root) => (answer) => {
        if (sinceHaltMs(root, 'done') < IN_HOLD) return answer;
        const body = answer.body
          .replace(/^A [0-9a-f]{8}/m, 'A 0badcafe')
          .replace(/^M [0-9a-f]{8}/m, 'M 0badcafe');
        return { ...answer, body };
      }),
    },
  },
  'lost-host': {
    about: 'the connection to tesseract breaks in the hold, and for a while none can be made',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'unreachable-host',
      on: 'tesseract',
      also: ['blind-probe'],
    },
    ...cableFromHalt(async (line, root) => {
      await afterHalt(root, 'done', IN_HOLD);
      line.cut();
      await afterHalt(root, 'done', IN_HOLD + holdMs / 2);
      line.mend();
    }),
  },
  'black-hole': {
    about: 'the connection to tesseract stays open in the hold, and for a while nothing passes over it',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'unreachable-host',
      on: 'tesseract',
      also: ['blind-probe'],
    },
    ...cableFromHalt(async (line, root) => {
      await afterHalt(root, 'done', IN_HOLD);
      line.silence();
      await afterHalt(root, 'done', IN_HOLD + holdMs);
      line.mend();
    }),
  },
  'cut-off-host': {
    about: 'tesseract is cut off from broker and runner at the halt, and the broker says done',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'false-success',
      on: 'tesseract',
      also: ['successful-no-op', 'false-claim', 'order-after-halt', 'unreachable-host', 'blind-probe'],
    },
    broker: {
      parts: idleStoppers,
      around: (broker, site) => {
        const marking = markingHalt(broker, site);
        return {
          ...marking,
          halt: async (request, actor) => {
            const report = await marking.halt(request, actor);
            await delay(300);
            return report;
          },
        };
      },
    },
    wire: {
      cable: async (line, { root }) => {
        await afterHalt(root, 'asked', 0);
        line.cut();
        await afterHalt(root, 'asked', withinMs + 1.5 * lateMs);
        line.mend();
      },
    },
  },
};

type Twisted = Pick<Variant, 'broker' | 'wire'>;

/** A wire that is true until the broker is asked to halt, and rewrites every sample from then on. */
function fromHalt(make: (root: string) => (sample: ProbeAnswer) => ReturnType<Lie>): Twisted {
  const output = lyingTo((root) => {
    const lie = make(root);
    return (answer) => (answer.sample !== null && sinceHaltMs(root, 'asked') >= 0 ? lie(answer) : answer);
  });
  return { broker: { around: markingHalt }, wire: { output } };
}

/** A wire that rewrites a single sample, this long after the stops were done. */
function once(afterMs: number, lie: (sample: ProbeAnswer) => ReturnType<Lie>): Twisted {
  const output = lyingTo((root) => {
    let done = false;
    return (answer) => {
      if (done || answer.sample === null || sinceHaltMs(root, 'done') < afterMs) return answer;
      done = true;
      return lie(answer);
    };
  });
  return { broker: { around: markingHalt }, wire: { output } };
}

function stale(): Twisted {
  const output = lyingTo((root) => {
    const before = new Map<string, ProbeAnswer>();
    return (answer) => {
      if (answer.sample === null) return answer;
      if (sinceHaltMs(root, 'asked') < 0) before.set(answer.sample, answer);
      const old = before.get(answer.sample);
      return old === undefined ? answer : replayed(old, answer);
    };
  });
  return { broker: { around: markingHalt }, wire: { output } };
}

function replayOnce(): Twisted {
  const output = lyingTo((root) => {
    let old: ProbeAnswer | null = null;
    let done = false;
    return (answer) => {
      if (answer.sample === 'full' && sinceHaltMs(root, 'asked') < 0) old = answer;
      if (done || old === null || answer.sample !== 'full' || sinceHaltMs(root, 'done') < IN_HOLD)
        return answer;
      done = true;
      return replayed(old, answer);
    };
  });
  return { broker: { around: markingHalt }, wire: { output } };
}

function cableFromHalt(
  act: (line: Parameters<NonNullable<WireTwist['cable']>>[0], root: string) => Promise<void>,
): Twisted {
  return { broker: { around: markingHalt }, wire: { cable: (line, { root }) => act(line, root) } };
}
