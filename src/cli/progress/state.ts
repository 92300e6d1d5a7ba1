import type { Plan, Role } from '../../drill/model/plan.ts';
import type { Progress } from '../../drill/ports/world.ts';

/** What the operator sees of a drill under way: a picture, on which nothing depends. */
export interface ProgressState {
  readonly title: string;
  readonly stages: readonly StageState[];
  readonly services: readonly ServiceState[];
  /** The latest few. */
  readonly notes: readonly string[];
}

export interface StageState {
  readonly name: string;
  readonly at: 'ahead' | 'now' | 'done' | 'skipped';
  readonly note: string | null;
}

export interface ServiceState {
  readonly host: string;
  readonly service: string;
  readonly role: Role;
  readonly state: 'up' | 'down' | 'back' | 'unknown';
}

const STAGES = ['baseline', 'guards', 'trigger', 'observe', 'crash', 'hold', 'resume'] as const;
const KEPT_NOTES = 3;

export function atTheStart(plan: Plan): ProgressState {
  const lab = plan.environment.startsWith('lab:') ? `LAB (${plan.environment.slice(4)}): ` : '';
  return {
    title: `${lab}${plan.title} (level ${plan.level})`,
    stages: STAGES.filter((name) => name !== 'crash' || plan.crash !== null)
      .filter((name) => name !== 'guards' || plan.guards.length > 0)
      .map((name) => ({
        name,
        at: 'ahead',
        note: null,
      })),
    services: plan.services.map(({ host, name, role }) => ({ host, service: name, role, state: 'unknown' })),
    notes: [],
  };
}

/** The state after one event; a stage that was not foreseen is added at the end. A checklist is no part of the picture. */
export function advance(state: ProgressState, event: Progress): ProgressState {
  if (event.kind === 'checklist') return state;
  if (event.kind === 'note') return { ...state, notes: [...state.notes, event.text].slice(-KEPT_NOTES) };
  if (event.kind === 'service') {
    const services = state.services.map((service) =>
      service.service === event.service && service.host === event.host
        ? { ...service, state: event.state }
        : service,
    );
    return { ...state, services };
  }
  const at = event.event === 'begin' ? 'now' : event.event === 'end' ? 'done' : 'skipped';
  const stage: StageState = { name: event.stage, at, note: event.note };
  const known = state.stages.some(({ name }) => name === event.stage);
  const stages = known
    ? state.stages.map((other) => (other.name === event.stage ? stage : other))
    : [...state.stages, stage];
  return { ...state, stages };
}
