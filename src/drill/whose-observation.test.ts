import { describe, expect, it } from 'vitest';
import { fakePlan } from '../../test/fakes/fake-fleet.ts';
import { begins, runFakeDrill } from '../../test/fakes/run-fake-drill.ts';
import { present } from './model/reading.ts';

const codes = ({ findings }: { findings: readonly { code: string; service: string | null }[] }): string[] =>
  findings.map(({ code, service }) => `${code} ${service ?? '-'}`);

describe('B9: the runner', () => {
  it('B9: kills the final control only after a hold that a late order has moved', async () => {
    let t0Ms = Number.POSITIVE_INFINITY;
    const { timing } = fakePlan();
    const { verdict } = await runFakeDrill({
      plan: {
        crash: null,
        effects: { silent: ['DOGE-USD'], flat: [], active: [] },
        sources: { incidents: true, audit: null, exchange: true, refused: null },
        timing: { ...timing, baselineMs: 4000, holdMs: 3000 },
      },
      prepare: (fleet) => {
        fleet.positions = { 'DOGE-USD': 9 };
        // One every 700 ms before the trigger and after the undo, and one last one on its way for 2.6 s.
        fleet.orders = (ms) =>
          Math.floor(Math.min(ms, t0Ms) / 700) +
          (ms > t0Ms + 2600 ? 1 : 0) +
          Math.max(0, Math.floor((ms - undoneMs) / 700));
      },
      on: (body, fleet) => {
        if (body.kind === 'intent' && body.act.act === 'trigger') t0Ms = fleet.clock.nowMs();
        if (begins(body, 'resume')) undoneMs = fleet.clock.nowMs();
      },
    });
    expect(codes(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored' });
    expect(verdict.halt.heldMs).toBeGreaterThanOrEqual(3000);
  });
  let undoneMs = Number.POSITIVE_INFINITY;
});

describe('B6: the runner', () => {
  it('B6: waits for an answer that the new life of the broker has given', async () => {
    const { fleet, verdict } = await runFakeDrill({
      prepare: (one) => {
        // Something else answers in the broker's place while no process of it is there.
        one.answersFor = () => true;
      },
    });
    expect(codes(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored' });
    const back = fleet.entries.find((entry) => entry.kind === 'stage' && entry.stage === 'hold');
    expect(verdict.broker.crash).toMatchObject({ done: true });
    expect(back).toBeDefined();
  });
});

describe('B6: the undo', () => {
  it('B6: starts a broker of which only a cache still answers', async () => {
    const { fleet, verdict } = await runFakeDrill({
      prepare: (one) => {
        one.answersFor = () => true;
        one.knox.onKill = () => undefined;
      },
    });
    const undo = fleet.entries.flatMap((entry) =>
      entry.kind === 'intent' && /^(start-service|resume)$/.test(entry.act.act) ? [entry.act] : [],
    );
    // Asked to resume is the broker itself, and not what stands in for it.
    expect(undo[0]).toMatchObject({ act: 'start-service', service: 'principal' });
    expect(undo[1]).toMatchObject({ act: 'resume' });
    expect(codes(verdict)).toContain('broker-down principal');
    expect(verdict.fleet).toBe('restored');
  });
});

describe('B2: the undo', () => {
  const withBeat = fakePlan().services.map((one) =>
    one.name === 'hermes' ? { ...one, heartbeat: { file: '/run/hermes', everyMs: 2000 } } : one,
  );

  it('B2: waits until a target that came back is seen at work', async () => {
    const { verdict } = await runFakeDrill({
      plan: { services: withBeat, timing: { ...fakePlan().timing, baselineMs: 8000 } },
      prepare: ({ clock, tesseract }) => {
        tesseract.heartbeat = () => present(String(Math.floor(clock.nowMs() / 2000)));
      },
    });
    expect(codes(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored' });
  });

  it('S7: compares a heartbeat without keeping what its file says', async () => {
    const { fleet, verdict } = await runFakeDrill({
      plan: { services: withBeat, timing: { ...fakePlan().timing, baselineMs: 8000 } },
      prepare: ({ clock, tesseract }) => {
        tesseract.heartbeat = () => present(`root:$6$secret ${Math.floor(clock.nowMs() / 2000)}`);
      },
    });
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored' });
    const beats = fleet.entries.flatMap((entry) => {
      const beat =
        entry.kind === 'sample' && entry.sample.seen.kind === 'present'
          ? entry.sample.seen.value.heartbeats.hermes
          : undefined;
      return beat?.kind === 'present' ? [beat.value] : [];
    });
    expect(beats[0]).toEqual({
      digest: expect.stringMatching(/^[0-9a-f]{16}$/),
      key: expect.stringMatching(/^[0-9a-f]{16}$/),
      length: 'root:$6$secret 0'.length,
    });
    expect(JSON.stringify(fleet.entries)).not.toContain('root:');
  });

  it('B2: and says that it is not restored where it is not', async () => {
    let resumed = Number.POSITIVE_INFINITY;
    const { verdict } = await runFakeDrill({
      plan: { services: withBeat, timing: { ...fakePlan().timing, baselineMs: 8000 } },
      prepare: ({ clock, tesseract }) => {
        tesseract.heartbeat = () => present(String(Math.floor(Math.min(resumed, clock.nowMs()) / 2000)));
      },
      on: (body, fleet) => {
        if (begins(body, 'resume')) resumed = fleet.clock.nowMs();
      },
    });
    expect(codes(verdict)).toEqual(['unrestored-service hermes']);
    expect(verdict).toMatchObject({ exitCode: 5, fleet: 'halted' });
  });
});

describe('B7: the undo', () => {
  it('B7: waits for a bystander that the halt took down and the resume brings back', async () => {
    const services = fakePlan().services.map((one) =>
      one.name === 'sentinel' ? { ...one, role: 'bystander' as const } : one,
    );
    const { fleet, verdict } = await runFakeDrill({
      plan: { services },
      on: (body, one) => {
        if (body.kind === 'intent' && body.act.act === 'trigger') one.takeDown('sentinel');
        if (body.kind === 'intent' && body.act.act === 'resume')
          void one.clock.sleep(5000).then(() => one.knox.spawn(['/usr/bin/node', '/opt/bin/sentinel']));
      },
    });
    expect(codes(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ verdict: 'pass', fleet: 'restored' });
    expect(fleet.acts).not.toContain('start sentinel');
  });
});
