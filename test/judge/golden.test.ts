import { describe, expect, it } from 'vitest';
import { goldens, wordsOf } from './goldens.ts';

const files = [...new Set(goldens.map(({ file }) => file))];

describe('the whole verdict is as it was reviewed', () => {
  it.each(files)('%s', async (file) => {
    const sections = goldens
      .filter((golden) => golden.file === file)
      .map((golden) => `## ${golden.name}\n${wordsOf(golden)}\n`);
    await expect(sections.join('\n')).toMatchFileSnapshot(`golden/${file.replaceAll(/[ ,]+/g, '-')}.txt`);
  });
});
