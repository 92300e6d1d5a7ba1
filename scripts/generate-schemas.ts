import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from '../src/drill/01-load/json-schemas.ts';

// Writes schemas/*.schema.json. With --check it writes nothing, and exits 1 where one of them is stale.
const check = process.argv.includes('--check');
const folder = new URL('../schemas/', import.meta.url);
await mkdir(folder, { recursive: true });

for (const [name, text] of jsonSchemas()) {
  const file = new URL(name, folder);
  if (!check) {
    await writeFile(file, text);
    continue;
  }
  const there = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (there === text) continue;
  process.exitCode = 1;
  console.error(
    `${fileURLToPath(file)} is ${there === null ? 'missing' : 'stale'}: run npx tsx scripts/generate-schemas.ts`,
  );
}
