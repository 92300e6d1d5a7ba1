/**
 * The style of report.html: for a phone, for light and dark, for paper. Its digest stands in the page's policy, so that no other
 * style is applied; change both together (html-report.test.ts says what it must be).
 */
export const STYLE = `
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 1px solid var(--line); }
.headline { font-size: 1.15rem; font-weight: 600; padding: .75rem 1rem; border-left: .4rem solid #888; background: var(--soft); }
.pass { border-color: #2a8a3e; }
.fail { border-color: #c62828; }
.unsure { border-color: #c77700; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 50%; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: normal; }
th { background: var(--soft); }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { white-space: pre-wrap; background: var(--soft); padding: .5rem; }
li { margin: .2rem 0; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .wide { overflow: visible; }
  h2, tr, li { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;

/** SHA-256 of the style in base64, as a policy names it (Content Security Policy Level 3, hash-source). */
export const STYLE_DIGEST = 'P/Krj0HmApcZNb/aCWuKhyaO+aXjBxt24U2rZEGGETM=';
