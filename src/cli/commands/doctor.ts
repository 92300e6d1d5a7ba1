import type { Examined } from '../../drill/examine-fleet.ts';
import type { Drill } from '../../drill/model/drill.ts';
import { plain } from '../../drill/model/harmless.ts';
import type { Inventory } from '../../drill/model/inventory.ts';
import type { Plan } from '../../drill/model/plan.ts';
import { chooseInventory } from '../choose-inventory.ts';
import { messageOf } from '../cli-error.ts';
import type { Effects } from '../effects.ts';
import { liveInventory } from '../live-inventory.ts';
import { lookAtFleet } from '../look-at-fleet.ts';
import { lockFile, readPins } from '../read-pins.ts';

export interface DoctorOptions {
  readonly inventory?: string;
  readonly json?: true;
  readonly debug?: true;
}

/**
 * `haltdrill doctor`: looks, host by host, whether what a drill will need is there, and prints what to do about each gap. Changes
 * nothing. Resolves with 0 where all is there, else 3: a drill would be refused, or say less than it could.
 */
export async function doctor(options: DoctorOptions, effects: Effects): Promise<number> {
  const file = await chooseInventory(options.inventory, effects);
  effects.err.write(`haltdrill: inventory ${file.shown}, sha256 ${file.sha256}\n`);
  const inventory = await liveInventory(
    file,
    { what: 'a lab has all that it needs', wayOut: 'examine the inventory of a live fleet' },
    effects,
  );
  const lock = effects.files.shown(lockFile(file));
  const [pins, lockTrouble] = await readPins(file, effects).then(
    (found) => [found, null] as const,
    (error: unknown) => [null, messageOf(error)] as const,
  );
  const { makePlan } = await import('../../drill/02-plan/make-plan.ts');
  const plan = makePlan({ inventory, drill: everything(inventory), environment: 'live', pins });
  const found = await examined(plan, inventory, effects);
  const stale = pins !== null && pins.inventorySha256 !== file.sha256;
  const rows = [
    ...(lockTrouble === null && !stale
      ? []
      : [
          {
            host: null,
            what: 'pins',
            isThere: false,
            found: lockTrouble ?? `${file.shown} was changed since ${lock} was written`,
            fix: 'run haltdrill pin, once it is sure that nothing else changed',
          },
        ]),
    ...found,
  ].map((row) => effects.secrets.clean(row));
  const gaps = rows.filter(({ isThere }) => !isThere).length;
  effects.out.write(
    options.json === true
      ? `${JSON.stringify({ schemaVersion: 1, fleet: inventory.fleet, gaps, rows }, null, 2)}\n`
      : `${table(rows)}\n${gaps === 0 ? 'All is there.' : `${gaps} of ${rows.length} ${gaps === 1 ? 'is' : 'are'} missing.`}\n`,
  );
  return gaps === 0 ? 0 : 3;
}

async function examined(plan: Plan, inventory: Inventory, effects: Effects): Promise<readonly Examined[]> {
  const id = `doctor-${effects.randomWord()}`;
  const { examineFleet } = await import('../../drill/examine-fleet.ts');
  return lookAtFleet(inventory, { what: 'the examination', id }, effects, (world) =>
    examineFleet({ plan, inventory, id }, world),
  );
}

/** No drill that anybody runs: it names every service, so that all of them are looked at. */
function everything({ services }: Inventory): Drill {
  return {
    name: 'doctor',
    title: 'Look whether all is there',
    level: 1,
    asset: null,
    stops: services.map(({ name }) => name),
    keeps: [],
    broker: { level: 1, incident: 'none' },
    effects: null,
    guards: [],
    stopWhen: [],
    crash: null,
    resume: 'api',
    phrase: 'none',
    timing: {
      baselineMs: 0,
      withinMs: 1000,
      holdMs: 1000,
      restoreWithinMs: 1000,
      settleMs: 0,
      crashWithinMs: 1000,
      sampleEveryMs: 100,
      maxGapMs: 1000,
    },
    windows: null,
  };
}

function table(rows: readonly Examined[]): string {
  const cells = rows.map(({ host, what, isThere, found, fix }) => ({
    host: plain(host ?? '-', 40),
    what: plain(what, 60),
    found: plain(found, 400),
    isThere,
    fix,
  }));
  const width = (key: 'host' | 'what'): number => Math.max(0, ...cells.map((row) => row[key].length));
  const [hostWidth, whatWidth] = [width('host'), width('what')];
  return cells
    .flatMap(({ host, what, found, isThere, fix }) => [
      `${isThere ? 'ok  ' : 'GAP '} ${host.padEnd(hostWidth)}  ${what.padEnd(whatWidth)}  ${found}\n`,
      ...(fix === null ? [] : [`     ${' '.repeat(hostWidth + whatWidth + 4)}do: ${fix}\n`]),
    ])
    .join('');
}
