import { describe, expect, it } from 'vitest';
import type { FakeFleet } from '../../test/fakes/fake-fleet.ts';
import { begins, runFakeDrill } from '../../test/fakes/run-fake-drill.ts';
import type { EntryBody } from './model/journal.ts';
import { present, unreadable } from './model/reading.ts';
import type { StopCondition } from './model/stop-condition.ts';

const FOREIGN: StopCondition = { when: 'foreign-incident', action: 'hands-off' };
const watching = (...conditions: StopCondition[]) => ({ stopWhen: [...conditions, FOREIGN] });
const met = (fleet: FakeFleet) => fleet.entries.filter((entry) => entry.kind === 'stop-condition');
const tells = (fleet: FakeFleet): string =>
  fleet.told.map((one) => (one.kind === 'note' ? one.text : '')).join('\n');

/** Something that happens once the hold has begun. */
const inHold = (act: (fleet: FakeFleet) => void) => (body: EntryBody, fleet: FakeFleet) => {
  if (begins(body, 'hold')) void fleet.clock.sleep(500).then(() => act(fleet));
};

function never(): never {
  throw new Error('there is no such incident');
}

const command = (action: 'resume' | 'hold', host: string | null = null): StopCondition => ({
  when: 'command',
  action,
  host,
  run: ['/usr/local/bin/still-fine', '--quiet'],
  everyMs: 1_000,
  withinMs: 2_000,
});

/** Each condition, what makes it come true in the hold, and what it then says. */
const COMES_TRUE: readonly {
  readonly condition: (action: 'resume' | 'hold') => StopCondition;
  readonly happens: (fleet: FakeFleet) => void;
  readonly says: RegExp;
}[] = [
  {
    condition: (action) => ({ when: 'survivor-dies', action }),
    happens: (fleet) => {
      fleet.takeDown('sentinel');
      // Its manager brings it back: that its life ended is what counts.
      void fleet.clock.sleep(300).then(() => fleet.knox.spawn(['/usr/bin/node', '/opt/bin/sentinel']));
    },
    says: /^sentinel on knox \(pid \d+\) has ended$/,
  },
  {
    condition: (action) => ({ when: 'position-exceeds', action, asset: 'BTC-USD', bound: 100 }),
    happens: (fleet) => {
      fleet.positions = { 'BTC-USD': -100.5 };
    },
    says: /^the position in BTC-USD is -100.5, over 100$/,
  },
  {
    condition: (action) => ({ when: 'host-lost', action, forMs: 2_000 }),
    happens: (fleet) => {
      fleet.tesseract.lost = 'cable cut';
      void fleet.clock.sleep(3_000).then(() => {
        fleet.tesseract.lost = null;
      });
    },
    says: /^tesseract gave no good sample for 2 s$/,
  },
  {
    condition: command,
    happens: (fleet) => {
      fleet.onController = async () => present({ exitCode: 3, output: 'volts too low\n' });
    },
    says: /^it ended with 3: volts too low$/,
  },
];

describe.each(COMES_TRUE)('a stop condition', ({ condition, happens, says }) => {
  const name = condition('resume').when;
  const prepare = (fleet: FakeFleet): void => {
    fleet.positions = { 'BTC-USD': 100 };
  };

  it(`${name}, then: resume, ends the drill as an interruption does, and the fleet is restored`, async () => {
    const plan = watching(condition('resume'));
    const { fleet, verdict } = await runFakeDrill({ plan, prepare, on: inHold(happens) });
    expect(met(fleet)).toMatchObject([{ condition: { when: name }, action: 'resume' }]);
    expect(met(fleet)[0]?.evidence).toMatch(says);
    const interrupted = fleet.entries.find((entry) => entry.kind === 'interrupted');
    expect(interrupted).toMatchObject({ cause: expect.stringContaining(`stop condition ${name}`) });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    expect(verdict).toMatchObject({ verdict: 'aborted', fleet: 'restored', exitCode: 4 });
    expect(verdict.headline).toContain(`ABORTED: stop condition ${name}`);
    expect(verdict.stopConditions[0]).toMatchObject({ action: 'resume', met: met(fleet)[0]?.evidence });
  });

  it(`${name}, then: hold, leaves the fleet halted: nothing is crashed, resumed or started`, async () => {
    const plan = { ...watching(condition('hold')), crash: null };
    const { fleet, verdict } = await runFakeDrill({ plan, prepare, on: inHold(happens) });
    expect(met(fleet)).toMatchObject([{ condition: { when: name }, action: 'hold' }]);
    expect(fleet.acts).toEqual(['halt 2']);
    expect(fleet.entries.filter(({ kind }) => kind === 'intent')).toHaveLength(1);
    expect(fleet.alive('hermes')).toBe(false);
    expect(verdict).toMatchObject({ verdict: 'aborted', fleet: 'halted', exitCode: 5 });
    expect(verdict.headline).toMatch(/^ABORTED: THE FLEET IS LEFT HALTED by the rule /);
    expect(verdict.findings.map(({ code }) => code)).not.toContain('incident-left-open');
    expect(tells(fleet)).toContain('THE FLEET IS LEFT AS IT IS');
    // Probes and canaries end as ever.
    expect(fleet.entries.at(-1)?.kind).toBe('closed');
  });

  it(`${name} does not fire in a drill in which nothing of it happens`, async () => {
    const plan = watching(condition('hold'));
    const { fleet, verdict } = await runFakeDrill({ plan, prepare });
    expect(met(fleet)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'pass', exitCode: 0 });
    expect(verdict.stopConditions).toMatchObject([
      { action: 'hold', met: null },
      { action: 'hands-off', met: null },
    ]);
  });
});

describe('a hold', () => {
  it('before the crash keeps the broker from being crashed', async () => {
    const plan = watching({ when: 'survivor-dies', action: 'hold' });
    const { fleet, verdict } = await runFakeDrill({
      plan,
      on: (body, one) => {
        if (begins(body, 'observe')) one.takeDown('sentinel');
      },
    });
    const acts = fleet.entries.flatMap((entry) => (entry.kind === 'intent' ? [entry.act.act] : []));
    expect(acts).toEqual(['trigger']);
    expect(verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
  });

  it('is not turned into a resume by a signal that follows', async () => {
    const plan = watching({ when: 'survivor-dies', action: 'hold' });
    const { fleet, verdict } = await runFakeDrill({
      plan,
      on: (body, one) => {
        if (begins(body, 'hold')) one.takeDown('sentinel');
        if (body.kind === 'stop-condition') one.stop.abort('interrupted by SIGINT');
      },
    });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
  });
});

describe('what is true before the trigger', () => {
  it.each([
    ['a position', { when: 'position-exceeds', action: 'hold', asset: 'BTC-USD', bound: 99 }],
    ['a command that fails', command('resume')],
  ] as const)('keeps it from being fired: %s', async (_, condition) => {
    const { fleet, verdict } = await runFakeDrill({
      plan: watching(condition),
      prepare: (one) => {
        one.positions = { 'BTC-USD': 100 };
        one.onController = async () => present({ exitCode: 1, output: '' });
      },
    });
    expect(fleet.acts).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'not-run', fleet: 'untouched', exitCode: 3 });
    expect(verdict.headline).toMatch(/stop condition .*, before anything was triggered/);
  });
});

describe('survivor-dies', () => {
  const plan = watching({ when: 'survivor-dies', action: 'resume' });

  it('says nothing of targets, nor of the broker that the drill itself kills', async () => {
    const { fleet, verdict } = await runFakeDrill({ plan });
    expect(fleet.entries.some((entry) => entry.kind === 'intent' && entry.act.act === 'crash')).toBe(true);
    expect(met(fleet)).toEqual([]);
    expect(verdict.verdict).toBe('pass');
  });

  it('fires when the broker ends again after it came back from the crash', async () => {
    const { fleet } = await runFakeDrill({ plan, on: inHold((one) => one.takeDown('principal')) });
    expect(met(fleet)[0]?.evidence).toMatch(/^principal on knox/);
  });

  it('says nothing of a survivor whose host cannot be seen', async () => {
    const { fleet } = await runFakeDrill({
      plan,
      on: inHold((one) => {
        one.knox.lost = 'cable cut';
        one.takeDown('sentinel');
      }),
    });
    expect(met(fleet)).toEqual([]);
  });

  it('is no longer watched once the undo has begun', async () => {
    const { fleet } = await runFakeDrill({
      plan,
      on: (body, one) => {
        if (begins(body, 'resume')) one.takeDown('sentinel');
      },
    });
    expect(met(fleet)).toEqual([]);
  });
});

describe('host-lost', () => {
  it('does not fire for a loss that is shorter', async () => {
    const { fleet } = await runFakeDrill({
      plan: watching({ when: 'host-lost', action: 'resume', forMs: 2_000 }),
      on: inHold((one) => {
        one.tesseract.lost = 'cable cut';
        void one.clock.sleep(1_000).then(() => {
          one.tesseract.lost = null;
        });
      }),
    });
    expect(met(fleet)).toEqual([]);
  });
});

describe('a command', () => {
  it('that does not answer in time fires', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: watching(command('resume')),
      on: inHold((one) => {
        one.onController = () => new Promise(() => undefined);
      }),
    });
    expect(met(fleet)[0]?.evidence).toBe('no answer within 2 s');
    expect(verdict).toMatchObject({ fleet: 'restored', exitCode: 4 });
  });

  it('that could not be run fires', async () => {
    const { fleet } = await runFakeDrill({
      plan: watching(command('resume')),
      on: inHold((one) => {
        one.onController = async () => unreadable('it could not be started: ENOENT');
      }),
    });
    expect(met(fleet)[0]?.evidence).toBe('it could not be started: ENOENT');
  });

  it('is run on its host, word by word, again and again until the undo begins', async () => {
    const asked: string[] = [];
    const { fleet } = await runFakeDrill({
      plan: watching(command('resume', 'tesseract')),
      prepare: (one) => {
        const run = one.tesseract.run.bind(one.tesseract);
        one.tesseract.run = async (argv) => {
          if (argv[0] !== '/usr/local/bin/still-fine') return run(argv);
          asked.push(argv.join(' '));
          return present({ exitCode: one.acts.length > 0 && asked.length > 5 ? 9 : 0, output: '' });
        };
      },
    });
    expect(new Set(asked)).toEqual(new Set(['/usr/local/bin/still-fine --quiet']));
    expect(asked).toHaveLength(6);
    expect(met(fleet)[0]?.evidence).toBe('it ended with 9');
  });

  it('that is slow and in time does not fire', async () => {
    const { fleet } = await runFakeDrill({
      plan: watching(command('resume')),
      prepare: (one) => {
        one.onController = async () => {
          await one.clock.sleep(1_900);
          return present({ exitCode: 0, output: 'a warning\n' });
        };
      },
    });
    expect(met(fleet)).toEqual([]);
  });
});

describe('somebody else’s halt', () => {
  const at = (moment: string) => (body: EntryBody, fleet: FakeFleet) => {
    const crash = body.kind === 'intent' && body.act.act === 'crash';
    if (moment === 'crash' ? crash : begins(body, moment)) fleet.haltedByOthers(3);
  };

  // It is watched for whether the drill lists it or not.
  it.each([['observe'], ['crash'], ['hold'], ['resume']])(
    'is left alone, loudly, when it appears in the stage %s',
    async (moment) => {
      const { fleet, verdict } = await runFakeDrill({ plan: watching(), on: at(moment) });
      expect(fleet.acts).toEqual(['halt 2']);
      expect(met(fleet)).toMatchObject([{ condition: { when: 'foreign-incident' }, action: 'hands-off' }]);
      expect(tells(fleet)).toContain('HANDS OFF: A HALT THAT IS NOT THIS DRILL’S');
      expect(verdict).toMatchObject({ verdict: 'fail', fleet: 'halted', exitCode: 5 });
      expect(verdict.headline).toContain('HANDS OFF: A HALT THAT IS NOT THIS DRILL’S');
      expect(verdict.findings.map(({ code }) => code)).toContain('foreign-halt');
    },
  );

  it('is left alone when it appears after the resume, while everything settles', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: watching(),
      on: (body, one) => {
        if (body.kind === 'outcome' && body.act.act === 'resume') one.haltedByOthers(2);
      },
    });
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
    expect(met(fleet)).toMatchObject([{ action: 'hands-off' }]);
    expect(verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
  });

  it('keeps the trigger from being fired when it appears before it', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: { ...watching(), guards: ['no-token', 'wrong-token'] },
      on: (body, one) => {
        if (begins(body, 'guards')) one.haltedByOthers(3);
      },
    });
    expect(fleet.acts.filter((act) => !act.startsWith('guard'))).toEqual([]);
    expect(verdict.findings.map(({ code }) => code)).toContain('foreign-halt');
    expect(fleet.stored.level).toBe(3);
  });

  it('is an incident of its own, too, beside a halt that still carries the drill’s name', async () => {
    const { fleet } = await runFakeDrill({
      plan: watching(),
      on: inHold((one) => {
        one.incidents.push({ id: 'inc-9', level: 1, reason: 'real', openedAt: null, resolvedAt: null });
      }),
    });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(met(fleet)[0]?.evidence).toBe('incident inc-9 is open and not this drill’s');
  });

  it('is not resumed for the sake of a survivor that it takes down', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: watching({ when: 'survivor-dies', action: 'resume' }),
      on: inHold((one) => {
        one.haltedByOthers(3);
        one.takeDown('sentinel');
      }),
    });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(verdict).toMatchObject({ fleet: 'halted', exitCode: 5 });
  });

  it('does not bring up a broker that is down under it', async () => {
    const { fleet } = await runFakeDrill({
      plan: { ...watching(), crash: null },
      on: (body, one) => {
        if (!begins(body, 'resume')) return;
        one.haltedByOthers(3);
        one.takeDown('principal');
      },
    });
    expect(fleet.acts).toEqual(['halt 2']);
    expect(met(fleet)).toMatchObject([{ action: 'hands-off' }]);
  });

  it('is not seen in the drill’s own incident, whatever becomes of its reason', async () => {
    const { fleet } = await runFakeDrill({
      plan: watching(),
      on: inHold((one) => {
        const own = one.incidents.findIndex(({ id }) => id === 'inc-1');
        one.incidents.splice(own, 1, { ...(one.incidents[own] ?? never()), reason: 'a mere test' });
      }),
    });
    expect(met(fleet)).toEqual([]);
    expect(fleet.acts).toEqual(['halt 2', 'resume inc-1']);
  });

  it('is not seen in an incident that was there before, or that the drill’s own guards were counted in', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: { ...watching(), guards: ['no-token', 'repeat'] },
      prepare: (one) => {
        one.incidents.unshift({ id: 'inc-0', level: 2, reason: 'old', openedAt: null, resolvedAt: 'then' });
      },
    });
    expect(met(fleet)).toEqual([]);
    expect(verdict.exitCode).toBe(0);
  });
});
