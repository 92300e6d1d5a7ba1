import { describe, expect, it } from 'vitest';
import { FakeFleet, fakePlan } from '../../test/fakes/fake-fleet.ts';
import { judge } from './09-judge/verdict/judge.ts';
import type { ManagedService } from './model/manager.ts';
import { present, type Reading } from './model/reading.ts';
import { runDrill } from './run-drill.ts';

const job: ManagedService = {
  pid: null,
  runs: 1,
  restarts: null,
  invocation: null,
  keepAlive: null,
  comesBack: null,
  startsLeft: null,
  disabled: null,
  revives: null,
};

async function drill(prepare: (fleet: FakeFleet) => void) {
  const fleet = new FakeFleet();
  prepare(fleet);
  const input = {
    plan: fakePlan(),
    drillId: 'd-1',
    knownIssues: [],
    inventory: { path: 'inventory.yaml', sha256: '0'.repeat(64) },
    runner: '0.0.0',
    judging: { today: '2026-11-22', strict: false },
  };
  await fleet.clock.drive(runDrill(input, fleet.world));
  return { fleet, verdict: judge(fleet.entries, { today: '2026-11-22', strict: false }) };
}

/** Has the manager of tesseract answer by what `tell` says at the nth time. */
const managed =
  (tell: (time: number, fleet: FakeFleet) => Promise<ManagedService>) =>
  (fleet: FakeFleet): void => {
    let time = 0;
    fleet.managers.set('tesseract', {
      read: async (services) => {
        time += 1;
        const told = await tell(time, fleet);
        return present(services.map((service) => ({ service, reading: present(told) })));
      },
    });
  };

describe('the service managers', () => {
  it('are asked about the targets before the trigger, once all are gone, at the end of the hold, and after the undo', async () => {
    const asked: string[][] = [];
    const { fleet, verdict } = await drill((one) => {
      one.managers.set('knox', {
        read: async (services) => {
          asked.push(['knox', ...services]);
          return present(services.map((service) => ({ service, reading: present(job) })));
        },
      });
      one.managers.set('tesseract', {
        read: async (services) => {
          asked.push([...services]);
          return present(services.map((service) => ({ service, reading: present(job) })));
        },
      });
    });
    const kinds = fleet.entries.map((entry) =>
      entry.kind === 'manager' ? entry.moment : entry.kind === 'intent' ? entry.act.act : entry.kind,
    );
    // The broker has no target beside it: it is asked about only since it is to be crashed.
    expect(asked.shift()).toEqual(['knox', 'principal']);
    const order = ['baseline', 'trigger', 'stopped', 'held', 'resume', 'restored'];
    expect(kinds.filter((kind) => order.includes(kind))).toEqual(['baseline', ...order]);
    expect(asked).toEqual(Array.from({ length: 4 }, () => ['hermes', 'shiva']));
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
    expect(verdict.halt.services.find(({ service }) => service === 'hermes')).toMatchObject({
      counter: 'steady',
    });
  });

  it('betray a life that no sample saw', async () => {
    const { verdict } = await drill(managed(async (time) => ({ ...job, runs: time < 3 ? 1 : 2 })));
    expect(verdict.verdict).toBe('fail');
    expect(verdict.findings.map(({ code }) => code)).toEqual(['flapped', 'flapped']);
  });

  it('keep nobody waiting', async () => {
    const { fleet, verdict } = await drill(
      managed(async (_, { clock }) => {
        await clock.sleep(600_000);
        return job;
      }),
    );
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
    const readings = fleet.entries.flatMap((entry) => (entry.kind === 'manager' ? [entry.read] : []));
    expect(readings).toHaveLength(4);
    for (const { reading, sentMs, receivedMs } of readings) {
      expect(reading).toMatchObject({ kind: 'unreadable' });
      expect(receivedMs - sentMs).toBe(3000);
    }
  });
});

describe('the second reader', () => {
  const asks = (fleet: FakeFleet): number[][] => {
    const asked: number[][] = [];
    fleet.tesseract.crossCheck = async (pids): Promise<Reading<readonly number[]>> => {
      asked.push([...pids]);
      return present(pids.filter((pid) => fleet.tesseract.processes.has(pid)));
    };
    return asked;
  };

  it('is asked about lives that are gone, once where it agrees', async () => {
    let asked: number[][] = [];
    const { verdict } = await drill((fleet) => {
      asked = asks(fleet);
    });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[0]).toHaveLength(2);
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('is asked again where it does not, and believed in the end', async () => {
    let asked = 0;
    const { verdict } = await drill((fleet) => {
      fleet.tesseract.crossCheck = async (pids) => {
        asked += 1;
        return present(asked === 2 ? pids : pids.filter((pid) => fleet.tesseract.processes.has(pid)));
      };
    });
    expect(asked).toBe(3);
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [] });
  });

  it('shows a probe that hides what is there to be blind', async () => {
    const { verdict } = await drill((fleet) => {
      fleet.tesseract.crossCheck = async (pids) => present(pids);
    });
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      findings: [{ code: 'blind-probe', host: 'tesseract' }],
    });
  });
});
