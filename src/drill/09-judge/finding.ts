import { FINDINGS, type FindingCode, type FindingKind, type Subject } from '../model/findings.ts';
import type { Interval } from '../model/reading.ts';
import type { Finding } from '../model/verdict.ts';

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

/** The sentences of a kind, by what was seen. */
type Says<C extends FindingCode> = (typeof FINDINGS)[C] extends { readonly says: infer S } ? S : never;
/** What a sentence needs besides the subject. */
type Figures<S> = S extends (subject: Subject, figures: infer F) => string ? F : never;

/**
 * A finding as data: its code, which of its kind's sentences fits, what it is about, the figures for that sentence, and the evidence. What is said of
 * it is in the catalogue (model/findings).
 */
export function fault<C extends FindingCode, K extends keyof Says<C> & string>(
  code: C,
  says: K,
  about: Subject,
  figures: Figures<Says<C>[K]>,
  evidence: readonly (string | null | undefined)[] = [],
): Fault {
  const kind: FindingKind = FINDINGS[code];
  return finding(code, about, kind.says?.[says]?.(about, figures) ?? code, evidence);
}

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
