import type { DocumentSource } from '../../drill/model/inventory.ts';
import { present, type Reading, unreadable } from '../../drill/model/reading.ts';
import type { AskOn } from '../system/ask-here.ts';
import { harmlessUrl, httpOnce } from '../system/http-once.ts';
import { printable } from '../system/printable.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** For messages: where a document comes from, without arguments, query or credentials. */
export function nameOfSource(source: DocumentSource): string {
  if ('url' in source) return `GET ${harmlessUrl(source.url)}`;
  const where = source.host === null ? '' : ` on ${source.host}`;
  if ('file' in source) return `${source.file}${where}`;
  return `${printable((source.run[0] ?? '').split('/').at(-1) ?? '', 60)}${where === '' ? ' on the controller' : where}`;
}

/**
 * The whole of a document, as it is there now: a file, the answer to one GET, or what a command prints on stdout and ends with 0.
 * Anything else is `unreadable`, with a reason that does not name the source; never a part of it, never `absent`. Never rejects.
 */
export async function readDocument(
  source: DocumentSource,
  askOn: AskOn,
  withinMs: number,
): Promise<Reading<Uint8Array>> {
  if ('url' in source) {
    const { url, headers } = source;
    const answer = await httpOnce({
      method: 'GET',
      url,
      bearer: null,
      headers,
      body: null,
      timeoutMs: withinMs,
    });
    if (answer.kind !== 'present') return answer;
    const { status, body } = answer.value;
    return status >= 200 && status <= 299 ? present(body) : unreadable(`HTTP ${status}`);
  }
  // One that hangs in open(2), a pipe say, would hang the runner: so a local file is read by a program too.
  const argv = 'file' in source ? ['cat', '--', source.file] : source.run;
  const ran = await askOn(source.host)(argv, { withinMs, maxBytes: MAX_BYTES });
  if (ran.kind !== 'present') return ran;
  const { exitCode, stdout, stderr } = ran.value;
  if (exitCode === 0) return present(stdout);
  const said = printable(stderr.trim(), 300);
  return unreadable(`it ended with ${exitCode}${said === '' ? '' : `: ${said}`}`);
}
