import { FINDINGS, type FindingCode } from '../model/findings.ts';
import { CUT, withoutHarmful } from '../model/harmless.ts';
import type { Interval } from '../model/reading.ts';
import type { Finding } from '../model/verdict.ts';

/** What a finding is about; what is left out is null. */
export interface Subject {
  readonly host?: string | null;
  readonly service?: string | null;
  readonly asset?: string;
  readonly field?: string;
}

/** What a judge knows of a finding besides what the verdict shows of it, so that it can be told what came of what. */
export interface Circumstances {
  /** When it was so, on the controller's clock: from the first moment that is known to the last. */
  readonly span?: Interval;
  /** Accounts whose orders it is about. */
  readonly accounts?: readonly string[];
}

/** A finding on its way to the verdict. */
export type Fault = Finding & Circumstances;

const MOST_EVIDENCE = 8;

/** A finding with the severity of its kind; evidence without repetition, and not more than a reader can look up. */
export function finding(
  code: FindingCode,
  subject: Subject,
  message: string,
  evidence: readonly (string | null | undefined)[] = [],
): Fault {
  const ids = [...new Set(evidence.filter((id): id is string => typeof id === 'string'))];
  return {
    code,
    severity: FINDINGS[code].severity,
    host: subject.host ?? null,
    service: subject.service ?? null,
    ...(subject.asset === undefined ? {} : { asset: subject.asset }),
    ...(subject.field === undefined ? {} : { field: subject.field }),
    message,
    evidence: ids.slice(0, MOST_EVIDENCE),
    consequenceOf: null,
    knownIssue: null,
  };
}

/** The finding, with when it was so. */
export function spanning(fault: Fault, fromMs: number, toMs = fromMs): Fault {
  return { ...fault, span: { fromMs, toMs } };
}

/** Without what only the judges need. */
export function plainFinding({ span: _span, accounts: _accounts, ...plain }: Fault): Finding {
  return plain;
}

/** Two findings of one kind about one subject, as one: the words of both, from the beginning of the first to the end of the last. */
export function merged(first: Fault, second: Fault): Fault {
  const span =
    first.span === undefined || second.span === undefined
      ? undefined
      : {
          fromMs: Math.min(first.span.fromMs, second.span.fromMs),
          toMs: Math.max(first.span.toMs, second.span.toMs),
        };
  const { span: _span, ...rest } = first;
  const isSame = first.message === second.message;
  return {
    ...rest,
    ...(span === undefined ? {} : { span }),
    ...(first.accounts === undefined && second.accounts === undefined
      ? {}
      : { accounts: [...new Set([...(first.accounts ?? []), ...(second.accounts ?? [])])] }),
    message: isSame ? first.message : `${first.message} ${second.message}`,
    evidence: isSame ? first.evidence : [...new Set([...first.evidence, ...second.evidence])],
  };
}

/** Text that came from a host, fit for a message: one line without harmful characters, at most `most` code points. */
export function harmless(text: string, most: number): string {
  const head = withoutHarmful(text.slice(0, most * 8), () => ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const points = [...head];
  const whole = points.length <= most && text.length <= most * 8;
  return whole ? head : `${points.slice(0, most).join('')}${CUT}`;
}

/** `0.41 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(Math.abs(ms) < 9950 ? 2 : 1)} s`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `level differs`, `level and reason differ` */
export function differ(fields: readonly string[]): string {
  return `${listed(fields)} ${fields.length === 1 ? 'differs' : 'differ'}`;
}
