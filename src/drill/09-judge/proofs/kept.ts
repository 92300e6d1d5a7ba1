import type { CaseFile, ServiceLives } from '../evidence/index.ts';
import { controllerClockTrouble } from './clocks.ts';
import { brokerDeaths } from './hold.ts';
import { troubleOf } from './host.ts';
import { finalRoots } from './returns.ts';
import { unclassified } from './stop.ts';
import { crashedLife, judgeHeartbeats, judgeSurvivors } from './survivors.ts';

/**
 * Whether a survivor is proven kept: on a host that was observed unbroken, its root lives were the same before and
 * after (but for the one that the drill itself crashed, which has one successor), and it went on working.
 */
export function proveKept(c: CaseFile, service: ServiceLives): boolean {
  const { name, host, instances } = service.planned;
  if (c.trigger === null || troubleOf(c, host).length > 0 || controllerClockTrouble(c).length > 0)
    return false;
  if (service.roots.length < instances || unclassified(c, service).length > 0) return false;
  if ([...judgeSurvivors(c), ...judgeHeartbeats(c)].some((f) => f.service === name)) return false;
  const crashed = crashedLife(c, service);
  if (service.roots.some((life) => life !== crashed && c.lives.death(life) !== null)) return false;
  const successors = brokerDeaths(c).length > 1 || finalRoots(c, service).length < instances;
  return crashed === null ? service.newcomers.length === 0 : !successors;
}
