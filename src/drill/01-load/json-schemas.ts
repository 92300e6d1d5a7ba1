import { z } from 'zod';
import { drillSchema } from './drill-schema.ts';
import { inventorySchema } from './inventory-schema.ts';
import { knownIssuesSchema } from './known-issues-schema.ts';
import { verdictSchema } from './verdict-schema.ts';

const FORMATS = {
  'inventory.schema.json': inventorySchema,
  'drill.schema.json': drillSchema,
  'known-issues.schema.json': knownIssuesSchema,
  'verdict.schema.json': verdictSchema,
};

/** JSON Schemas (draft 2020-12) of what is written in the files, by file name, each as text that ends in a line end. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(FORMATS).map(([file, schema]) => {
      const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', reused: 'inline' });
      return [file, `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
}
