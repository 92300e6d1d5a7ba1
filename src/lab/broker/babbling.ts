import type { Answer, BrokerTwist } from '../variants/variant.ts';

const PRIVATE_KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'YmFiYmxpbmctcHJpdmF0ZS1rZXktMDAwMQ0451babblinglineone',
  'YmFiYmxpbmctcHJpdmF0ZS1rZXktMDAwMg0451babblinglinetwo',
  '-----END OPENSSH PRIVATE KEY-----',
].join('\n');

/**
 * A broker that does what it should and says too much: every answer repeats the request with all its headers, in several
 * encodings, and a private key; and the audit log has the tokens in place of who acted.
 */
export const babbling: BrokerTwist = {
  parts: ({ audit }, { config }) => {
    const tokens = config.tokens.map(({ token }) => token).join(' ');
    return {
      audit: {
        ...audit,
        append: (line) => audit.append({ ...line, actor: `${line.actor} with ${tokens}` }),
      },
    };
  },
  http: (answer) => (request) => repeated(request, answer),
};

async function repeated(request: Request, answer: Answer): Promise<Response> {
  const body = await request.text();
  const headers = Object.fromEntries(request.headers);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const response = await answer(hasBody ? new Request(request, { body }) : request);
  const said: unknown = await response.json().catch(() => null);
  if (typeof said !== 'object' || said === null) return Response.json(said, { status: response.status });
  const bytes = Buffer.from(JSON.stringify({ headers, body }));
  const more = {
    headers,
    body,
    base64: bytes.toString('base64'),
    hex: bytes.toString('hex'),
    url: encodeURIComponent(bytes.toString('utf8')),
    json: JSON.stringify(JSON.stringify({ headers, body })),
    key: PRIVATE_KEY,
    failure: `cannot reach amqp://queue:babbled-password-0451@10.0.0.1/x`,
  };
  return Response.json({ ...said, more }, { status: response.status });
}
