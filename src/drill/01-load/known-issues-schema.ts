import type { z } from 'zod';
import type { KnownIssue } from '../model/known-issue.ts';
import { day, list, name, section, sentence, someOf, text, whole } from './fields.ts';

/** The shape of `known-issues.yaml`. What may be accepted, and whether it is there, is checked in known-issue-rules.ts. */

export const knownIssueSchema = section('a known issue', {
  id: text(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, {
    expected: 'an id such as KI-001',
    fix: 'write letters, digits and "-"',
  }).describe('Its footnote, such as KI-001.'),
  title: sentence('a title').describe('What is wrong, in a few words.'),
  code: text(/^[a-z][a-z-]{0,63}$/, {
    expected: 'the code of a finding such as successful-no-op',
    fix: 'copy it from the verdict',
  }).describe('The code of the finding.'),
  level: whole('a level', 1, 99).describe('The level at which it is accepted.'),
  host: name('a host').describe('The host that the finding names.'),
  services: someOf('services', name('a service')).describe(
    'The services that the finding names, one by one.',
  ),
  asset: name('an asset').optional().describe('The asset that the finding names, where it names one.'),
  field: name("a field of the halt's state")
    .optional()
    .describe(
      "The field of the halt's state that the finding names, such as level or reason, where it names one.",
    ),
  owner: sentence('who owns it').describe('Who sees to it that it is mended.'),
  filed: day().describe('The day it was filed, YYYY-MM-DD.'),
  fix: sentence('how it is going to be mended').describe('How it is going to be mended.'),
  expires: day().describe('Accepted until the end of that day, UTC.'),
}).describe('A finding that somebody has accepted, for a while, by name.');

export const knownIssuesSchema = section('the known issues', {
  issues: list('known issues', knownIssueSchema).describe('Accepted findings; [] where there are none.'),
}).describe('Findings that somebody has accepted. Each becomes a footnote; none becomes a proof.');

export type KnownIssueFile = z.output<typeof knownIssueSchema>;

knownIssueSchema satisfies z.ZodType<KnownIssue>;
