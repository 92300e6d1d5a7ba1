import type { Plan } from './plan.ts';

/** Whether the broker can be asked for the halt state: by its API, or by a command. */
export function asksStatus({ sources }: Pick<Plan, 'sources'>): boolean {
  return sources.status !== false;
}

/** Whether the halt state can be read where it lives. */
export function readsStore({ sources }: Pick<Plan, 'sources'>): boolean {
  return sources.store !== false;
}

/** Whether anything at all shows the halt state. Where nothing does, nothing shows either whose halt it is. */
export function showsState(plan: Pick<Plan, 'sources'>): boolean {
  return asksStatus(plan) || readsStore(plan);
}

/** What the inventory does not declare, so that no verdict speaks of it: it is neither looked at nor assumed. */
export function notCovered(plan: Pick<Plan, 'sources' | 'services' | 'broker'>): string[] {
  const { audit, exchange, incidents } = plan.sources;
  return [
    ...(readsStore(plan) ? [] : ['state store']),
    ...(asksStatus(plan) ? [] : ['API status']),
    ...(showsState(plan) ? [] : ['whose halt it is']),
    ...(audit === null ? ['audit log'] : []),
    ...(readsStore(plan) && incidents ? [] : showsState(plan) ? ['history of incidents'] : ['incident']),
    ...(exchange ? [] : ['orders and positions']),
    ...(plan.services.some(({ name }) => name === plan.broker) ? [] : ['process of the broker']),
  ];
}
