import { describe, expect, it } from 'vitest';
import { fillHeaders, fillTemplate } from './template.ts';

const VALUES = { level: 2, asset: null, reason: 'a "b" $& $level', incident: 'inc-1', revision: 8 };

describe('fillTemplate', () => {
  it.each([
    ['$level', 2],
    ['$asset', null],
    ['$reason', 'a "b" $& $level'],
    ['level $level of $incident, r$revision', 'level 2 of inc-1, r8'],
    ['asset: "$asset"', 'asset: ""'],
    ['why: $reason', 'why: a "b" $& $level'],
    ['$levels and $unknown', '$levels and $unknown'],
    ['$unknown', '$unknown'],
    ['$toString', '$toString'],
    ['costs $5', 'costs $5'],
    [7, 7],
    [[{ $level: ['$level', true] }], [{ $level: [2, true] }]],
  ])('%j', (template, filled) => {
    expect(fillTemplate(template, VALUES)).toEqual(filled);
  });
});

describe('fillHeaders', () => {
  it('makes text of every value, and leaves names alone', () => {
    const headers = { Second: 'Bearer $reason', $level: '$level', Asset: '$asset', Plain: 'x $unknown' };
    expect(fillHeaders(headers, VALUES)).toEqual({
      Second: `Bearer ${VALUES.reason}`,
      $level: '2',
      Asset: '',
      Plain: 'x $unknown',
    });
  });
});
