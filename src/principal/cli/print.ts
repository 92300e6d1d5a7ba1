import type { AuditCheck, AuditEntry, HaltReport, ResumeReport, Status } from '../parts.ts';

/** What a hand tool says, a line each. Text from requests is quoted: a reason is not to be taken for a line of its own. */
export function statusLines(status: Status): string[] {
  const { level, incident, revision, asset, holders, incomplete, resume, recorded } = status;
  if (level === 0) return [`not halted (revision ${revision})`];
  return [
    `HALTED at level ${level}${asset === null ? '' : `, asset ${quote(asset)}`} (revision ${revision})`,
    ...(incident === null
      ? []
      : [`  incident ${incident.id}, since ${incident.openedAt}: ${quote(incident.reason)}`]),
    ...holders.map(
      (one) =>
        `  held by ${one.id}: ${quote(one.who)} since ${one.since} at level ${one.level}: ${quote(one.reason)}`,
    ),
    ...incomplete.map((one) => `  INCOMPLETE: ${one.service} on ${one.host}: ${one.outcome}`),
    ...(status.complete || incomplete.length > 0
      ? []
      : ['  INCOMPLETE: not everything was seen to be so, or is recorded']),
    ...(recorded ? [] : ['  NOT RECORDED: this state could not be written']),
    ...(resume === null ? [] : [`  a resume takes: ${resume}`]),
  ];
}

export function haltLines(report: HaltReport): string[] {
  return [
    ...report.stops.map((stop) => `${stop.service} on ${stop.host}: ${stop.outcome}`),
    ...(report.exchange === null
      ? []
      : [`${quote(report.exchange.asset)}: ${report.exchange.block}, ${report.exchange.flatten}`]),
    ...statusLines(report),
  ];
}

export function resumeLines(report: ResumeReport): string[] {
  return [
    ...report.starts.map((start) => `${start.service} on ${start.host}: ${start.outcome}`),
    ...(report.exchange === null ? [] : [`${quote(report.exchange.asset)}: ${report.exchange.unblock}`]),
    report.result === 'released'
      ? 'one hold is released; others still hold the halt'
      : `result: ${report.result}`,
    ...statusLines(report),
  ];
}

export function auditLines(entries: readonly AuditEntry[]): string[] {
  return entries.map(({ seq, at, actor, action, subject, host, outcome, reason }) =>
    [
      String(seq),
      at,
      quote(actor),
      action,
      quote(subject),
      host ?? '-',
      quote(outcome),
      ...(reason === null ? [] : [quote(reason)]),
    ].join('  '),
  );
}

export function checkLines({ ok, entries, head, breaks, broken }: AuditCheck): string[] {
  if (ok) return [`the audit log is whole: ${entries} entries, head ${head ?? 'none'}`];
  const more = breaks > broken.length ? `, and ${breaks - broken.length} later ones` : '';
  return [
    `THE AUDIT LOG IS BROKEN at entry ${broken[0] ?? 'unknown'} of ${entries}`,
    `entries that do not fit the one before (${breaks}): ${broken.join(', ')}${more}`,
  ];
}

function quote(text: string): string {
  return /^[\w.:@/-]+$/.test(text) ? text : JSON.stringify(text);
}
