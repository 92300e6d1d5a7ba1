import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/haltdrill.ts';
import { drillText, liveInventoryText } from '../../../test/support/small-fleet.ts';
import { createEffects } from '../../effects.ts';
import { createFiles } from '../../files.ts';
import type { Effects } from '../effects.ts';
import { runCli } from '../run-cli.ts';

const CLEARED = 'this is as far as a test goes';
const { effects } = createEffects();

/** A fleet that claims to be the lab's, drilled with the phrase on stdin. */
async function claiming(edit: (text: string) => string) {
  const folder = ownFolder();
  const inventory = `${edit(liveInventoryText())}provider: embedded-lab\none-machine: [[knox, tesseract]]\n`;
  writeFileSync(
    join(folder, 'inventory.yaml'),
    inventory.replace('reason: $reason', 'reason: $reason, phrase: $phrase'),
  );
  mkdirSync(join(folder, 'drills'));
  writeFileSync(join(folder, 'drills', 'level-4.yaml'), drillText(4, 'resume: manual\nphrase: typed\n'));
  let err = '';
  let stopped = false;
  const fake: Effects = {
    ...effects,
    folder,
    files: createFiles(folder),
    stdinIsTerminal: false,
    terminal: null,
    readLine: async () => ({ kind: 'line', text: 'OPEN SESAME' }),
    startLab: async () => ({
      env: {
        PRINCIPAL_URL: 'http://127.0.0.1:4711',
        TESSERACT_ADDRESS: '127.0.0.1',
        TESSERACT_PORT: '2222',
      },
      stop: async () => {
        stopped = true;
      },
    }),
    openWorld: () => Promise.reject(new Error(CLEARED)),
    out: { write: () => {}, isTerminal: false, columns: 80 },
    err: {
      write: (text) => {
        err += text;
      },
      isTerminal: false,
      columns: 80,
    },
  };
  const code = await runCli(['drill', '--level', '4'], fake);
  return { code, err, stopped };
}

const asLab = (text: string): string =>
  text
    .replace('http://127.0.0.1:8700', '${PRINCIPAL_URL}')
    .replace('address: 192.0.2.7', 'address: "${TESSERACT_ADDRESS}", port: "${TESSERACT_PORT}"');

it('is drilled where its broker and hosts are those of the lab that was started', async () => {
  const { code, err, stopped } = await claiming(asLab);
  expect(err).toContain(CLEARED);
  expect([code, stopped]).toEqual([3, true]);
});

it.each<[string, (text: string) => string, string]>([
  [
    'its broker is not',
    (text) => asLab(text).replace('${PRINCIPAL_URL}', 'http://127.0.0.1:8700'),
    'broker.api',
  ],
  ['a host is not', (text) => asLab(text).replace('${TESSERACT_ADDRESS}', '192.0.2.7'), 'host tesseract'],
  [
    'only the port of a host is not',
    (text) => asLab(text).replace('"${TESSERACT_PORT}"', '22'),
    'host tesseract',
  ],
  ['nothing is', (text) => text, 'broker.api, host tesseract'],
])('is refused where %s, though it says that it is', async (_, edit, what) => {
  const { code, err, stopped } = await claiming(edit);
  expect([code, stopped]).toEqual([64, true]);
  expect(err).toMatch(
    new RegExp(
      `^haltdrill: ${what.replace('.', '\\.')} of this inventory (is|are) not the embedded lab's; `,
      'm',
    ),
  );
  expect(err).not.toContain(CLEARED);
});
