import type { Footnote, Verdict } from '../model/verdict.ts';
import { escapeMarkdown } from './escape.ts';
import { count, headlineOf } from './words.ts';

/** A known issue's id as a footnote label: what GitHub takes for one, without spaces or brackets. */
export function footnoteLabel(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 80);
}

/** The headline, harmless, with its `[^KI-001]` kept as real references where the verdict has that footnote. */
export function headlineWithFootnotes(verdict: Verdict): string {
  let text = escapeMarkdown(headlineOf(verdict));
  for (const { id } of verdict.footnotes) {
    text = text.replaceAll(escapeMarkdown(`[^${id}]`), `[^${footnoteLabel(id)}]`);
  }
  return text;
}

/** One line a known issue, referring to its footnote: GitHub drops a footnote that nothing refers to. */
export function knownIssueLines(footnotes: readonly Footnote[]): string[] {
  return footnotes.map(({ id, findings }) => {
    const seen =
      findings > 0
        ? `covers ${count(findings, 'finding')} of this drill: accepted, not proven`
        : 'was filed for this drill and covers nothing that was seen: close it, or look why';
    return `${escapeMarkdown(id, 80)}[^${footnoteLabel(id)}] ${seen}`;
  });
}

/** The definitions, for the end of the report. */
export function footnoteDefinitions(footnotes: readonly Footnote[]): string {
  return footnotes
    .map((note) => {
      const text = [
        sentence(escapeMarkdown(note.title)),
        `Owner: ${escapeMarkdown(note.owner, 80)}.`,
        `Filed ${escapeMarkdown(note.filed, 20)}, expires ${escapeMarkdown(note.expires, 20)}.`,
        sentence(`Fix: ${escapeMarkdown(note.fix)}`),
        `Findings here: ${note.findings}.`,
      ].join(' ');
      return `[^${footnoteLabel(note.id)}]: ${escapeMarkdown(note.id, 80)}: ${text}`;
    })
    .join('\n');
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
