import { expect, it } from 'vitest';
import { drillText, liveInventoryText } from '../../../test/support/small-fleet.ts';
import { createSecrets } from '../../adapters/system/secrets.ts';
import { loadDrill, loadInventory } from '../../drill/01-load/load-fleet.ts';
import { makePlan } from '../../drill/02-plan/make-plan.ts';
import type { Entry } from '../../drill/model/journal.ts';
import type { Plan } from '../../drill/model/plan.ts';
import { asDeclared } from './as-declared.ts';

const options = { env: () => undefined, resolvePath: (path: string) => path };

it('gives a recovery the commands that were redacted in its journal, and changes nothing else', () => {
  const text = liveInventoryText()
    .replace('/opt/bin/hermes }', '/opt/bin/hermes }, start: [run, --password, hunter2-0451]')
    .replace('run: [wake, $incident]', 'run: [wake, hunter2-0451]');
  const loaded = loadInventory({ path: 'inventory.yaml', text }, options);
  const drill = loadDrill({ path: 'd.yaml', text: drillText(2, 'resume: manual\n') }, options);
  if (!loaded.ok || !drill.ok) throw new Error(JSON.stringify([loaded, drill]));
  const { inventory } = loaded;
  const plan = makePlan({ inventory, drill: drill.drill, environment: 'live', pins: null });
  const secrets = createSecrets();
  secrets.keep(['hunter2-0451']);
  const journalled = secrets.clean(plan);
  expect(JSON.stringify(journalled)).toContain('["run","--password","[redacted]"]');
  const entries = [
    { kind: 'opened', plan: journalled, nonce: 'n' },
    { kind: 'closed' },
  ] as unknown as Entry[];
  const [opened, closed] = asDeclared(entries, inventory) as unknown as [
    { plan: Plan; nonce: string },
    Entry,
  ];
  expect(opened).toMatchObject({ kind: 'opened', nonce: 'n' });
  expect(opened.plan).toEqual(plan);
  expect(closed).toBe(entries[1]);
});
