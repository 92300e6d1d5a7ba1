import type { Verdict } from '../model/verdict.ts';
import { escapeMarkup } from './escape.ts';
import { htmlBlock, htmlSections, htmlText } from './html.ts';
import { STYLE, STYLE_DIGEST } from './html-style.ts';
import { type ReportOptions, reportContent } from './report-content.ts';

/** Nothing is loaded, run, sent or framed: the page is text and one style, even where something in it got past the escaping. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** `report.html`: the report as one page that needs nothing else. It says what report.md says. */
export function htmlReport(verdict: Verdict, options: ReportOptions = {}): string {
  const { title, headline, first, facts, sections, footnotes } = reportContent(verdict, options);
  const notes = footnotes.map(
    ({ label, text }) => `<li id="note-${escapeMarkup(label)}">${htmlText(text)}</li>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${htmlText(title)}</h1>
<p class="headline ${lookOf(verdict)}">${htmlText(headline)}</p>
${[...first, facts].map(htmlBlock).join('\n')}
${htmlSections(sections)}
${notes.length === 0 ? '' : `<footer>\n<h2>Notes</h2>\n<ul>\n${notes.join('\n')}\n</ul>\n</footer>\n`}</main>
</body>
</html>
`;
}

/** The colour of the headline; green for nothing but an unqualified pass of which everything came back. */
function lookOf({ verdict, qualified, exitCode }: Verdict): 'pass' | 'fail' | 'unsure' {
  if (verdict === 'fail' || exitCode === 5) return 'fail';
  return verdict === 'pass' && !qualified && exitCode === 0 ? 'pass' : 'unsure';
}
