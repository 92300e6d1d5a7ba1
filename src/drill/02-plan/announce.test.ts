import { describe, expect, it } from 'vitest';
import { destructivePlan } from '../../../test/fakes/fake-fleet.ts';
import type { Plan } from '../model/plan.ts';
import { announce } from './announce.ts';

const plan = (change: Partial<Plan> = {}): Plan => ({
  ...destructivePlan(),
  environment: 'live',
  manualResume: [{ host: 'knox', run: ['principal', 'lift', '$incident', "it's over"] }],
  ...change,
});

describe('what is said before somebody confirms', () => {
  it('is, host by host, every service that goes down and every way in which it comes back', () => {
    expect(announce(plan())).toMatchInlineSnapshot(`
      "Halt the fake traders (level-4-test, level 4): this takes 4 services of fleet test down, and no API call brings them back.

      knox (local)
        taken down, every process of:
          principal (the broker itself)
          sentinel
        comes back by:
          step 1: principal lift $incident 'it'\\''s over'
          principal, where the steps leave it down: launchctl start principal
          sentinel, where the steps leave it down: launchctl start sentinel

      tesseract (ssh)
        taken down, every process of:
          hermes
          shiva
        comes back by:
          hermes, where the steps leave it down: launchctl start hermes
          shiva, where the steps leave it down: launchctl start shiva

      Way back: step 1 on knox, then what is still down is started.
      "
    `);
  });

  it('leaves no target, no host and no step out', () => {
    const text = announce(plan());
    const { services, hosts } = plan();
    for (const { name, role } of services) expect(text.includes(`\n    ${name}`)).toBe(role === 'target');
    for (const { name, reachedBy } of hosts) expect(text).toContain(`\n${name} (${reachedBy})\n`);
    expect(text).toContain("\n    step 1: principal lift $incident 'it'\\''s over'\n");
  });

  it('says where only the steps bring a service back, and how many instances go', () => {
    const services = plan().services.map((one) => ({ ...one, start: null, instances: 2 }));
    const text = announce(plan({ services }));
    expect(text).toContain('    hermes (2 instances)\n');
    expect(text).toContain('    hermes: by the steps; nothing else is known that starts it\n');
  });

  it('says of a halt that an API call lifts that it does', () => {
    const text = announce(plan({ resume: 'api', manualResume: [] }));
    expect(text).not.toContain('no API call');
    expect(text).toContain('Way back: principal is asked to resume');
    expect(text).toContain('hermes, where the resume leaves it down: ');
  });

  it('says first that a lab is one', () => {
    expect(announce(plan({ environment: 'lab:reference' }))).toMatch(/^LAB \(reference\): /);
    expect(announce(plan())).not.toContain('LAB');
  });
});
