import type { Verdict } from '../model/verdict.ts';
import { markdownBlock, markdownSections, markdownText } from './markdown.ts';
import { type ReportOptions, reportContent } from './report-content.ts';

/** `report.md`: the report in GitHub-flavoured Markdown, with real footnotes. */
export function markdownReport(verdict: Verdict, options: ReportOptions = {}): string {
  const { title, headline, first, facts, sections, footnotes } = reportContent(verdict, options);
  const parts = [
    `# ${markdownText(title)}`,
    `**${markdownText(headline)}**`,
    ...first.map(markdownBlock),
    markdownBlock(facts),
    markdownSections(sections),
    footnotes.map(({ label, text }) => `[^${label}]: ${markdownText(text)}`).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
