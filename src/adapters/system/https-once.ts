import { request as httpsRequest } from 'node:https';
import { present, type Reading, unreadable, unsent } from '../../drill/model/reading.ts';

/**
 * One request over TLS, to a server whose certificate a private authority has signed; that authority alone is trusted. It leaves on a
 * connection of its own (`agent: false`), exactly once: node:https repeats nothing and follows no redirect. Never rejects.
 */
export function httpsOnce(
  what: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array | null;
    readonly ca: string;
  },
  limits: { readonly timeoutMs: number; readonly maxBytes: number },
  words: (code: string) => string,
  isUnconnected: (error: unknown) => boolean,
): Promise<Reading<{ status: number; body: Uint8Array }>> {
  const signal = AbortSignal.timeout(Math.max(1, Math.ceil(limits.timeoutMs)));
  return new Promise((resolve) => {
    const { method, url, headers, ca } = what;
    let status: number | null = null;
    const failed = (error: unknown): void => {
      const before = status === null ? '' : `HTTP ${status}, but the answer broke off: `;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'it failed';
      const reason = signal.aborted ? `no whole answer within ${limits.timeoutMs} ms` : explain(code, words);
      const nothing = status === null && isUnconnected(error);
      resolve(nothing ? unsent(before + reason) : unreadable(before + reason));
    };
    try {
      const sent = httpsRequest(url, { method, headers, ca, agent: false, signal }, (response) => {
        status = response.statusCode ?? 0;
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size <= limits.maxBytes) return;
          resolve(unreadable(`HTTP ${status} with an answer of more than 1 MiB`));
          sent.destroy();
        });
        response.once('error', failed);
        response.once('end', () => {
          if (response.complete) resolve(present({ status: status ?? 0, body: Buffer.concat(chunks) }));
        });
        response.once('aborted', () => failed(new Error('the connection was closed')));
      });
      sent.once('error', failed);
      sent.end(what.body ?? undefined);
    } catch (error) {
      failed(error);
    }
  });
}

const TLS_ERRORS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority of broker.tls.ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority of broker.tls.ca',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority of broker.tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by the authority of broker.tls.ca',
  CERT_SIGNATURE_FAILURE: 'its certificate is not signed by the authority of broker.tls.ca',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

function explain(code: string, words: (code: string) => string): string {
  return TLS_ERRORS[code] ?? words(code);
}
