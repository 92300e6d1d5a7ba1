/** An error as `application/problem+json` (RFC 9457). Extra members say what state the broker is in. */
export function problem(
  status: number,
  title: string,
  detail: string,
  extra: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ ...extra, type: 'about:blank', title, status, detail }), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}
