import { expect, it } from 'vitest';
import type { Entry, EntryBody } from '../../drill/model/journal.ts';
import { isOver } from './is-over.ts';

const journal = (...bodies: EntryBody[]): Entry[] =>
  bodies.map((body, index) => ({ id: `e-${index + 1}`, atMs: index, wall: '', ...body }));

const closed: EntryBody = { kind: 'closed' };
const takenOver: EntryBody = { kind: 'taken-over', epoch: 1, runner: '0.0.0' };
const met = (action: 'resume' | 'hold' | 'hands-off'): EntryBody => ({
  kind: 'stop-condition',
  condition:
    action === 'hands-off' ? { when: 'foreign-incident', action } : { when: 'survivor-dies', action },
  action,
  evidence: 'sentinel on knox has ended',
});

it.each([
  ['one that is closed', [closed], true],
  ['one that a rule ended and resumed', [met('resume'), closed], true],
  ['one that breaks off', [met('resume')], false],
  ['one that a rule left halted', [met('hold'), closed], false],
  ['one that kept its hands off', [met('hands-off'), closed], false],
  ['one that was left halted and taken over since', [met('hold'), closed, takenOver, closed], true],
  ['one whose recovery breaks off', [met('hold'), closed, takenOver], false],
])('%s', (_, bodies, over) => {
  expect(isOver(journal(...(bodies as EntryBody[])))).toBe(over);
});
