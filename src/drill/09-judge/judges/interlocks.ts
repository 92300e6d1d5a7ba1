import type { Finding } from '../../model/verdict.ts';
import type { CaseFile } from '../evidence/index.ts';
import { fault } from '../finding.ts';

/** An interlock refused: nothing was triggered, or nothing more than guards. */
export function judgeInterlocks(c: CaseFile): Finding[] {
  return c.entries.flatMap((entry) =>
    entry.kind === 'interlock'
      ? [
          fault('interlock', 'refused', { host: entry.host, service: entry.service }, { why: entry.why }, [
            entry.id,
          ]),
        ]
      : [],
  );
}
