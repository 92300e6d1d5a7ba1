// Lints the OpenAPI document that Principal serves: with Redocly's recommended rules, as configured in redocly.yaml.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openapiDocument } from '../src/principal/http/openapi.ts';

const packageFile = createRequire(import.meta.url).resolve('@redocly/cli/package.json');
const folder = mkdtempSync(join(tmpdir(), 'haltdrill-openapi-'));
const file = join(folder, 'openapi.json');
try {
  writeFileSync(file, JSON.stringify(openapiDocument(), null, 2));
  const { status } = spawnSync(
    process.execPath,
    [join(dirname(packageFile), 'bin/cli.js'), 'lint', file, '--config', 'redocly.yaml'],
    {
      stdio: 'inherit',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
