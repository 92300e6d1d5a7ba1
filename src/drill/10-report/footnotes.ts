import { plain } from '../model/harmless.ts';
import type { Footnote, Verdict } from '../model/verdict.ts';
import type { Note, Piece } from './blocks.ts';
import { count, headlineOf } from './words.ts';

/** A known issue's id as a footnote label: what GitHub takes for one, without spaces or brackets. */
export function footnoteLabel(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 80);
}

/** The headline, with its `[^KI-001]` as real references where the verdict has that footnote. */
export function headlineWithFootnotes(verdict: Verdict): Piece[] {
  let text: Piece[] = [plain(headlineOf(verdict))];
  for (const { id } of verdict.footnotes) {
    const reference: Piece = { footnote: footnoteLabel(id) };
    text = text.flatMap((piece): Piece[] =>
      typeof piece === 'string'
        ? piece.split(plain(`[^${id}]`)).flatMap((part, index) => (index === 0 ? [part] : [reference, part]))
        : [piece],
    );
  }
  return text;
}

/** One line a known issue, referring to its footnote: GitHub drops a footnote that nothing refers to. */
export function knownIssueLines(footnotes: readonly Footnote[]): Piece[][] {
  return footnotes.map(({ id, findings }) => {
    const seen =
      findings > 0
        ? `covers ${count(findings, 'finding')} of this drill: accepted, not proven`
        : 'was filed for this drill and covers nothing that was seen: close it, or look why';
    return [plain(id, 80), { footnote: footnoteLabel(id) }, ` ${seen}`];
  });
}

/** The definitions, for the end of the report. */
export function footnoteDefinitions(footnotes: readonly Footnote[]): Note[] {
  return footnotes.map((note) => {
    const text = [
      sentence(plain(note.title)),
      `Owner: ${plain(note.owner, 80)}.`,
      `Filed ${plain(note.filed, 20)}, expires ${plain(note.expires, 20)}.`,
      sentence(`Fix: ${plain(note.fix)}`),
      `Findings here: ${note.findings}.`,
    ].join(' ');
    return { label: footnoteLabel(note.id), text: `${plain(note.id, 80)}: ${text}` };
  });
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
