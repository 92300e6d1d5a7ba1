// Takes an example of each finding from the reports of a self-test and writes docs/examples.json, for docs/findings.md.
// usage: node scripts/record-examples.mjs FOLDER; FOLDER holds reports, at any depth, with their verdict.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node scripts/record-examples.mjs FOLDER');

const verdicts = readdirSync(folder, { recursive: true })
  .filter((name) => /(^|\/)verdict\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  .filter(({ environment }) => environment.startsWith('lab:'))
  .sort((a, b) => (a.environment < b.environment ? -1 : a.environment > b.environment ? 1 : 0));

/** A finding by itself makes a better example than the consequence of another, and a short report a better one than a long one. */
const rank = ({ finding, verdict }) => (finding.consequenceOf === null ? 0 : 100) + verdict.findings.length;

const best = new Map();
for (const verdict of verdicts) {
  for (const finding of verdict.findings) {
    const known = best.get(finding.code);
    if (known === undefined || rank({ finding, verdict }) < rank(known))
      best.set(finding.code, { finding, verdict });
  }
}
const examples = Object.fromEntries(
  [...best]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { finding, verdict }]) => [
      code,
      { lab: verdict.environment.slice('lab:'.length), level: verdict.level, message: finding.message },
    ]),
);
writeFileSync(new URL('../docs/examples.json', import.meta.url), `${JSON.stringify(examples, null, 2)}\n`);
console.log(`${Object.keys(examples).length} codes, from ${verdicts.length} reports`);
