import type { Drill } from '../model/drill.ts';
import type { Plan } from '../model/plan.ts';
import { conditionInWords, type StopCondition } from '../model/stop-condition.ts';
import { inUnits } from './duration.ts';

const FOREIGN: StopCondition = { when: 'foreign-incident', action: 'hands-off' };

/** Those of the drill; somebody else's halt is watched for whether it lists it or not. */
export function stopConditionsOf({ stopWhen }: Drill): readonly StopCondition[] {
  return [...stopWhen.filter(({ when }) => when !== FOREIGN.when), FOREIGN];
}

const THEN: Readonly<Record<StopCondition['action'], string>> = {
  resume: 'the drill ends, and its halt is undone',
  hold: 'the drill stops acting, and the fleet is LEFT HALTED',
  'hands-off': 'nothing more is touched, resumed or started',
};

/** The stop conditions of a plan, a line each. */
export function stopConditionLines({ stopWhen }: Plan): string[] {
  return stopWhen.map((condition) => {
    const often =
      condition.when === 'command'
        ? `, every ${inUnits(condition.everyMs)}, within ${inUnits(condition.withinMs)}`
        : '';
    return `${conditionInWords(condition)}${often}: ${THEN[condition.action]}`;
  });
}
