import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostile } from '../../../test/support/hostile.ts';
import { asFound, hostileVerdict, passed, qualified } from '../../../test/support/verdicts.ts';
import type { Verdict } from '../model/verdict.ts';
import { htmlReport } from './html-report.ts';
import { STYLE, STYLE_DIGEST } from './html-style.ts';
import { markdownReport } from './markdown-report.ts';

/** Every tag as the template writes it; a label of a footnote is letters, digits, `.`, `_` and `-`. */
const TAGS =
  /^(?:<!DOCTYPE html>|<html lang="en">|<meta charset="utf-8">|<meta http-equiv="Content-Security-Policy" content="[^"<>]*">|<meta name="viewport" content="[^"<>]*">|<meta name="referrer" content="no-referrer">|<p class="headline (?:pass|fail|unsure)">|<th scope="col">|<div class="wide">|<a href="#note-[A-Za-z0-9._-]*">|<li id="note-[A-Za-z0-9._-]*">|<\/?(?:html|head|title|style|body|main|h1|h2|p|section|div|table|thead|tbody|tr|th|td|ul|li|pre|code|strong|sup|a|footer)>)$/;
const EMPTY = new Set(['!DOCTYPE', 'meta']);

/** What stands between the tags, in order; throws where there is a tag that the template did not make, or one is not closed. */
function parse(html: string): string[] {
  const [before = '', rest = ''] = html.split(/<style>[^<]*<\/style>/);
  const open: string[] = [];
  const texts: string[] = [];
  for (const [, tag, text = ''] of `${before}${rest}`.matchAll(/(<[^>]*>)|([^<]+)/g)) {
    if (tag === undefined) {
      if (/>|&(?!(?:amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`not escaped: ${text}`);
      if (text.trim() !== '') texts.push(text);
      continue;
    }
    if (!TAGS.test(tag)) throw new Error(`not of the template: ${tag}`);
    const name = /^<\/?([!A-Za-z0-9]+)/.exec(tag)?.[1] ?? '';
    if (tag.startsWith('</')) {
      if (open.pop() !== name) throw new Error(`closed out of turn: ${tag}`);
    } else if (!EMPTY.has(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return texts;
}

/** The words of a report, whatever its marks. */
function words(text: string): string {
  return text
    .replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
    )
    .replace(/^\[\^[\w.-]+\]: /gm, '')
    .replace(/\[\^([\w.-]+)\]/g, '$1')
    .replace(/[\\*`|#-]|\s+/g, '');
}

describe.each([
  ['a pass', passed],
  ['the fleet as it was found', asFound],
  ['a pass with known issues', qualified],
])('%s', (_, verdict) => {
  it('says what the Markdown says, word by word', () => {
    const options = { notes: ['a note'], rerun: ['haltdrill', 'drill'] };
    const body = htmlReport(verdict, options).split('<main>')[1] ?? '';
    const said = words(parse(`<main>${body}`.replace(/<\/body>[\s\S]*$/, '')).join(' ')).replace('Notes', '');
    expect(said).toBe(words(markdownReport(verdict, options)));
  });
});

it('has a note for every reference, and a reference to every note', () => {
  const html = htmlReport(qualified);
  const targets = new Set([...html.matchAll(/id="note-([^"]*)"/g)].map(([, label]) => label));
  const references = new Set([...html.matchAll(/href="#note-([^"]*)"/g)].map(([, label]) => label));
  expect(targets).toEqual(references);
  expect(targets.size).toBe(3);
});

it('allows its own style and nothing else', () => {
  const html = htmlReport(passed);
  expect(createHash('sha256').update(STYLE).digest('base64')).toBe(STYLE_DIGEST);
  expect(html).toContain(`<style>${STYLE}</style>`);
  expect(html).toContain(
    `content="default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(html).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\son[a-z]+=|\sstyle=|url\(|@import/i);
});

it.each([
  ['pass', passed],
  ['unsure', qualified],
  ['fail', asFound],
  ['fail', { ...passed, fleet: 'halted', exitCode: 5 }],
  ['unsure', { ...passed, verdict: 'inconclusive', exitCode: 2 }],
  ['unsure', { ...passed, verdict: 'aborted', exitCode: 4 }],
] satisfies [string, Verdict][])('is shown as %s', (look, verdict) => {
  expect(htmlReport(verdict)).toContain(`<p class="headline ${look}">`);
});

it('has no element that the template did not make, whatever text is in it', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const html = htmlReport(hostileVerdict(text), { rerun: [text], notes: [text], folder: text });
      expect(() => parse(html)).not.toThrow();
      expect(html.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/u);
    }),
    { numRuns: 60 },
  );
});

it('would be seen to have one: the parser above is strict', () => {
  for (const bad of [
    '<b>',
    '<script>',
    '<p class="x">',
    '<td onclick="x">',
    '<a href="http://x">',
    'a > b',
    '&x;',
  ])
    expect(() => parse(`<p>${bad}</p>`)).toThrow();
  expect(() => parse('<p>a')).toThrow();
  expect(parse('<p>a &lt; b</p>')).toEqual(['a &lt; b']);
});
