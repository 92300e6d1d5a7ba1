import { describe, expect, it } from 'vitest';
import { parseCatalogue } from './catalogue.ts';

const liar = { kind: 'liar', level: 2, primary: 'late-stop' };
const row = (expectation: unknown, more = {}): unknown => ({
  name: 'one',
  about: 'is late',
  seams: ['broker'],
  alone: false,
  expect: expectation,
  ...more,
});
const parse = (...rows: unknown[]) => parseCatalogue(JSON.stringify(rows));

describe('the catalogue', () => {
  it('has a row for each fleet with an expectation', () => {
    const honest = row({ kind: 'honest', level: 4 }, { name: 'two', alone: true });
    expect(parse(row(null, { name: 'as-found' }), row(liar), honest)).toEqual([
      {
        name: 'one',
        about: 'is late',
        seams: ['broker'],
        alone: false,
        expect: {
          kind: 'liar',
          level: 2,
          primary: 'late-stop',
          on: null,
          also: [],
          verdict: null,
          leftOut: false,
        },
      },
      { name: 'two', about: 'is late', seams: ['broker'], alone: true, expect: { kind: 'honest', level: 4 } },
    ]);
  });

  it('says of a liar whether something is left out of the fleet when its drill ends', () => {
    const [left] = parse(row({ ...liar, leftOut: true }));
    expect(left?.expect).toMatchObject({ leftOut: true });
  });

  it.each([
    ['a code that is none', [row({ ...liar, primary: 'late-stopp' })], 'late-stopp'],
    ['a further code that is none', [row({ ...liar, also: ['false-claims'] })], 'false-claims'],
    ['a level without a drill', [row({ ...liar, level: 5 })], 'level 5'],
    ['another kind', [row({ kind: 'fool', level: 2 })], 'neither honest nor a liar'],
    ['another verdict', [row({ ...liar, verdict: 'pass' })], '"pass"'],
    ['a name twice', [row(liar), row(liar)], 'twice'],
    ['no name of a lab', [row(liar, { name: '../x' })], 'no name of a lab'],
    ['no seams', [row(liar, { seams: 'broker' })], 'list of words'],
    ['no rows', [], 'not a list'],
  ])('is refused with %s', (_, rows, message) => {
    expect(() => parse(...rows)).toThrow(message);
  });
});
