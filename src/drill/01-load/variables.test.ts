import { describe, expect, it } from 'vitest';
import { expandVariables } from './variables.ts';

const ENV: Record<string, string> = {
  ROOT: '/srv',
  PORT: '2222',
  EMPTY: '',
  BENT: 'a\nb',
  NESTED: `\${ROOT}`,
};
const env = (name: string) => ENV[name];

describe('variables', () => {
  it('are replaced in values, at any depth and inside text', () => {
    const { value, faults } = expandVariables(
      { KEY: [`\${ROOT}/bin:\${ROOT}/sbin`, { port: `\${PORT}` }, 7, null, true, '$level'] },
      { env },
    );
    expect(value).toEqual({
      KEY: ['/srv/bin:/srv/sbin', { port: '2222' }, 7, null, true, '$level'],
    });
    expect(faults).toEqual([]);
  });

  it('are one fault each, however often they are missing', () => {
    const { faults } = expandVariables({ a: `\${NO}`, b: [`\${NO}\${EMPTY}`, `\${NO}`] }, { env });
    expect(faults).toEqual([
      {
        path: ['a'],
        paths: [['a'], ['b', 0], ['b', 1]],
        what: 'the environment variable NO is not set',
        why: 'its value belongs here (and in 2 more places)',
        fix: 'set NO and run again',
      },
      {
        path: ['b', 0],
        paths: [['b', 0]],
        what: 'the environment variable EMPTY is empty',
        why: 'its value belongs here',
        fix: 'set EMPTY and run again',
      },
    ]);
  });

  it('stay as they stand where the fleet is not up', () => {
    const { value, faults } = expandVariables({ a: `\${NO}/bin` }, { env, keepUnresolved: true });
    expect(value).toEqual({ a: `\${NO}/bin` });
    expect(faults).toEqual([]);
  });

  it.each([
    [`\${BENT}`, 'the value of the environment variable BENT holds a control character'],
    [`\${NESTED}`, `the value of the environment variable NESTED holds "\${"`],
    [`\${not a name}`, `a \${…} here does not hold the name of a variable`],
    [`\${ROOT`, `a \${…} here does not hold the name of a variable`],
  ])('%s is refused, without its value', (text, what) => {
    expect(expandVariables({ a: text }, { env }).faults.map((fault) => fault.what)).toEqual([what]);
  });
});
