import { stringify } from 'yaml';
import { z } from 'zod';
import type { Pins } from '../model/pin.ts';
import { explain, problemIn } from './explain.ts';
import { name, named, section, text } from './fields.ts';
import type { Loaded, SourceFile } from './load-fleet.ts';
import { note } from './note.ts';
import { sortProblems } from './problem.ts';
import { parseSource } from './yaml-source.ts';

const AGAIN = 'write it anew with `haltdrill pin`';

const sha256 = text(/^[0-9a-f]{64}$/, { expected: 'a SHA-256 in hexadecimal', fix: AGAIN });
const orNone = <S extends z.ZodType>(schema: S) => schema.nullable();

const pinSchema = section('a pinned host', {
  'machine-id': orNone(text(/^[0-9a-f]{32}$/, { expected: 'a machine id, or null', fix: AGAIN })),
  hostname: text(/\S/, { expected: 'a host name', fix: AGAIN }, { max: 300 }),
  'host-key': orNone(text(/^SHA256:\S+$/, { expected: 'a fingerprint, or null', fix: AGAIN })),
});

const lockSchema = section('the lock of an inventory', {
  version: z.literal(1, {
    error: note({ expected: '1', fix: 'use the haltdrill that wrote it, or pin anew' }),
  }),
  fleet: name('the fleet'),
  inventory: section('the inventory', { sha256 }),
  pinned: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/, {
    expected: 'a time, ISO 8601 in UTC',
    fix: AGAIN,
  }),
  hosts: named('a host', pinSchema),
});

const HEADER = ` Written by \`haltdrill pin\`: the inventory and the machines of its hosts as somebody looked at them.
 A drill of the live fleet is refused where either has changed since. Do not edit it: pin again.
`;

/** `inventory.lock.yaml` as text. */
export function pinsText(pins: Pins): string {
  const hosts = [...pins.hosts].map(([host, { machineId, hostname, hostKey }]) => [
    host,
    { 'machine-id': machineId, hostname, 'host-key': hostKey },
  ]);
  const file: z.output<typeof lockSchema> = {
    version: 1,
    fleet: pins.fleet,
    inventory: { sha256: pins.inventorySha256 },
    pinned: pins.pinnedAt,
    hosts: Object.fromEntries(hosts),
  };
  const header = HEADER.trimEnd().split('\n');
  return `${header.map((line) => `#${line}\n`).join('')}${stringify(file, { lineWidth: 0 })}`;
}

/** Reads `inventory.lock.yaml`; every problem with its place. */
export function loadPins(file: SourceFile): Loaded<{ pins: Pins }> {
  const parsed = parseSource(file);
  if ('problems' in parsed) return { ok: false, problems: parsed.problems };
  const { source } = parsed;
  const checked = lockSchema.safeParse(source.value);
  if (!checked.success) {
    const problems = explain(checked.error.issues, source).map((complaint) => problemIn(source, complaint));
    return { ok: false, problems: sortProblems(problems, [file.path]) };
  }
  const { fleet, inventory, pinned, hosts } = checked.data;
  const pins = Object.entries(hosts).map(
    ([host, pin]) =>
      [host, { machineId: pin['machine-id'], hostname: pin.hostname, hostKey: pin['host-key'] }] as const,
  );
  return {
    ok: true,
    pins: { fleet, inventorySha256: inventory.sha256, pinnedAt: pinned, hosts: new Map(pins) },
  };
}
