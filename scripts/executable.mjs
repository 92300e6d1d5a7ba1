// tsc writes 0644; the package's bin must be executable when it is run from a checkout.
import { chmodSync } from 'node:fs';

for (const file of process.argv.slice(2)) chmodSync(file, 0o755);
