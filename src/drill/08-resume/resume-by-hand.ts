import type { BrokerState } from '../model/broker-state.ts';
import type { ManualStep } from '../model/inventory.ts';
import { filledIn } from '../model/manual-step.ts';
import type { PlannedService } from '../model/plan.ts';
import type { Observer } from '../ports/observer.ts';
import type { CheckedStep, World } from '../ports/world.ts';
import { type StepAct, takeStep } from './take-step.ts';

export interface ByHand {
  /** The halt to lift; null where there is none, and only services are down. */
  readonly halted: BrokerState | null;
  readonly steps: readonly ManualStep[];
  /** What is down now and can be started, in order. */
  readonly startable: () => readonly PlannedService[];
  /** Whether somebody else's halt stands now; `lifted`: once a step was taken, which moves the revision on. */
  readonly isForeign: (lifted: boolean) => boolean;
  readonly observer: Observer;
  readonly world: World;
}

/**
 * The documented procedure, step by step, and then what is still down, each by its own start command. Where somebody is present
 * each step is asked about first. That it was done is no evidence: whether the fleet is back is seen from its processes and its store.
 */
export async function resumeByHand(undo: ByHand): Promise<'done' | 'stopped' | 'foreign'> {
  const { halted, isForeign, observer, world } = undo;
  const list = checklist(undo);
  if (list.length > 0) world.progress({ kind: 'checklist', steps: list });
  let lifted = false;
  const take = async (step: CheckedStep, isNeeded: () => boolean): Promise<'on' | 'stopped' | 'foreign'> => {
    const { confirm } = world;
    const asking =
      confirm === null
        ? null
        : { ask: () => confirm(step), isNeeded: () => isNeeded() && !isForeign(lifted) };
    // Our own step moves the revision on: after it only the reason tells whose a halt is.
    if (isForeign(lifted)) return 'foreign';
    const taken = await takeStep(world, actOf(step), asking);
    if (taken === 'stopped') {
      const cause = `the operator stopped the manual resume at step ${step.number} of ${step.of}`;
      world.journal.append({ kind: 'interrupted', cause });
      world.progress({ kind: 'note', text: `${cause}: the fleet is left as it is` });
      return 'stopped';
    }
    const foreign = taken === 'needless' && isForeign(lifted);
    lifted ||= taken === 'taken' && step.service === null;
    return foreign ? 'foreign' : 'on';
  };

  const needed = (): boolean => true;
  for (const step of list.filter(({ service }) => service === null)) {
    const went = await take(step, needed);
    if (went !== 'on') return went;
  }
  lifted ||= halted !== null;
  if (world.confirm !== null) await freshlySeen(observer, world);
  for (const service of undo.startable()) {
    if (world.confirm !== null) await freshlySeen(observer, world);
    if (isForeign(true)) return 'foreign';
    const isDown = (): boolean => undo.startable().includes(service);
    if (!isDown()) continue;
    const known = list.find((step) => step.service === service.name);
    const went = await take(known ?? stepOf(service, list.length + 1, list.length + 1), isDown);
    if (went !== 'on') return went;
  }
  return 'done';
}

function checklist({ halted, steps, startable }: ByHand): CheckedStep[] {
  const services = startable();
  const lifting = halted === null ? [] : steps;
  const of = lifting.length + services.length;
  return [
    ...(halted === null
      ? []
      : lifting.map(({ host, run }, index) => ({
          number: index + 1,
          of,
          host,
          command: filledIn(run, halted),
          service: null,
        }))),
    ...services.map((service, index) => stepOf(service, lifting.length + index + 1, of)),
  ];
}

function stepOf({ name, host, start }: PlannedService, number: number, of: number): CheckedStep {
  return { number, of, host, command: start ?? [], service: name };
}

function actOf({ host, command, service }: CheckedStep): StepAct {
  return service === null
    ? { act: 'manual-step', host, command }
    : { act: 'start-service', service, host, command };
}

/** A step may have brought services back that no sample shows yet: nobody is to be asked about them in vain. */
async function freshlySeen(observer: Observer, { clock }: World): Promise<void> {
  const sinceMs = clock.nowMs();
  await observer.until(() => observer.sampledSince(sinceMs), sinceMs + SEEN_WITHIN_MS);
}

/** Past that, a host that cannot be read shows nothing as down, and is not asked about. */
const SEEN_WITHIN_MS = 5_000;
